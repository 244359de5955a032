import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawRequest } from '../helpers/raw-app.ts';

/** Field lines that tell something: everything but what a plain GET carries anyway, and the front's number for the request. */
const telling = (request: RawRequest | undefined): string[] =>
  (request?.head ?? '').split('\r\n').slice(1).filter((line) => !/^(host|connection|accept|user-agent|x-request-id):/i.test(line)).sort();

const CASES: readonly { args: readonly string[]; https: (port: number) => string[]; http: (port: number) => string[] }[] = [
  {
    args: [],
    https: (port) => ['X-Forwarded-For: 127.0.0.1', `X-Forwarded-Host: localhost:${port}`, `X-Forwarded-Port: ${port}`, 'X-Forwarded-Proto: https'],
    http: (port) => ['X-Forwarded-For: 127.0.0.1', `X-Forwarded-Host: localhost:${port}`, `X-Forwarded-Port: ${port}`, 'X-Forwarded-Proto: http'],
  },
  {
    args: ['--speaks', 'legacy'],
    https: () => ['X-Forwarded-For: 127.0.0.1', 'X-Forwarded-Protocol: https'],
    http: () => ['X-Forwarded-For: 127.0.0.1'],
  },
  {
    args: ['--speaks', 'ssl-flag'],
    https: () => ['X-Forwarded-For: 127.0.0.1', 'X-Forwarded-Ssl: on'],
    http: () => ['X-Forwarded-For: 127.0.0.1', 'X-Forwarded-Ssl: off'],
  },
  {
    args: ['--speaks', 'front-end-https'],
    https: () => ['Front-End-Https: on', 'X-Forwarded-For: 127.0.0.1'],
    http: () => ['X-Forwarded-For: 127.0.0.1'],
  },
  {
    // A constant `on` written on http requests as well was the classic lie: the app believed that every request was secure.
    args: ['--speaks', 'legacy', '--tell', 'X-Is-Secure: yes', '--tell', 'X-Door: {scheme} {on} {host} {port} {client}'],
    https: (port) => [`X-Door: https on localhost:${port} ${port} 127.0.0.1`, 'X-Forwarded-For: 127.0.0.1', 'X-Forwarded-Protocol: https', 'X-Is-Secure: yes'],
    http: (port) => [`X-Door: http off localhost:${port} ${port} 127.0.0.1`, 'X-Forwarded-For: 127.0.0.1'],
  },
];

for (const { args, https, http } of CASES) {
  test(`an app is told in these words and no others: ${args.join(' ') || 'standard'}`, async (t) => {
    const seen: RawRequest[] = [];
    const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
    const front = await startFront(t, [app.address, '--scheme', '/=either', ...args]);
    await front.get('/');
    assert.deepEqual(telling(seen[0]), https(front.httpsPort));
    await front.getHttp('/');
    assert.deepEqual(telling(seen[1]), http(front.httpPort));
    // The names of this profile, and of a --tell, are the front's own: a client's copy never arrives.
    const own = https(front.httpsPort).map((line) => line.slice(0, line.indexOf(':')));
    await front.getHttp('/', { headers: own.flatMap((name) => [name, 'https', name.toUpperCase(), 'on', name.replaceAll('-', '_'), 'on']) });
    assert.deepEqual(telling(seen[2]), http(front.httpPort));
  });
}

test('rfc7239 tells it in one Forwarded line', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
  const front = await startFront(t, [app.address, '--speaks', 'rfc7239']);
  await front.get('/', { headers: { Forwarded: 'for=192.0.2.66;proto=http;host=evil.example' } });
  const lines = telling(seen[0]);
  assert.equal(lines.length, 1, lines.join('\n'));
  const pairs = Object.fromEntries((lines[0] ?? '').slice('Forwarded: '.length).split(';').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  // RFC 7239 §4: a value with a colon in it must be quoted.
  assert.deepEqual(pairs, { for: '127.0.0.1', host: `"localhost:${front.httpsPort}"`, proto: 'https' });
});

test('the ports the world sees are the ports that are told', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
  const front = await startFront(t, [app.address, '--public-https-port', '443', '--public-http-port', '8080', '--scheme', '/=either']);
  await front.get('/', { headers: { Host: 'localhost' } });
  assert.equal(seen[0]?.get('X-Forwarded-Port'), '443');
  assert.equal(seen[0]?.get('Host'), 'localhost');
  await front.getHttp('/', { headers: { Host: 'localhost:8080' } });
  assert.equal(seen[1]?.get('X-Forwarded-Port'), '8080');
});
