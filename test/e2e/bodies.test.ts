import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { authority, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import type { Gunicorn } from '../helpers/gunicorn.ts';
import { runProgram } from '../helpers/program.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawRequest } from '../helpers/raw-app.ts';
import { program, requires } from '../helpers/real.ts';
import { eventually, scope, sleep, tempDir } from '../helpers/scope.ts';

const MIB = 1024 * 1024;
/** Bytes without a period that a buffer's size could hide behind. */
const noise = (size: number): Buffer => {
  const bytes = Buffer.alloc(size);
  let x = 123456789;
  for (let i = 0; i + 4 <= size; i += 4) { x ^= x << 13; x ^= x >>> 17; x ^= x << 5; bytes.writeInt32LE(x, i); }
  return bytes;
};
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const pieces = (bytes: Buffer, size: number): Readable => Readable.from(Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)));

interface Uploaded { readonly sha256: string; readonly length: number; readonly content_length: string | null; readonly transfer_encoding: string | null; readonly expect: string | null }

describe('bodies through a real Gunicorn', requires('gunicorn', 'python3-django', 'curl'), () => {
  const here = scope();
  const body = noise(20 * MIB);
  let site: Gunicorn;
  let front: Front;
  before(async () => {
    site = await startDjango(here);
    front = await startFront(here, [site.address]);
  });

  test('an upload of 20 MiB arrives whole', async () => {
    const got = await front.get('/upload', { method: 'POST', body, headers: { 'Content-Length': String(body.length) } });
    assert.deepEqual(got.json<Uploaded>(), { sha256: hash(body), length: body.length, content_length: String(body.length), transfer_encoding: null, expect: null });
  });

  // A WSGI app reads as many bytes as CONTENT_LENGTH says: without one, the upload was empty and nobody was told.
  test('a chunked upload of 20 MiB arrives whole, with a length', async () => {
    for (const size of [65536, 1000_003]) {
      const got = await front.get('/upload', { method: 'POST', body: pieces(body, size), headers: { 'Transfer-Encoding': 'chunked' } });
      assert.deepEqual(got.json<Uploaded>(), { sha256: hash(body), length: body.length, content_length: String(body.length), transfer_encoding: null, expect: null });
    }
  });

  test('empty and tiny bodies arrive as they are, chunked or not', async () => {
    for (const text of ['', 'x', 'hello']) {
      const sized = await front.get('/upload', { method: 'POST', body: text, headers: { 'Content-Length': String(text.length) } });
      assert.equal(sized.json<Uploaded>().content_length, String(text.length));
      const chunked = await front.get('/upload', { method: 'PUT', body: Readable.from([Buffer.from(text)].filter((b) => b.length > 0)), headers: { 'Transfer-Encoding': 'chunked' } });
      assert.equal(chunked.json<Uploaded>().length, text.length);
      assert.equal(chunked.json<Uploaded>().transfer_encoding, null);
    }
  });

  test('a body with a GET or a DELETE is a body', async () => {
    for (const method of ['GET', 'DELETE', 'OPTIONS', 'PATCH']) {
      const got = await front.get('/upload', { method, body: 'hello', headers: { 'Content-Length': '5' } });
      assert.equal(got.json<Uploaded>().length, 5, method);
    }
  });

  test('a download of 20 MiB arrives whole, with a length and without', async () => {
    const direct = createHash('sha256');
    const block = Buffer.from(Array.from({ length: 65536 }, (_, i) => (i * 7 + (i >> 8)) & 255));
    for (let i = 0; i < 320; i += 1) direct.update(block);
    const expected = direct.digest('hex');
    const sized = await front.get(`/download/${20 * MIB}`);
    assert.equal(sized.headers['content-length'], String(20 * MIB));
    assert.equal(hash(sized.body), expected);
    const chunked = await front.get(`/download/${20 * MIB}?chunked=1`);
    assert.equal(chunked.headers['content-length'], undefined);
    assert.equal(hash(chunked.body), expected);
  });

  test('HEAD of a download has its length and no body, and the connection goes on', async () => {
    const talk = await front.talk();
    talk.say(`HEAD /download/1000 HTTP/1.1\r\nHost: localhost:${front.httpsPort}\r\n\r\nGET /truth HTTP/1.1\r\nHost: localhost:${front.httpsPort}\r\nConnection: close\r\n\r\n`);
    const text = await talk.toTheEnd();
    assert.match(text, /^HTTP\/1\.1 200 [^]*?content-length: 1000\r\n(?:[^\r]+\r\n)*\r\nHTTP\/1\.1 200 /i);
    talk.drop();
  });

  test('curl waits for 100-continue, gets it from the front, and the app never sees Expect', async (t) => {
    const dir = tempDir(t);
    writeFileSync(join(dir, 'body'), body);
    writeFileSync(join(dir, 'ca.pem'), authority());
    const { stdout, stderr, exit } = await runProgram([
      program('curl'), '-sS', '-v', '--cacert', join(dir, 'ca.pem'), '-H', 'Expect: 100-continue', '--expect100-timeout', '30', '--max-time', '20',
      '--data-binary', `@${join(dir, 'body')}`, `${front.https}/upload`,
    ], { env: { PATH: process.env['PATH'] } });
    assert.equal(exit.code, 0, stderr);
    assert.match(stderr, /< HTTP\/1\.1 100 /);
    assert.deepEqual(JSON.parse(stdout), { sha256: hash(body), length: body.length, content_length: String(body.length), transfer_encoding: null, expect: null });
  });

  test('curl uploads chunked with Expect', async (t) => {
    const dir = tempDir(t);
    writeFileSync(join(dir, 'body'), body);
    writeFileSync(join(dir, 'ca.pem'), authority());
    const { stdout, stderr, exit } = await runProgram([
      program('curl'), '-sS', '--cacert', join(dir, 'ca.pem'), '-H', 'Transfer-Encoding: chunked', '-T', join(dir, 'body'), '--max-time', '20', `${front.https}/upload`,
    ], { env: { PATH: process.env['PATH'] } });
    assert.equal(exit.code, 0, stderr);
    assert.equal((JSON.parse(stdout) as Uploaded).sha256, hash(body));
  });

  test('many uploads at once arrive whole and none in another\'s place', async () => {
    const bodies = Array.from({ length: 12 }, (_, i) => Buffer.concat([Buffer.from(`upload ${i} `), body.subarray(i * 1000, i * 1000 + 300_000 + i * 7)]));
    const got = await Promise.all(bodies.map((bytes, i) => front.get('/upload', i % 2 === 0
      ? { method: 'POST', body: bytes, headers: { 'Content-Length': String(bytes.length) } }
      : { method: 'POST', body: pieces(bytes, 9999), headers: { 'Transfer-Encoding': 'chunked' } })));
    assert.deepEqual(got.map((one) => one.json<Uploaded>().sha256), bodies.map(hash));
  });
});

