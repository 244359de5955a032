import assert from 'node:assert/strict';
import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { freePort } from '../../src/cli/run/accepts.ts';
import { fetchOnce, type Got } from '../helpers/client.ts';
import { packagesOf, requiresFramework } from '../helpers/frameworks.ts';
import { ROOT, startFront, type Front } from '../helpers/front.ts';
import { startProgram } from '../helpers/program.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';

const SECRET = '00112233445566778899aabbccddeeff';


describe('examples/next, a real Next.js behind the front', requiresFramework('next'), () => {
  const here = scope();
  let front: Front;
  let direct: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Got>;
  before(async () => {
    const dir = tempDir(here);
    const [site, secretFile, port] = [join(dir, 'site'), join(dir, 'secret'), await freePort()];
    cpSync(join(ROOT, 'examples/next'), site, { recursive: true });
    mkdirSync(join(site, 'node_modules'));
    for (const name of ['next', 'react', 'react-dom']) symlinkSync(realpathSync(join(packagesOf('next'), name)), join(site, 'node_modules', name));
    symlinkSync(ROOT, join(site, 'node_modules/sallyport'));
    writeFileSync(secretFile, `${SECRET}\n`);
    // Turbopack refuses a package that is linked from elsewhere.
    const next = startProgram(here, [process.execPath, join(site, 'node_modules/next/dist/bin/next'), 'dev', '--webpack', '-H', '127.0.0.1', '-p', String(port)], {
      cwd: site, env: { PATH: process.env['PATH'], HOME: dir, SALLYPORT_SECRET: SECRET, NEXT_TELEMETRY_DISABLED: '1' },
    });
    await next.prints(/Ready in/, 60_000);
    direct = (path, headers = {}) => fetchOnce(`http://127.0.0.1:${port}${path}`, { headers, ms: 90_000 });
    await eventually('the page to be compiled', async () => (await direct('/')).status === 200, 120_000);
    front = await startFront(here, [String(port), '--scheme', '/=either', '--secret-file', secretFile]);
  });

  const said = (got: Got): string => got.text.replace(/<!-- -->/g, '').match(/<p>([^<]*)<\/p>/)?.[1] ?? got.text;

  it('tells the page over which door a visitor came', async () => {
    assert.equal(said(await front.get('/')), `You are on https. You came to https://localhost:${front.httpsPort}.`);
    assert.equal(said(await front.getHttp('/')), `You are on plain http. You came to http://localhost:${front.httpPort}.`);
  });

  // Next.js makes request.url of X-Forwarded-Proto, whoever sends it: read as the connection's own scheme, it let any client be secure.
  it('believes no header of anybody without the secret, and tells the app none of them', async () => {
    for (const forged of [{}, { 'Sallyport-Secret': 'guess' }, { 'Sallyport-Secret': `${SECRET}0` }]) {
      const got = await direct('/', { 'Host': 'shop.test', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.test', 'X-Sallyport-Secure': 'yes', ...forged });
      assert.equal(said(got), 'You are on plain http. You came to http://shop.test.');
    }
  });

  it('redirects a path that is https alone', async () => {
    const got = await front.getHttp('/pay?a=1');
    assert.equal(got.status, 307);
    assert.match(String(got.headers.location), /^https:\/\/localhost(?::\d+)?\/pay\?a=1$/);
    assert.match(said(await front.get('/pay')), /over https only/);
  });
});
