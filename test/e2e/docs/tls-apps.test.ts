import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePort } from '../../../src/cli/run/accepts.ts';
import { docsPage } from '../../helpers/docs.ts';
import type { Reader } from '../../helpers/docs.ts';
import { startFront } from '../../helpers/front.ts';
import type { Front } from '../../helpers/front.ts';
import { makeMysite } from '../../helpers/mysite.ts';
import type { Scope } from '../../helpers/scope.ts';
import type { Told } from '../../helpers/told.ts';

const page = docsPage('tls-apps');

/** A reader who has made the certificate, and started Gunicorn with it. */
const reading = async (scope: Scope, more: Readonly<Record<string, string>> = {}): Promise<Reader> => {
  const site = await makeMysite(scope);
  const reader = page.follow(scope, { '10.0.0.8:8443': `127.0.0.1:${await freePort()}`, ...more }, site);
  appendFileSync(join(site.dir, 'mysite/settings.py'), reader.text('mysite/settings.py'));
  await reader.run('openssl req');
  await reader.start('gunicorn mysite.wsgi', /Booting worker/);
  return reader;
};

const asTheTableSays = async (front: Front): Promise<void> => {
  const told = (await front.get('/truth', { from: '127.0.0.9', headers: { 'X-Forwarded-Proto': 'http' } })).json<Told>();
  assert.deepEqual([told.secure, told.scheme, told.headers['HTTP_X_FORWARDED_FOR'], told.client], [true, 'https', '127.0.0.9', '127.0.0.1']);
};

describe('docs/tls-apps.md', page.requires('gunicorn', 'python3-django', 'openssl'), () => {
  test('an app with a certificate of its own is believed by name and file', async (t) => {
    const reader = await reading(t);
    await asTheTableSays(await reader.front('--upstream-ca app.crt'));
    // The same without the name, and without the file: what the page's table says of the log.
    for (const [args, said] of [
      [['--upstream-ca', 'app.crt'], 'the certificate is for app.internal, not for 127.0.0.1'],
      [['--upstream-name', 'app.internal'], 'signed by itself'],
    ] as const) {
      assert.ok(page.text.includes(said.replace('app.internal, not for 127.0.0.1', 'a.internal, not for b.internal')));
      const address = /https:\S+/.exec(reader.line('--upstream-ca app.crt'))![0];
      const front = await startFront(t, [address, ...args], { cwd: reader.dir });
      assert.equal((await front.get('/truth')).status, 502);
      const event = await front.event('why', ({ event }) => event === 'app-untrusted');
      assert.ok(String(event['message']).includes(said), String(event['message']));
      await front.stop();
    }
  });

  test('the same by a configuration file', async (t) => {
    const reader = await reading(t);
    const front = await startFront(t, ['--config', reader.write('sallyport.config.ts'), '--https', '127.0.0.1:0', '--http', '127.0.0.1:0', '--log', 'json'], { cwd: reader.dir });
    await asTheTableSays(front);
  });

  test('without a check, with the warning', async (t) => {
    const reader = await reading(t);
    const front = await reader.front('--upstream-insecure');
    await asTheTableSays(front);
    await front.event('the warning', ({ event }) => event === 'upstream-unchecked');
  });
});
