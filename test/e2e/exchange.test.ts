import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawRequest } from '../helpers/raw-app.ts';
import { eventually, sleep } from '../helpers/scope.ts';

const HOST = 'Host: localhost\r\n';

test('one connection serves many requests', async (t) => {
  const app = await startRawApp(t, answering((request) => reply(request.target)));
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  for (let i = 0; i < 50; i += 1) {
    talk.say(`GET /${i} HTTP/1.1\r\n${HOST}\r\n`);
    await talk.until(new RegExp(`HTTP/1\\.1 200 [^]*?\\r\\n\\r\\n/${i}$`));
  }
  talk.drop();
  assert.ok(app.connections.length <= 2, `the app's connection is kept too: ${app.connections.length}`);
});

test('pipelined requests are answered in order, also where the first is the slowest', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    for (;;) {
      const request = await connection.request();
      if (request === undefined) { connection.end(); return; }
      if (request.target === '/slow') await sleep(300);
      connection.write(reply(`<${request.target}${request.body}>`));
    }
  });
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say([
    `GET /slow HTTP/1.1\r\n${HOST}\r\n`, `POST /b HTTP/1.1\r\n${HOST}Content-Length: 4\r\n\r\nbody`, `HEAD /h HTTP/1.1\r\n${HOST}\r\n`,
    `POST /c HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n2\r\nch\r\n3;ext=1\r\nunk\r\n0\r\n\r\n`, `GET /last HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
  ].join(''));
  const text = await talk.toTheEnd();
  const bodies = [...text.matchAll(/<([^>]*)>/g)].map(([, body]) => body);
  assert.deepEqual(bodies, ['/slow', '/bbody', '/cchunk', '/last']);
  assert.equal(text.match(/HTTP\/1\.1 200/g)?.length, 5);
  talk.drop();
});

test('a request that arrives byte by byte is one request', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.socket.setNoDelay(true);
  for (const byte of `POST /x HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n`) { talk.say(byte); await sleep(2); }
  assert.match(await talk.toTheEnd(), /^HTTP\/1\.1 200 /);
  assert.equal(seen.length, 1);
  assert.equal(seen[0]?.body, 'abc');
  talk.drop();
});

test('1xx answers are passed on, 103 with its fields, and never taken for the answer', async (t) => {
  const app = await startRawApp(t, answering(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n${reply('final')}`));
  const front = await startFront(t, [app.address]);
  const got = await front.get('/');
  assert.deepEqual(got.early, [102, 103]);
  assert.equal(got.text, 'final');
  const talk = await front.talk();
  talk.say(`GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
  assert.match(await talk.toTheEnd(), /HTTP\/1\.1 103 [^]*?Link: <\/style\.css>; rel=preload\r\n[^]*?HTTP\/1\.1 200 /i);
  talk.drop();
  // RFC 9110 §15.2: a server must not send a 1xx to an HTTP/1.0 client.
  const old = await front.exchange(`GET / HTTP/1.0\r\n${HOST}\r\n`);
  assert.match(old.text, /^HTTP\/1\.[01] 200 [^]*\r\n\r\nfinal$/);
  assert.doesNotMatch(old.text, / 10[23] /);
});

test('trailers of an answer reach the client', async (t) => {
  const app = await startRawApp(t, answering('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n5\r\nhello\r\n0\r\nX-Checksum: 42\r\n\r\n'));
  const front = await startFront(t, [app.address]);
  const got = await front.get('/', { headers: { TE: 'trailers' } });
  assert.equal(got.text, 'hello');
  assert.equal(got.trailers['x-checksum'], '42');
});

test('HEAD, 204 and 304 have no body and the connection goes on', async (t) => {
  const app = await startRawApp(t, answering((request) => {
    if (request.method === 'HEAD') return 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: "a"\r\n\r\n';
    if (request.target === '/204') return 'HTTP/1.1 204 No Content\r\n\r\n';
    if (request.target === '/304') return 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 1000\r\n\r\n';
    return reply('last');
  }));
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say(`HEAD / HTTP/1.1\r\n${HOST}\r\n`);
  assert.match(await talk.until('\r\n\r\n'), /content-length: 1000\r\n/i);
  talk.say(`GET /204 HTTP/1.1\r\n${HOST}\r\n`);
  assert.match(await talk.until('\r\n\r\n'), /^HTTP\/1\.1 204 /);
  talk.say(`GET /304 HTTP/1.1\r\n${HOST}\r\n`);
  assert.match(await talk.until('\r\n\r\n'), /^HTTP\/1\.1 304 [^]*ETag: "a"/);
  talk.say(`GET /last HTTP/1.1\r\n${HOST}\r\n`);
  await talk.until(/^HTTP\/1\.1 200 [^]*last$/);
  talk.drop();
});

test('an answer that the app ends by closing is whole for every client', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    if (await connection.head() === undefined) return;
    connection.write('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nto the ');
    await sleep(50);
    connection.end('end');
  });
  const front = await startFront(t, [app.address]);
  assert.equal((await front.get('/')).text, 'to the end');
  const talk = await front.talk();
  talk.say(`GET / HTTP/1.1\r\n${HOST}\r\nGET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
  const text = await talk.toTheEnd();
  talk.drop();
  assert.match(text, /^HTTP\/1\.1 200 /);
  const old = await front.exchange(`GET / HTTP/1.0\r\n${HOST}\r\n`);
  assert.match(old.text, /\r\n\r\nto the end$/);
  assert.doesNotMatch(old.text, /transfer-encoding/i);
});