test('a body is whole before an app connection is taken, and no temporary file stays', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
  const tmp = tempDir(t);
  const front = await startFront(t, [app.address], { env: { TMPDIR: tmp } });
  const talk = await front.talk();
  const half = noise(200_000).toString('latin1');
  talk.say(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n\r\n${half}`);
  await sleep(400);
  assert.equal(app.connections.length, 0, 'the app is not bothered before the body is whole');
  talk.say(half);
  await talk.until('\r\n\r\nok');
  assert.equal(seen[0]?.body, half + half);
  await eventually('the temporary folder to be empty', () => readdirSync(tmp, { recursive: true, withFileTypes: true }).every((entry) => !entry.isFile()));
  talk.say(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n\r\n${half}`);
  await sleep(300);
  talk.drop();
  await eventually('the temporary folder to be empty after a cut body', () => readdirSync(tmp, { recursive: true, withFileTypes: true }).every((entry) => !entry.isFile()));
  assert.equal(seen.length, 1, 'a cut body never reaches the app');
});

test('a body over --max-body gets 413 and a closed connection; the app sees nothing', async (t) => {
  const app = await startRawApp(t, answering(() => reply('ok')));
  const front = await startFront(t, [app.address, '--max-body', '100k']);
  const host = 'Host: localhost\r\n';
  const announced = await front.exchange(`POST / HTTP/1.1\r\n${host}Content-Length: 200000\r\n\r\n`);
  assert.match(announced.text, /^HTTP\/1\.1 413 /);
  const expecting = await front.exchange(`POST / HTTP/1.1\r\n${host}Content-Length: 200000\r\nExpect: 100-continue\r\n\r\n`);
  assert.match(expecting.text, /^HTTP\/1\.1 413 /, 'and no 100 before it');
  const chunk = 'x'.repeat(50_000);
  const chunked = await front.exchange(`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${`c350\r\n${chunk}\r\n`.repeat(3)}0\r\n\r\n`);
  assert.match(chunked.text, /^HTTP\/1\.1 413 /);
  assert.equal(app.received(), '');
  const fits = await front.get('/', { method: 'POST', body: 'x'.repeat(100_000), headers: { 'Content-Length': '100000' } });
  assert.equal(fits.status, 200);
});

