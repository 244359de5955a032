import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ConfigError } from '../../src/config/problems.ts';
import { resolveConfig } from '../../src/config/resolve/resolve.ts';
import { createJudge } from '../../src/app/judge.ts';
import { fieldsOfRaw } from '../../src/app/fields.ts';
import { MemoryFront, settings, siteSettings } from '../helpers/memory-front.ts';

const dir = mkdtempSync(join(tmpdir(), 'sallyport-secret-'));
after(() => { rmSync(dir, { recursive: true, force: true }); });
const SECRET = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
const resolve = (secretFile: string): unknown => resolveConfig({ app: 8000, secretFile }, { folder: dir, defaultLog: 'json' });

describe('a secret that the front tells its apps', () => {
  it('goes with every request, over https and over http, and a client\'s own is removed', () => {
    const front = new MemoryFront(settings({ secretFile: file('good', `${SECRET}\n`), sites: [siteSettings({ schemes: [['/', 'either']] })] }));
    for (const tls of [true, false]) {
      const client = front.client({ tls });
      client.say('GET / HTTP/1.1\r\nHost: shop.test\r\nSallyport-Secret: guess\r\nsallyport_secret: guess\r\n\r\n');
      const told = front.app().text.split('\r\n').filter((line) => /secret/i.test(line));
      assert.deepEqual(told, [`Sallyport-Secret: ${SECRET}`]);
    }
  });

  it('is believed by the app\'s half, wherever the connection is from, and nothing else is', () => {
    const judge = createJudge({ trust: { secret: SECRET }, log: () => undefined });
    const scheme = (...shown: string[]): string => judge({
      peer: { kind: 'ip', address: '127.0.0.1' }, scheme: 'http', method: 'GET', target: '/', host: 'shop.test',
      fields: fieldsOfRaw(['X-Forwarded-Proto', 'https', ...shown.flatMap((value) => ['Sallyport-Secret', value])]),
    }).heard.scheme;
    assert.equal(scheme(SECRET), 'https');
    for (const wrong of [[], [''], [SECRET.slice(1)], [`${SECRET}0`], [SECRET.toUpperCase()], [SECRET, SECRET], [`${SECRET}, ${SECRET}`]]) assert.equal(scheme(...wrong), 'http', wrong.join(' | '));
  });

  it('is refused where it could be guessed or is no line, with the command that makes one', () => {
    resolve(file('line', `${'x'.repeat(16)}\r\n`));
    for (const [name, text] of [['empty', ''], ['short', 'x'.repeat(15)], ['long', 'x'.repeat(257)], ['two', `${SECRET}\n${SECRET}\n`], ['spaces', `${SECRET} ${SECRET}`], ['letters', `${SECRET}\xe9`]] as const) {
      assert.throws(() => resolve(file(name, text)), (error) => error instanceof ConfigError && /openssl rand -hex 32/.test(error.message), name);
    }
    assert.throws(() => resolve(join(dir, 'missing')), ConfigError);
  });

  it('is refused where every user of the machine can read it, with the command that mends it; a group may', { skip: process.platform === 'win32' ? 'no such modes' : false }, () => {
    const path = file('open', `${SECRET}\n`);
    for (const mode of [0o604, 0o644, 0o666, 0o602]) {
      chmodSync(path, mode);
      assert.throws(() => resolve(path), (error) => error instanceof ConfigError && error.message.includes(`mode 0${mode.toString(8)}, expected 0600`) && error.message.includes(`chmod o= '${path}'`), mode.toString(8));
      assert.throws(() => resolveConfig({ app: 8000, admin: 9443, adminPasswordFile: path }, { folder: dir, defaultLog: 'json' }), /adminPasswordFile: .*chmod o=/);
      assert.throws(() => resolveConfig({ app: ['1', '2'], upstream: { sticky: { cookie: 'a', secretFile: path } } }, { folder: dir, defaultLog: 'json' }), /upstream\.sticky: .*chmod o=/);
    }
    chmodSync(path, 0o640);
    resolve(path);
  });

  it('cannot be told by a header of one\'s own', () => {
    assert.throws(() => resolveConfig({ app: 8000, tell: ['Sallyport-Secret: x'] }, { folder: dir, defaultLog: 'json' }), /--secret-file/);
  });
});