test('an HTTP/1.0 client gets no chunks, and its connection closes unless it asked to keep it', async (t) => {
  const app = await startRawApp(t, answering((request) => request.target === '/sized' ? reply('sized') : 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'));
  const front = await startFront(t, [app.address]);
  const chunked = await front.exchange(`GET / HTTP/1.0\r\n${HOST}\r\n`);
  assert.match(chunked.text, /\r\n\r\nhello$/);
  assert.doesNotMatch(chunked.text, /transfer-encoding/i);
  assert.match((await front.exchange(`GET /sized HTTP/1.0\r\n${HOST}\r\n`)).text, /\r\n\r\nsized$/);
  const talk = await front.talk();
  talk.say(`GET /sized HTTP/1.0\r\n${HOST}Connection: keep-alive\r\n\r\n`);
  assert.match(await talk.until(/\r\n\r\nsized/), /connection: keep-alive/i);
  talk.say(`GET /sized HTTP/1.0\r\n${HOST}\r\n`);
  assert.match(await talk.toTheEnd(), /\r\n\r\nsized$/);
  talk.drop();
});

test('hop-by-hop fields and what Connection names stay on their side', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => {
    seen.push(request);
    return reply('ok', ['Connection: X-Inner', 'X-Inner: secret', 'Keep-Alive: timeout=5', 'Proxy-Authenticate: Basic', 'X-Outer: 1']);
  }));
  const front = await startFront(t, [app.address]);
  const got = await front.get('/', { headers: ['Connection', 'close, X-Mine', 'X-Mine', 'secret', 'Keep-Alive', 'timeout=5', 'TE', 'trailers', 'Proxy-Authorization', 'Basic x', 'Proxy-Connection', 'close', 'X-Passed', '1'] });
  assert.equal(got.headers['x-inner'], undefined);
  assert.equal(got.headers['proxy-authenticate'], undefined);
  assert.equal(got.headers['x-outer'], '1');
  for (const name of ['X-Mine', 'Keep-Alive', 'Proxy-Authorization', 'Proxy-Connection']) assert.deepEqual(seen[0]?.all(name), [], name);
  assert.equal(seen[0]?.get('X-Passed'), '1');
});

test('bytes beyond ASCII pass as they came, in targets, values and bodies', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('\xff\xfe', ['X-Odd: \xe9\xff'], '200 tr\xe8s bien'); }));
  const front = await startFront(t, [app.address]);
  const { text } = await front.exchange(`POST /\xe9?\xff HTTP/1.1\r\n${HOST}X-Odd: \xe9\xff\r\nContent-Length: 2\r\nConnection: close\r\n\r\n\x00\xff`);
  assert.match(text, /^HTTP\/1\.1 200 tr\xe8s bien\r\n[^]*X-Odd: \xe9\xff\r\n[^]*\r\n\r\n\xff\xfe$/);
  assert.equal(seen[0]?.target, '/\xe9?\xff');
  assert.equal(seen[0]?.get('X-Odd'), '\xe9\xff');
  assert.equal(seen[0]?.body, '\x00\xff');
});

test('methods of any name pass, with bodies and without', async (t) => {
  const app = await startRawApp(t, answering((request) => reply(request.method === 'HEAD' ? '' : `${request.method} ${request.body}`)));
  const front = await startFront(t, [app.address]);
  for (const method of ['PATCH', 'PROPFIND', 'M-SEARCH', 'BREW', 'QUERY', 'get']) {
    assert.equal((await front.exchange(`${method} / HTTP/1.1\r\n${HOST}Content-Length: 2\r\nConnection: close\r\n\r\nhi`)).text.split('\r\n\r\n')[1], `${method} hi`);
  }
  assert.match((await front.exchange(`OPTIONS * HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`)).text, /OPTIONS/);
});

test('a client that goes away while the app works ends the request at the app', async (t) => {
  const app = await startRawApp(t, async (connection) => { await connection.head(); });
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say(`GET /long HTTP/1.1\r\n${HOST}\r\n`);
  await eventually('the request at the app', () => app.connections[0]?.received.includes('/long'));
  talk.socket.destroy();
  await app.connections[0]?.gone();
});

test('every request has its line in the log', async (t) => {
  const app = await startRawApp(t, answering(() => reply('ok', [], '201 Created')));
  const front = await startFront(t, [app.address]);
  await front.get('/some/path?q=1', { method: 'PUT', body: 'abc', headers: { 'Content-Length': '3' } });
  const line = await front.event('the request', (event) => JSON.stringify(event).includes('/some/path'));
  const text = JSON.stringify(line);
  for (const part of ['PUT', '201', '127.0.0.1', 'https', 'localhost']) assert.ok(text.includes(part), `${part} in ${text}`);
});