test('--stream-bodies passes a body on as it comes, and relays Expect', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    const head = await connection.head();
    if (head === undefined) return;
    if (/^expect: 100-continue/im.test(head)) connection.write('HTTP/1.1 100 Continue\r\n\r\n');
    await eventually('the first piece', () => connection.rest.includes('first'));
    connection.write('HTTP/1.1 103 Early Hints\r\nX-Seen: first\r\n\r\n');
    await eventually('the last piece', () => connection.rest.includes('last'));
    connection.write(reply('both'));
  });
  const front = await startFront(t, [app.address, '--stream-bodies']);
  const talk = await front.talk();
  talk.say('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n');
  await talk.until(/HTTP\/1\.1 100 [^]*?\r\n\r\n/);
  talk.say('first');
  await talk.until(/HTTP\/1\.1 103 [^]*?\r\n\r\n/);
  talk.say('last');
  await talk.until(/HTTP\/1\.1 200 [^]*?\r\n\r\nboth/);
  talk.drop();
});

test('--stream-bodies lets the app refuse before a byte of the body was sent', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    if (await connection.head() !== undefined) connection.write(reply('no', [], '403 Forbidden'));
  });
  const front = await startFront(t, [app.address, '--stream-bodies']);
  const talk = await front.talk();
  talk.say('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\nExpect: 100-continue\r\n\r\n');
  assert.doesNotMatch(await talk.until(/403 [^]*?\r\n\r\nno/), /HTTP\/1\.1 100/);
  talk.drop();
});

test('--stream-bodies drops the request at the app where the client goes away in the middle', async (t) => {
  const app = await startRawApp(t, async (connection) => { await connection.head(); });
  const front = await startFront(t, [app.address, '--stream-bodies']);
  const talk = await front.talk();
  talk.say('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
  await eventually('the first piece at the app', () => app.received().includes('hello'));
  talk.drop();
  const ended = await app.connections[0]?.gone();
  assert.ok(ended);
  assert.doesNotMatch(app.received(), /\r\n0\r\n\r\n$/, 'a cut body is not ended as if it were whole');
});

test('an answer that comes before the body has been sent is relayed at once', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    if (await connection.head() !== undefined) connection.write(reply('too much', ['Connection: close'], '413 Content Too Large'));
  });
  for (const args of [[], ['--stream-bodies']]) {
    const front = await startFront(t, [app.address, ...args]);
    const body = noise(3 * MIB);
    const talk = await front.talk();
    talk.say(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`);
    // Streaming: the answer must come while half the body is still to be sent. Collected: once the body is whole.
    talk.say(args.length === 0 ? body : body.subarray(0, MIB));
    await talk.until(/HTTP\/1\.1 413 [^]*?\r\n\r\ntoo much/);
    talk.drop();
  }
});

test('a trailer section of a client reaches the app only without names of the family', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
  for (const args of [[], ['--stream-bodies']]) {
    const front = await startFront(t, [app.address, ...args]);
    const talk = await front.talk();
    talk.say('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTrailer: X-Forwarded-Proto\r\nConnection: close\r\n\r\n'
      + '5\r\nhello\r\n0\r\nX-Forwarded-Proto: http\r\nX_Forwarded_Proto: http\r\nForwarded: proto=http\r\nX-Checksum: 1\r\n\r\n');
    await talk.toTheEnd();
    talk.drop();
    const request = seen.at(-1);
    assert.equal(request?.body, 'hello');
    assert.doesNotMatch(request?.trailers ?? '', /forwarded/i);
    assert.deepEqual(request?.all('X-Forwarded-Proto'), ['https']);
    // RFC 9110 §6.5.1: what frames or routes a message may not come after it.
    for (const line of ['Content-Length: 3', 'Transfer-Encoding: chunked', 'Host: evil.example']) {
      const { text } = await front.exchange(`POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n${line}\r\n\r\n`);
      assert.match(text, /^HTTP\/1\.1 400 /, line);
    }
  }
});
