import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAll } from '../helpers/client.ts';
import { runFront, startFront } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawRequest } from '../helpers/raw-app.ts';
import { program, requires } from '../helpers/real.ts';
import { sleep, tempDir } from '../helpers/scope.ts';
import { exchange } from '../helpers/talk.ts';

const OK = answering(() => reply('ok'));

// Silence on a port is the hardest thing to understand: `http://` typed on the TLS port showed "empty response" for years.
test('plain HTTP on the TLS port is answered, not dropped', async (t) => {
  const app = await startRawApp(t, OK);
  const front = await startFront(t, [app.address]);
  const { text } = await exchange(front.httpsPort, `GET /path?q HTTP/1.1\r\nHost: localhost:${front.httpsPort}\r\n\r\n`);
  assert.match(text, /^HTTP\/1\.1 (307|400) /);
  if (text.includes(' 307 ')) assert.match(text, new RegExp(`location: https://localhost:${front.httpsPort}/path\\?q\r\n`, 'i'));
  else assert.match(text, /TLS|https/i);
  const odd = await exchange(front.httpsPort, 'POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 3\r\n\r\nabc');
  assert.match(odd.text, /^HTTP\/1\.1 (307|400) /);
  assert.equal(app.received(), '');
});

test('TLS on the plain port is refused in a way the log explains', async (t) => {
  const app = await startRawApp(t, OK);
  const front = await startFront(t, [app.address]);
  await exchange(front.httpPort, Buffer.from('16030100c8010000c40303', 'hex'));
  await front.event('TLS on the plain port', (event) => JSON.stringify(event).includes('tls-on-plain-port'));
});

// Balancers and scanners finish the handshake and leave: each was held until the handshake's time was over, and then
// logged as a handshake that took too long.
test('a client that leaves right after its handshake is let go at once', async (t) => {
  const app = await startRawApp(t, OK);
  const front = await startFront(t, [app.address, '--timeout', 'handshake=1s']);
  for (let i = 0; i < 5; i += 1) {
    const talk = await front.talk();
    talk.drop();
  }
  await sleep(1500);
  assert.deepEqual(front.events().filter((event) => JSON.stringify(event).includes('HANDSHAKE')), []);
});

test('a port that is taken is named, with who holds it', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { holder.once('listening', resolve); });
  t.after(() => { holder.close(); });
  const { port } = holder.address() as AddressInfo;
  const { exit, stdout, stderr } = await runFront(['8000', '--https', `127.0.0.1:${port}`, '--http', 'off']);
  assert.equal(exit.code, 1);
  assert.match(stderr + stdout, new RegExp(`127\\.0\\.0\\.1:${port}`));
  assert.match(stderr + stdout, new RegExp(`\\b${process.pid}\\b`), 'the process that holds it');
  assert.doesNotMatch(stderr, /at .*\(.*:\d+:\d+\)/, 'no stack');
});

test('no right to bind a low port says so and what to do', requires('util-linux'), async (t) => {
  if (process.getuid?.() !== 0) { t.skip('needs root, to drop its rights'); return; }
  // A folder that nobody else can enter would be the reason it fails; this one is open.
  const data = mkdtempSync(join(tmpdir(), 'sallyport-nobody-'));
  chmodSync(data, 0o777);
  t.after(() => { rmSync(data, { recursive: true, force: true }); });
  const { exit, stdout, stderr } = await runFront(['8000', '--https', '127.0.0.1:443', '--http', 'off'], {
    as: [program('util-linux'), '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'],
    env: { SALLYPORT_DATA_DIR: data, HOME: data },
  });
  assert.equal(exit.code, 1, stderr);
  assert.match(stderr + stdout, /443/);
  assert.match(stderr + stdout, /8443|setcap|CAP_NET_BIND_SERVICE|sysctl|ip_unprivileged_port_start/);
});

test('without one door the other still works', async (t) => {
  const app = await startRawApp(t, OK);
  const secure = await startFront(t, [app.address, '--http', 'off']);
  assert.equal((await secure.get('/')).text, 'ok');
  const plain = await startFront(t, [app.address, '--https', 'off', '--scheme', '/=either']);
  assert.equal((await plain.getHttp('/')).text, 'ok');
});

test('a door on a unix socket: its peer is told as unix', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
  const path = join(tempDir(t), 'front.sock');
  const front = await startFront(t, [app.address, '--http', `unix:${path}`, '--scheme', '/=either']);
  const answer = await new Promise<string>((resolve, reject) => {
    request({ socketPath: path, path: '/', headers: { Host: 'localhost' } }, (got) => { readAll(got).then((body) => { resolve(body.toString()); }, reject); }).on('error', reject).end();
  });
  assert.equal(answer, 'ok');
  assert.equal(seen[0]?.get('X-Forwarded-Proto'), 'http');
  await front.stop();
  assert.equal(existsSync(path), false, 'the socket is gone after a stop');
});

test('without an address a local-authority site listens on both loopbacks and on no other address', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
  const front = await startFront(t, [app.address, '--https', '0', '--http', 'off']);
  assert.equal((await front.get('/')).text, 'ok');
  assert.equal((await front.get('/', { address: '::1' })).text, 'ok');
  assert.deepEqual(seen.map((request) => request.get('X-Forwarded-For')), ['127.0.0.1', '::1']);
  await assert.rejects(front.get('/', { address: '127.0.0.2', ms: 2000 }), 'not on every address');
});

test('an IPv4 client on a v6 socket is told as IPv4', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
  const front = await startFront(t, [app.address, '--https', '[::]:0', '--http', 'off']);
  assert.equal((await front.get('/', { address: '127.0.0.1', from: '127.0.0.4' })).text, 'ok');
  assert.equal(seen[0]?.get('X-Forwarded-For'), '127.0.0.4');
});

test('the ready line tells both doors and the app', async (t) => {
  const app = await startRawApp(t, OK);
  const { ready } = await startFront(t, [app.address]);
  assert.match(String(ready['https']), /^https:\/\//);
  assert.match(String(ready['http']), /^http:\/\//);
  assert.ok(String(ready['app']).includes(String(app.port)));
});
