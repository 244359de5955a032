/** More than one request on a connection, and what is for one hop only: Connection, Upgrade, Expect, pipelines. */
import { ADMIN, HELLO, ROOT, SMUGGLED, app, appThen, appThenClosed, asked, chunks, each, get, post, request, withLength, type Case } from './words.ts';

const WEBSOCKET = ['Connection: Upgrade', 'Upgrade: websocket'];
const nominated = (names: string): string => get([`Connection: ${names}`, 'X-A: 1', 'Authorization: 2', 'Cookie: 3']);

export const CONNECTIONS: readonly Case[] = [
  // ---- pipelines ----
  ['two requests', 'RFC 9112 §9.3.2', get() + SMUGGLED, app(ROOT, ADMIN)],
  ['a body between them', 'RFC 9112 §9.3.2', withLength('5') + SMUGGLED, app(HELLO, ADMIN)],
  ['a bad one behind a good one', 'RFC 9112 §9.3.2', `${get()}GET / HTTP/1.1\r\nHost: a b\r\n\r\n${SMUGGLED}`, appThen('400 bad-host', ROOT)],
  ['a good one behind a bad one', 'RFC 9112 §9.3.2', `GET / HTTP/1.1\r\nHost: a b\r\n\r\n${SMUGGLED}`, '400 bad-host'],
  ['a good one behind a bad body', 'RFC 9112 §9.3.2', chunks(`x\r\n${SMUGGLED}`), '400 bad-chunk'],
  ['half a request behind a good one', 'RFC 9112 §9.3.2', get() + SMUGGLED.slice(0, 20), app(ROOT)],
  ['an empty line between two', 'RFC 9112 §2.2', `${get()}\r\n${SMUGGLED}`, app(ROOT, ADMIN)],
  ['an LF between two', 'RFC 9112 §2.2', `${get()}\n${SMUGGLED}`, appThen('400 bare-lf', ROOT)],
  ['a NUL between two', 'RFC 9110 §9.1; CVE-2026-50020', `${get()}\0${SMUGGLED}`, appThen('400 bad-method', ROOT)],
  ['a space between two', 'RFC 9112 §3', `${get()} ${SMUGGLED}`, appThen('400 bad-request-line', ROOT)],
  ['an answer behind a request', 'RFC 9112 §3', `${get()}HTTP/1.1 200 OK\r\n\r\n`, appThen('400 bad-method', ROOT)],
  ['ten', 'RFC 9112 §9.3.2', get().repeat(10), app(...Array<string>(10).fill(ROOT))],
  // ---- close ----
  ['nothing is read behind close', 'RFC 9112 §9.6', get(['Connection: close'], SMUGGLED), appThenClosed(ROOT)],
  ['close in a list', 'RFC 9110 §7.6.1', get(['Connection: keep-alive, close'], SMUGGLED), appThenClosed(ROOT)],
  ['close in a second line', 'RFC 9110 §5.3', get(['Connection: keep-alive', 'Connection: close'], SMUGGLED), appThenClosed(ROOT)],
  ['CLOSE', 'RFC 9110 §7.6.1', get(['CONNECTION: CLOSE'], SMUGGLED), appThenClosed(ROOT)],
  ['Proxy-Connection: close says nothing', 'RFC 9112 §C.2.2', get(['Proxy-Connection: close'], SMUGGLED), app(ROOT, ADMIN)],
  ['Keep-Alive does not pass', 'RFC 9112 §C.2.2', get(['Keep-Alive: timeout=5, max=100']), app(ROOT)],
  ...each(['no list of tokens', 'RFC 9110 §7.6.1'], (value) => get([`Connection: ${value}`]), '400 bad-connection', ['close x', 'a b', '"close"', 'close;x', 'a/b', 'a=b', 'cl\xf6se', 'close\xa0', '(x)', 'x:y', Array.from({ length: 65 }, (_, i) => `n${i}`).join(',')]),
  ['empty elements', 'RFC 9110 §5.6.1.2', get(['Connection: ,, ,']), app(ROOT)],
  // ---- nominations ----
  ['a nominated field does not pass', 'RFC 9110 §7.6.1', nominated('X-A'), app(asked('GET /', ['Authorization: 2', 'Cookie: 3']))],
  ['in another case', 'RFC 9110 §5.1; GHSA-92mv-8f8w-wq52', nominated('x-a'), app(asked('GET /', ['Authorization: 2', 'Cookie: 3']))],
  ['a credential cannot be nominated away', 'RFC 9110 §7.6.1; CVE-2021-32813', nominated('Authorization, Cookie'), app(asked('GET /', ['X-A: 1', 'Authorization: 2', 'Cookie: 3']))],
  ...each(['the truth cannot be nominated away', 'RFC 9110 §7.6.1; CVE-2022-31813, CVE-2024-45410'], nominated, app(asked('GET /', ['X-A: 1', 'Authorization: 2', 'Cookie: 3'])), ['X-Forwarded-For', 'X-Forwarded-Proto, X-Forwarded-Host, X-Forwarded-Port', 'x-request-id', 'Host', 'Forwarded', 'Content-Length', 'close_']),
  ['a length cannot be nominated away', 'RFC 9110 §7.6.1', post(['Connection: Content-Length', 'Content-Length: 5'], 'hello'), app(HELLO)],
  ['a forged truth does not pass', 'RFC 7239 §8.1', get(['X-Forwarded-For: 6.6.6.6', 'X-Forwarded-Proto: http', 'Forwarded: for=6.6.6.6', 'X-Real-IP: 6.6.6.6', 'Proxy: x', 'X-Request-Id: x']), app(ROOT)],
  // ---- Upgrade ----
  ['a WebSocket handshake', 'RFC 6455 §4.2.1', get(WEBSOCKET), app(asked('GET /', WEBSOCKET))],
  ['a WebSocket handshake that the app declines: what follows is HTTP', 'CVE-2026-2833', get(WEBSOCKET, SMUGGLED), app(asked('GET /', WEBSOCKET), ADMIN)],
  ['a WebSocket handshake with a body is none', 'RFC 6455 §4.1', get([...WEBSOCKET, 'Content-Length: 5'], 'hello'), app(asked('GET /', [], 'hello'))],
  ['a WebSocket handshake with chunks is none', 'RFC 6455 §4.1', get([...WEBSOCKET, 'Transfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`), app(asked('GET /', [], ''), ADMIN)],
  ['a WebSocket handshake by POST is none', 'RFC 6455 §4.1', request('POST / HTTP/1.1', WEBSOCKET), app(asked('POST /'))],
  ['a WebSocket handshake in HTTP/1.0 is none', 'RFC 9110 §7.8', request('GET / HTTP/1.0', WEBSOCKET), appThenClosed(ROOT)],
  ...each(['another upgrade does not pass', 'RFC 9110 §7.8; h2csmuggler'], (value) => get(['Connection: Upgrade, HTTP2-Settings', `Upgrade: ${value}`, 'HTTP2-Settings: AAMAAABkAAQAAP__']), app(ROOT), ['h2c', 'H2C', 'h2', 'TLS/1.0', 'websocket, h2c', 'h2c, websocket', 'websocket/13', 'IRC/6.9', '', 'xwebsocket', 'websocket;x']),
  ['h2c with the preface behind it', 'RFC 9113 §3.4; h2csmuggler', get(['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'], 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), appThen('400 http2-preface', ROOT)],
  ['two Upgrades do not pass', 'RFC 9110 §7.8', get(['Connection: Upgrade', 'Upgrade: websocket', 'Upgrade: websocket']), app(ROOT)],
  ['Upgrade that Connection does not name does not pass', 'RFC 9110 §7.8', get(['Upgrade: websocket']), app(ROOT)],
  // ---- Expect ----
  ['100-continue is answered here, and the body goes on whole', 'RFC 9110 §10.1.1', post(['Expect: 100-continue', 'Content-Length: 5'], 'hello'), app(HELLO)],
  ['100-Continue', 'RFC 9110 §10.1.1', post(['Expect: 100-Continue', 'Content-Length: 5'], 'hello'), app(HELLO)],
  ['100-continue without a body does not pass', 'RFC 9110 §10.1.1', get(['Expect: 100-continue']), app(ROOT)],
  ['any expectation in HTTP/1.0 is ignored', 'RFC 9110 §10.1.1', request('POST / HTTP/1.0', ['Expect: x', 'Content-Length: 5'], 'hello'), appThenClosed(HELLO)],
  ...each(['another expectation', 'RFC 9110 §10.1.1'], (value) => post([`Expect: ${value}`, 'Content-Length: 5'], 'hello'), '417 bad-expectation', ['200-ok', '100', '', '100-continue, x', '100-continue;q=1', 'x=100-continue', '100 continue', '100-continued', '"100-continue"', 'y 100-continue']),
  ['two expectations', 'RFC 9110 §10.1.1', post(['Expect: 100-continue', 'Expect: 100-continue', 'Content-Length: 5'], 'hello'), '417 bad-expectation'],
  ['0.CL by an expectation: the body of a GET is its own, expected or not', 'RFC 9110 §10.1.1', get(['Expect: 100-continue', `Content-Length: ${SMUGGLED.length}`], SMUGGLED), app(asked('GET /', [], SMUGGLED))],
  ['CL.0 by an expectation: an empty body expects nothing', 'RFC 9110 §10.1.1', post(['Expect: 100-continue', 'Content-Length: 0'], SMUGGLED), app(asked('POST /', [], ''), ADMIN)],
  ['100-continue before chunks', 'RFC 9110 §10.1.1', post(['Expect: 100-continue', 'Transfer-Encoding: chunked'], `5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), app(HELLO, ADMIN)],
  ['100-continue and a bad chunk', 'RFC 9112 §7.1', post(['Expect: 100-continue', 'Transfer-Encoding: chunked'], `0x5\r\nhello\r\n${SMUGGLED}`), '400 bad-chunk'],
  ['an expectation behind a bare LF', 'RFC 9112 §2.2', post(['Expect:\n100-continue', 'Content-Length: 5'], 'hello'), '400 bare-lf'],
  ['an expectation that CGI would read does not pass', 'RFC 3875 §4.1.18', post(['Expect_: 100-continue', 'Content-Length: 5'], 'hello'), app(HELLO)],
  ['an expectation folded', 'RFC 9112 §5.2', post(['Expect:', ' 100-continue', 'Content-Length: 5'], 'hello'), '400 folded-field'],
  // ---- size ----
  ['a length above the limit', 'RFC 9110 §15.5.14', withLength('1001'), '413 body-too-large'],
  ['chunks above the limit', 'RFC 9110 §15.5.14', chunks(`3e9\r\n${'x'.repeat(1001)}\r\n0\r\n\r\n`), '413 body-too-large'],
  ['chunks of the limit', 'RFC 9110 §15.5.14', chunks(`3e8\r\n${'x'.repeat(1000)}\r\n0\r\n\r\n`), app(asked('POST /', [], 'x'.repeat(1000)))],
];
