/** A uwsgi server that does not do as it should, and what the log says of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { RawConnection } from '../helpers/raw-app.ts';
import { startRawUwsgi } from '../helpers/raw-uwsgi.ts';

type Row = readonly [what: string, does: (connection: RawConnection) => void, status: number, event: string];

const TABLE: readonly Row[] = [
  ['answers nonsense', (app) => { app.end('\0\x01\x02 what is this?\r\n\r\n'); }, 502, 'app-bad-answer'],
  ['answers an HTTP version that is none', (app) => { app.end('HTTP/9.9 200 OK\r\n\r\n'); }, 502, 'app-bad-answer'],
  ['answers another packet of its own protocol', (app) => { app.end('\0\x04\0\0\x01\0a\x01'); }, 502, 'app-bad-answer'],
  ['answers half a head', (app) => { app.end('HTTP/1.1 200 OK\r\nContent-Ty'); }, 502, 'app-closed'],
  ['answers a head without an end', (app) => { app.write(`HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(300_000)}`); }, 502, 'app-bad-answer'],
  ['answers too many lines', (app) => { app.write(`HTTP/1.1 200 OK\r\n${'X-A: a\r\n'.repeat(5000)}\r\n`); }, 502, 'app-bad-answer'],
  ['announces two lengths', (app) => { app.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'); }, 502, 'app-bad-answer'],
  ['closes without a word', (app) => { app.end(); }, 502, 'app-closed'],
  ['resets', (app) => { app.reset(); }, 502, 'app-closed'],
  ['says nothing at all', () => undefined, 504, 'app-answer-timeout'],
  ['begins a head and stops', (app) => { app.write('HTTP/1.1 200 OK\r\n'); }, 504, 'app-answer-timeout'],
];

describe('a uwsgi server that', () => {
  for (const [what, does, status, event] of TABLE) {
    test(`${what}: ${status}, and ${event} in the log`, async (t) => {
      const app = await startRawUwsgi(t, does);
      const front = await startFront(t, [app.address, '--timeout', 'answer=1s']);
      const got = await front.get('/');
      assert.equal(got.status, status);
      await front.event(event, (line) => line.event === event && String(line['message']).length > 20);
      assert.doesNotMatch(got.text, /127\.0\.0\.1/);
      await app.connections[0]!.gone(20_000);
    });
  }

  test('answers less than it announced: the client can tell', async (t) => {
    const app = await startRawUwsgi(t, (connection) => { connection.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'); });
    const front = await startFront(t, [app.address]);
    await assert.rejects(front.get('/'));
  });
});

test('variables that outgrow the protocol\'s 64 KiB are 431, and the app is not asked', async (t) => {
  const app = await startRawUwsgi(t, (connection) => { connection.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'); });
  const front = await startFront(t, [app.address]);
  // A head within the front's own 64 KiB: the path comes twice among the variables, decoded and raw.
  const got = await front.get(`/${'a'.repeat(7000)}`, { headers: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`X-Large-${i}`, 'x'.repeat(6900)])) });
  assert.equal(got.status, 431);
  assert.equal(app.received(), '');
});

// One name that reaches an app twice is read by one part of it as the first and by another as the last.
test('no variable comes twice, whatever a client sends', async (t) => {
  let seen = new Map<string, string>();
  const app = await startRawUwsgi(t, (connection, variables) => { seen = variables; connection.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'); });
  const front = await startFront(t, [app.address, '--tell', 'HTTP_X_FORWARDED_SSL: on', '--allow-header', 'X_A', '--allow-header', 'X.A']);
  const lines = ['X-A: 1', 'x-a: 2', 'X_A: 3', 'X.A: 4', 'Cookie: a=1', 'Cookie: b=2', 'Accept: a/b', 'Accept: c/d', 'Https: off', 'HTTPS: off', 'X-Forwarded-Ssl: off', 'X_Forwarded_Ssl: off', 'Http-X-Forwarded-Ssl: off', 'Http-Host: evil', 'Remote-Addr: 6.6.6.6', 'Proxy: evil', 'X-Forwarded-Proto: http', 'Content-Type: a/b', 'Content-Type: c/d'];
  const { text } = await front.exchange(`GET / HTTP/1.1\r\nHost: localhost:${front.httpsPort}\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
  assert.match(text, /^HTTP\/1\.1 200 /);
  assert.deepEqual(['HTTPS', 'UWSGI_SCHEME', 'REQUEST_SCHEME', 'REMOTE_ADDR', 'HTTP_X_FORWARDED_SSL', 'HTTP_X_FORWARDED_PROTO', 'HTTP_HOST', 'HTTP_PROXY', 'HTTP_COOKIE', 'HTTP_ACCEPT'].map((name) => seen.get(name)),
    ['on', 'https', 'https', '127.0.0.1', 'on', 'https', `localhost:${front.httpsPort}`, undefined, 'a=1; b=2', 'a/b, c/d']);
});
