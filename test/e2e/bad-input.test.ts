import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { FaultCode } from '../../src/core/errors.ts';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawApp } from '../helpers/raw-app.ts';
import { scope, sleep } from '../helpers/scope.ts';

const H = 'Host: localhost\r\n';
const get = (lines: string, target = '/', version = 'HTTP/1.1'): string => `GET ${target} ${version}\r\n${lines}\r\n`;
const post = (lines: string, body = ''): string => `POST / HTTP/1.1\r\n${H}${lines}\r\n${body}`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked\r\n', body);

/** Everything that proxies before this one have repaired, and been broken by: refused, closed, logged, unseen by the app. */
const TABLE: readonly (readonly [what: string, bytes: string, status: number, code?: FaultCode])[] = [
  ['a bare LF after the request line', `GET / HTTP/1.1\n${H}\r\n`, 400, 'bare-lf'],
  ['a bare LF after a field', 'GET / HTTP/1.1\r\nHost: localhost\nX-A: 1\r\n\r\n', 400, 'bare-lf'],
  ['only LFs', 'GET / HTTP/1.1\nHost: localhost\n\n', 400, 'bare-lf'],
  ['a bare CR in a value', get(`${H}X-A: a\rb\r\n`), 400, 'bare-cr'],
  ['a bare CR in the request line', `GET /\rx HTTP/1.1\r\n${H}\r\n`, 400],
  ['a NUL in a value', get(`${H}X-A: a\0b\r\n`), 400],
  ['a NUL in a name', get(`${H}X\0A: b\r\n`), 400],
  ['a NUL in the target', get(H, '/a\0b'), 400],
  ['a control character in a value', get(`${H}X-A: a\x01b\r\n`), 400],
  ['a DEL in a value', get(`${H}X-A: a\x7fb\r\n`), 400],
  ['obs-fold', get(`${H}X-A: 1\r\n folded\r\n`), 400, 'folded-field'],
  ['obs-fold with a tab', get(`${H}X-A: 1\r\n\tfolded\r\n`), 400, 'folded-field'],
  ['a fold as the first line', 'GET / HTTP/1.1\r\n X-A: 1\r\nHost: localhost\r\n\r\n', 400],
  ['a space before the colon', get(`${H}X-A : 1\r\n`), 400, 'bad-field-name'],
  ['a tab before the colon', get(`${H}X-A\t: 1\r\n`), 400],
  ['a space before the colon of Content-Length', post('Content-Length : 5\r\n', 'hello'), 400],
  ['a space in a name', get(`${H}X A: 1\r\n`), 400],
  ['an empty name', get(`${H}: 1\r\n`), 400],
  ['a name that is not a token', get(`${H}X(A): 1\r\n`), 400],
  ['a name beyond ASCII', get(`${H}X-\xe9: 1\r\n`), 400],
  ['a line without a colon', get(`${H}nonsense\r\n`), 400],
  ['no Host', get(''), 400, 'missing-host'],
  ['no Host in HTTP/1.0', get('', '/', 'HTTP/1.0'), 400, 'missing-host'],
  ['an empty Host', get('Host: \r\n'), 400],
  ['two Hosts', get(`${H}Host: evil.example\r\n`), 400, 'repeated-host'],
  ['two equal Hosts', get(H + H), 400, 'repeated-host'],
  ['a list of Hosts', get('Host: localhost, evil.example\r\n'), 400],
  ['a Host with a path', get('Host: localhost/evil\r\n'), 400, 'bad-host'],
  ['a Host with a user', get('Host: evil@localhost\r\n'), 400, 'bad-host'],
  ['a Host with a space', get('Host: local host\r\n'), 400, 'bad-host'],
  ['a Host with a port that is none', get('Host: localhost:80a\r\n'), 400, 'bad-host'],
  ['a Host with a port too large', get('Host: localhost:65536\r\n'), 400, 'bad-host'],
  ['a Host with a fragment', get('Host: localhost#x\r\n'), 400, 'bad-host'],
  ['a Host with an open bracket', get('Host: [::1\r\n'), 400, 'bad-host'],
  ['an absolute target of another host', get(H, 'http://evil.example/'), 400, 'host-mismatch'],
  ['an absolute target with a user', get(H, 'http://localhost@evil.example/'), 400],
  ['two Content-Lengths', post('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!'), 400, 'repeated-content-length'],
  ['two equal Content-Lengths', post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'), 400, 'repeated-content-length'],
  ['a list of Content-Lengths', post('Content-Length: 5, 5\r\n', 'hello'), 400],
  ['an empty Content-Length', post('Content-Length: \r\n', 'hello'), 400, 'bad-content-length'],
  ['a signed Content-Length', post('Content-Length: +5\r\n', 'hello'), 400, 'bad-content-length'],
  ['a negative Content-Length', post('Content-Length: -5\r\n', 'hello'), 400, 'bad-content-length'],
  ['a hexadecimal Content-Length', post('Content-Length: 0x5\r\n', 'hello'), 400, 'bad-content-length'],
  ['a Content-Length with a space inside', post('Content-Length: 5 5\r\n', 'hello'), 400],
  ['a Content-Length beyond 2^53', post('Content-Length: 99999999999999999999\r\n'), 400],
  ['Content-Length with Transfer-Encoding', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400, 'length-and-coding'],
  ['Transfer-Encoding with Content-Length', post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'), 400, 'length-and-coding'],
  ['another transfer coding', post('Transfer-Encoding: gzip\r\n', 'x'), 400, 'bad-transfer-coding'],
  ['a coding before chunked', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 400, 'bad-transfer-coding'],
  ['chunked twice', post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'), 400, 'bad-transfer-coding'],
  ['two Transfer-Encodings', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'), 400, 'bad-transfer-coding'],
  ['a coding that is almost chunked', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), 400, 'bad-transfer-coding'],
  ['a quoted coding', post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n'), 400, 'bad-transfer-coding'],
  ['an empty coding', post('Transfer-Encoding: \r\n', '0\r\n\r\n'), 400],
  ['a coding with a vertical tab', post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'), 400],
  ['chunked in HTTP/1.0', `POST / HTTP/1.0\r\n${H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400, 'bad-transfer-coding'],
  ['a chunk size that is not hexadecimal', chunked('zz\r\nhello\r\n0\r\n\r\n'), 400, 'bad-chunk'],
  ['a chunk size with 0x', chunked('0x5\r\nhello\r\n0\r\n\r\n'), 400, 'bad-chunk'],
  ['a signed chunk size', chunked('+5\r\nhello\r\n0\r\n\r\n'), 400, 'bad-chunk'],
  ['an empty chunk size', chunked('\r\nhello\r\n0\r\n\r\n'), 400, 'bad-chunk'],
  ['a space before a chunk size', chunked(' 5\r\nhello\r\n0\r\n\r\n'), 400, 'bad-chunk'],
  ['a chunk size beyond 2^53', chunked('fffffffffffffffff\r\nhello'), 400],
  ['a chunk size ended by a bare LF', chunked('5\nhello\r\n0\r\n\r\n'), 400],
  ['a chunk ended by a bare LF', chunked('5\r\nhello\n0\r\n\r\n'), 400],
  ['a chunk longer than it says', chunked('3\r\nhello\r\n0\r\n\r\n'), 400, 'bad-chunk'],
  ['a bare LF in a chunk extension', chunked('5;a\nb\r\nhello\r\n0\r\n\r\n'), 400],
  ['chunk extensions beyond reason', chunked(`5;${'a'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`), 400],
  ['a malformed trailer', chunked('5\r\nhello\r\n0\r\nX A: 1\r\n\r\n'), 400],
  ['a bare LF in the trailers', chunked('5\r\nhello\r\n0\r\nX-A: 1\n\r\n'), 400],
  ['a head over 64 KiB', get(`${H}${`X-A: ${'a'.repeat(8000)}\r\n`.repeat(9)}`), 431, 'head-too-large'],
  ['one field over 64 KiB', get(`${H}X-A: ${'a'.repeat(70_000)}\r\n`), 431, 'head-too-large'],
  ['over 200 fields', get(`${H}${'X-A: 1\r\n'.repeat(200)}`), 431, 'too-many-fields'],
  ['a target over 16 KiB', get(H, `/${'a'.repeat(16_384)}`), 414, 'target-too-long'],
  ['a method that is not a token', `G(T / HTTP/1.1\r\n${H}\r\n`, 400],
  ['an empty method', ` / HTTP/1.1\r\n${H}\r\n`, 400],
  ['CONNECT', `CONNECT localhost:443 HTTP/1.1\r\n${H}\r\n`, 400, 'connect-refused'],
  ['an authority as target', get(H, 'localhost:443'), 400],
  ['an asterisk as target of a GET', get(H, '*'), 400],
  ['a relative target', get(H, 'a/b'), 400],
  ['a fragment in the target', get(H, '/a#b'), 400],
  ['HTTP/0.9', 'GET /\r\n', 400],
  ['HTTP/1.2', get(H, '/', 'HTTP/1.2'), 400],
  ['HTTP/3.0', get(H, '/', 'HTTP/3.0'), 400],
  ['a lower case version', get(H, '/', 'http/1.1'), 400],
  ['two spaces in the request line', `GET  / HTTP/1.1\r\n${H}\r\n`, 400],
  ['a space in the target', get(H, '/a b'), 400],
  ['a space after the version', `GET / HTTP/1.1 \r\n${H}\r\n`, 400],
  ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 400, 'http2-preface'],
  ['a PROXY line', `PROXY TCP4 192.0.2.66 192.0.2.1 1 443\r\n${get(H)}`, 400, 'proxy-line'],
  ['a PROXY v2 header', `\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c${'\0'.repeat(12)}${get(H)}`, 400],
  ['an expectation that nobody knows', post('Expect: a-miracle\r\nContent-Length: 0\r\n'), 417, 'bad-expectation'],
  ['nonsense', 'hello there, is anybody in?\r\n\r\n', 400],
];

describe('bad input gets a clear 4xx, a closed connection and a log line, and never reaches the app', () => {
  const here = scope();
  let app: RawApp;
  let front: Front;
  before(async () => {
    app = await startRawApp(here, answering(() => reply('the app answered')));
    front = await startFront(here, [app.address, '--scheme', '/=either']);
  });

  for (const [what, bytes, status, code] of TABLE) {
    test(`${what}: ${status}`, async () => {
      for (const door of ['https', 'http'] as const) {
        const connections = app.connections.length;
        const logged = front.events().length;
        // A whole request behind the bad one: what a smuggler wants the app to see.
        const { text } = await front.exchange(`${bytes}GET /smuggled HTTP/1.1\r\n${H}\r\n`, door, 5000);
        assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `), `${door}: ${text.slice(0, 200)}`);
        assert.equal(text.match(/^HTTP\/1\.1 /gm)?.length, 1, 'one answer and no more');
        assert.match(text, /^connection: close\r$/im);
        assert.equal(app.connections.length, connections, 'the app saw nothing');
        await front.event(`the refusal of ${what}`, (event) => {
          const i = front.events().findIndex((one) => JSON.stringify(one) === JSON.stringify(event));
          const text = JSON.stringify(event);
          return i >= logged && text.includes(String(status)) && (code === undefined || text.includes(code));
        });
      }
    });
  }

  test('the answer tells what was wrong', async () => {
    const { text } = await front.exchange(get(`${H}X-A : 1\r\n`));
    assert.match(text, /bad-field-name|field name/i);
  });

  test('good requests are still served', async () => {
    for (const bytes of [get(`${H}Connection: close\r\n`), `\r\n${get(`${H}Connection: close\r\n`)}`, get(`${H}X-A:\r\nX-B:\t 1 \t\r\nConnection: close\r\n`), get('host: LOCALHOST:1\r\nConnection: close\r\n'), get('Host: [::1]:8443\r\nConnection: close\r\n')]) {
      assert.match((await front.exchange(bytes)).text, /^HTTP\/1\.1 200 [^]*the app answered$/, bytes);
    }
  });
});

// WSGI, CGI and Rack fold `_` and `-` into one, so that `X_Forwarded_Proto` became another's variable.
test('a name with _ or . is dropped, unless an option names it', async (t) => {
  const app = await startRawApp(t, answering((request) => reply(request.head.split('\r\n').filter((line) => /^x[_.-]/i.test(line) && !/^x-(forwarded|request-id)/i.test(line)).sort().join('|'))));
  const front = await startFront(t, [app.address]);
  const headers = { X_Session: '1', 'X.Other': '2', 'X-Fine': '3' };
  assert.equal((await front.get('/', { headers })).text, 'X-Fine: 3');
  const open = await startFront(t, [app.address, '--allow-header', 'X_Session']);
  assert.equal((await open.get('/', { headers })).text, 'X-Fine: 3|X_Session: 1');
});

test('a head that does not come to its end in time gets 408 and a closed connection', async (t) => {
  const app = await startRawApp(t, answering(() => reply('ok')));
  const front = await startFront(t, [app.address, '--timeout', 'head=500ms', '--timeout', 'body=500ms', '--timeout', 'keepAlive=700ms']);
  const talk = await front.talk();
  const started = performance.now();
  // One byte now and then does not keep it alive: the head as a whole has the time.
  const dripping = (async () => { for (const byte of `GET / HTTP/1.1\r\n${H}X-A: ${'a'.repeat(100)}`) { if (talk.ended !== undefined) return; talk.say(byte); await sleep(50); } })();
  assert.match(await talk.toTheEnd(), /^HTTP\/1\.1 408 /);
  assert.ok(performance.now() - started < 3000);
  await dripping;
  talk.drop();
  const body = await front.exchange(`POST / HTTP/1.1\r\n${H}Content-Length: 10\r\n\r\nhalf`);
  assert.match(body.text, /^HTTP\/1\.1 408 /);
  const idle = await front.exchange(get(H));
  assert.match(idle.text, /^HTTP\/1\.1 200 [^]*ok$/, 'an idle connection is closed without a word');
  assert.equal((await front.exchange('')).text, '', 'and so is one that never said anything');
  assert.equal(app.received().includes('half'), false);
});
