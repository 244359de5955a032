import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { authority, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { eventually, scope, sleep } from '../helpers/scope.ts';

const HANDSHAKE = 'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

describe('a WebSocket through a real server', () => {
  const here = scope();
  const requests: IncomingMessage[] = [];
  const closes: { code: number; reason: string }[] = [];
  let front: Front;
  before(async () => {
    const http = createServer((_, answer) => { answer.end('plain'); });
    const sockets = new WebSocketServer({ server: http, path: '/ws', maxPayload: 64 * 1024 * 1024, handleProtocols: (offered) => offered.has('chat') ? 'chat' : false });
    sockets.on('connection', (socket, request) => {
      requests.push(request);
      socket.on('message', (data, binary) => {
        if (!binary && (data as Buffer).toString() === 'close me') socket.close(4001, 'as you wish');
        else socket.send(data, { binary });
      });
      socket.on('close', (code, reason) => closes.push({ code, reason: reason.toString() }));
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    here.after(() => { for (const socket of sockets.clients) socket.terminate(); http.close(); });
    front = await startFront(here, [`127.0.0.1:${(http.address() as AddressInfo).port}`]);
  });
  const connect = async (options: Record<string, unknown> = {}): Promise<WebSocket> => {
    const socket = new WebSocket(`wss://localhost:${front.httpsPort}/ws?a=1`, ['chat'], { ca: authority(), ...options });
    await once(socket, 'open');
    return socket;
  };
  const echo = async (socket: WebSocket, message: string | Buffer): Promise<void> => {
    const back = once(socket, 'message') as Promise<[Buffer, boolean]>;
    socket.send(message);
    const [data, binary] = await back;
    assert.equal(binary, Buffer.isBuffer(message));
    assert.ok(Buffer.from(message).equals(data), 'the echo is the message');
  };

  test('the server is told https, never wss, and gets the handshake as the client sent it', async () => {
    const socket = await connect({ origin: front.https, headers: { 'X-Forwarded-Proto': 'wss', Cookie: 'a=1' } });
    assert.equal(socket.protocol, 'chat');
    const { headers, url } = requests.at(-1) ?? assert.fail('no connection');
    assert.equal(headers['x-forwarded-proto'], 'https');
    assert.equal(headers['x-forwarded-port'], String(front.httpsPort));
    assert.equal(headers.origin, front.https);
    assert.equal(headers.cookie, 'a=1');
    assert.equal(headers.host, `localhost:${front.httpsPort}`);
    assert.equal(url, '/ws?a=1');
    socket.close();
    await once(socket, 'close');
  });

  test('text, binary and large messages come back whole, pings are answered', async () => {
    const socket = await connect();
    await echo(socket, 'h\u00e9llo');
    await echo(socket, randomBytes(1000));
    await echo(socket, randomBytes(1024 * 1024));
    await echo(socket, randomBytes(16 * 1024 * 1024));
    const pong = once(socket, 'pong');
    socket.ping('are you there');
    assert.equal(String((await pong)[0]), 'are you there');
    socket.close();
    await once(socket, 'close');
  });

  test('close codes and reasons pass either way', async () => {
    const mine = await connect();
    mine.close(4002, 'my reason');
    await once(mine, 'close');
    await eventually('the server to see the close', () => closes.some(({ code, reason }) => code === 4002 && reason === 'my reason'));
    const theirs = await connect();
    theirs.send('close me');
    const [code, reason] = await once(theirs, 'close') as [number, Buffer];
    assert.equal(code, 4001);
    assert.equal(reason.toString(), 'as you wish');
  });

  test('a client that vanishes ends the tunnel at the server', async () => {
    const socket = await connect();
    const before = closes.length;
    socket.terminate();
    await eventually('the server to see it', () => closes.length > before);
  });

  test('many at once keep their messages apart', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connect()));
    await Promise.all(sockets.map(async (socket, i) => { for (let n = 0; n < 10; n += 1) await echo(socket, `${i}: ${n}`); }));
    await Promise.all(sockets.map((socket) => { socket.close(); return once(socket, 'close'); }));
  });

  test('a path that has no WebSocket is refused in the server\'s own words', async () => {
    const talk = await front.talk();
    talk.say(HANDSHAKE.replace('/ws', '/none') + '\r\n');
    await talk.until(/^HTTP\/1\.1 400 [^]*?\r\n\r\n/);
    talk.drop();
  });

  test('over http it is redirected like any other request on an https site', async () => {
    const { text } = await front.exchange(`${HANDSHAKE}\r\nGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'http');
    assert.match(text, /^HTTP\/1\.1 307 /);
  });
});

test('bytes pass in both directions as they come once the app has switched, and an end passes too', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    await connection.head();
    connection.write(`${SWITCHED}early`);
    await eventually('bytes of the client', () => connection.rest.includes('from the client'));
    connection.end('late');
  });
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say(`${HANDSHAKE}\r\n`);
  await talk.until('early');
  talk.say('from the client');
  await talk.until('late');
  await talk.toTheEnd();
  talk.drop();
});

// A client that sends bytes behind its handshake before the 101 made a proxy treat them as part of the tunnel while the
// app read another request (CVE-2026-2833): if the app refuses to switch, they are a request like any other, read by the
// front, with the front's truth; if it switches, they are the tunnel's.
test('bytes sent before the app has decided never reach it as a request that the front has not read', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    for (;;) {
      const request = await connection.request();
      if (request === undefined) { connection.end(); return; }
      await sleep(300);
      connection.write(request.target === '/ws' ? reply('no', [], '403 Forbidden') : reply('read'));
    }
  });
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say(`${HANDSHAKE}\r\nGET /behind HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: http\r\nX_Forwarded_Proto: http\r\n\r\n`);
  await talk.until(/^HTTP\/1\.1 403 [^]*?\r\n\r\nno/);
  await Promise.race([talk.until(/read$/), eventually('an end', () => talk.ended)]);
  const [, behind = ''] = app.received().split('/behind');
  assert.doesNotMatch(behind, /forwarded.proto: http\r/i);
});

test('bytes sent before the app has switched are the tunnel\'s once it has', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    await connection.head();
    await sleep(300);
    connection.write(SWITCHED);
  });
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say(`${HANDSHAKE}\r\nGET /behind HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await talk.until(/^HTTP\/1\.1 101 [^]*?\r\n\r\n/);
  await eventually('the tunnel to have them, or to be dropped', () => app.connections[0]?.rest === 'GET /behind HTTP/1.1\r\nHost: localhost\r\n\r\n' || talk.ended !== undefined);
  assert.equal(app.connections.length, 1);
});

for (const [what, lines] of [
  ['another protocol', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'],
  ['two protocols', 'Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n'],
  ['an Upgrade that Connection does not name', 'Upgrade: websocket\r\n'],
] as const) {
  test(`${what}: the app sees a plain request`, async (t) => {
    const app = await startRawApp(t, answering((request) => reply(JSON.stringify([...request.all('upgrade'), ...request.all('http2-settings'), ...request.all('connection').filter((value) => /upgrade/i.test(value))]))));
    const front = await startFront(t, [app.address]);
    const talk = await front.talk();
    talk.say(`GET /ws HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`);
    await talk.until(/^HTTP\/1\.1 200 [^]*\r\n\r\n\[\]/);
    talk.drop();
  });
}

test('an app that switches without having been asked gets 502, not a tunnel', async (t) => {
  const app = await startRawApp(t, async (connection) => { if (await connection.head() !== undefined) connection.write(SWITCHED); });
  const front = await startFront(t, [app.address]);
  assert.equal((await front.get('/')).status, 502);
});
