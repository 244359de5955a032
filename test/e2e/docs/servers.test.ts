import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePort } from '../../../src/cli/run/accepts.ts';
import { docsPage } from '../../helpers/docs.ts';
import { makeMysite } from '../../helpers/mysite.ts';
import type { Told } from '../../helpers/told.ts';

const page = docsPage('servers');
const READY = /Booting worker/;
const STRICT = "ALLOWED_HOSTS = ['shop.example.com', 'localhost']\nSECURE_SSL_REDIRECT = True\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n";

describe('docs/servers.md', page.requires('gunicorn', 'python3-django'), () => {
  test('two servers, and nobody notices that one is killed', async (t) => {
    const [one, two] = [await freePort(), await freePort()];
    const reader = page.follow(t, { '8001': String(one), '8002': String(two) }, await makeMysite(t, STRICT));
    const first = await reader.start(`--bind 127.0.0.1:8001`, READY);
    await reader.start(`--bind 127.0.0.1:8002`, READY);
    const front = await reader.front('sallyport 8001,8002');
    const ports = async (times: number): Promise<Set<string>> => {
      const seen = new Set<string>();
      for (let i = 0; i < times; i++) {
        const got = await front.get('/truth');
        assert.equal(got.status, 200);
        seen.add(got.json<Told>().environ['SERVER_PORT'] ?? '');
      }
      return seen;
    };
    assert.deepEqual(await ports(6), new Set([String(one), String(two)]));
    await first.stop('SIGTERM');
    assert.deepEqual(await ports(6), new Set([String(two)]));
  });

  test('the configuration: checks that Django answers, and a client that stays with its server', async (t) => {
    const [one, two] = [await freePort(), await freePort()];
    const site = await makeMysite(t, STRICT);
    const secret = join(site.dir, 'sticky.secret');
    writeFileSync(secret, `${'s'.repeat(40)}\n`, { mode: 0o600 });
    const reader = page.follow(t, {
      '8001': String(one), '8002': String(two), '/up': '/truth', '/etc/sallyport/sticky.secret': secret,
      // Doors where nobody else has any, and a log that the test can read.
      'domains:': "https: '127.0.0.1:0', http: '127.0.0.1:0', log: 'json', domains:",
    }, site);
    await reader.start(`--bind 127.0.0.1:8001`, READY);
    const second = await reader.start(`--bind 127.0.0.1:8002`, READY);
    const config = reader.write('sallyport.config.ts');
    const front = await reader.front('sallyport --config sallyport.config.ts');
    const ask = (headers: Readonly<Record<string, string>> = {}): ReturnType<typeof front.get> =>
      front.get('/truth', { headers: { Host: 'shop.example.com', ...headers }, ca: undefined });
    const got = await ask();
    const cookie = /^(server=[\w-]+); Path=\/; HttpOnly; SameSite=Lax; Secure$/.exec(got.headers['set-cookie']?.[0] ?? '')?.[1] ?? 'none';
    for (let i = 0; i < 4; i++) {
      const told = (await ask({ Cookie: cookie })).json<Told>();
      assert.equal(told.environ['SERVER_PORT'], got.json<Told>().environ['SERVER_PORT']);
      assert.equal(told.headers['HTTP_COOKIE'], undefined, 'the app never sees it');
    }
    assert.ok(front.events().every(({ event }) => event !== 'server-down'), 'checked well');
    await second.stop();
    assert.match(String((await front.event('that the second is down', ({ event, server }) => event === 'server-down' && server === String(two), 60_000))['message']), /is down/);
    await front.stop();

    // With a secret in a file the cookie outlives the front.
    const own = reader.text('secretFile').trim();
    writeFileSync(config, reader.text('sallyport.config.ts').replace(/upstream: \{[^]*?\n {2}\},/, own));
    await reader.start(`--bind 127.0.0.1:8002`, READY);
    const cookies: string[] = [];
    for (let i = 0; i < 2; i++) {
      const again = await reader.front('sallyport --config sallyport.config.ts');
      cookies.push((await again.get('/truth', { headers: { Host: 'shop.example.com' }, ca: undefined })).headers['set-cookie']?.[0] ?? '');
      await again.stop();
    }
    assert.match(cookies[0]!, /^server=/);
    assert.equal(cookies[0], cookies[1]);
  });
});
