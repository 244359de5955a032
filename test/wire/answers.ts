// What an answer head gives: words of its fault's detail, `more`, or what must be in the head that is read from it.
import type { AnswerHead } from '../../src/core/http1/heads.ts';

type Expected = RegExp | 'more' | Partial<Omit<AnswerHead, 'fields'>> & { pairs?: [string, string][] };
/** `method` is that of the request; GET where it is left out. */
export type AnswerCase = readonly [what: string, text: string, expected: Expected, method?: string];

const answer = (line: string, ...lines: string[]): string => [line, ...lines, '', ''].join('\r\n');
const ok = (...lines: string[]): string => answer('HTTP/1.1 200 OK', ...lines);
const each = (what: string, make: (value: string) => string, expected: Expected, values: string[]): AnswerCase[] =>
  values.map((value) => [`${what}: ${JSON.stringify(value)}`, make(value), expected] as const);
const many = (count: number): string => `HTTP/1.1 200 OK\r\n${'Link: y\r\n'.repeat(count)}\r\n`;
const sized = (size: number): string => {
  const [before, after] = ['HTTP/1.1 200 OK\r\nX: ', '\r\n\r\n'];
  return before + 'x'.repeat(size - before.length - after.length) + after;
};

export const ANSWERS: AnswerCase[] = [
  // ---- accepted ----
  ['the smallest', 'HTTP/1.1 200 OK\r\n\r\n', { status: 200, reason: 'OK', minor: 1, framing: 'close', length: 0, keepAlive: false, websocket: false, nominated: undefined, size: 19, pairs: [] }],
  ['a length', ok('Content-Length: 5'), { framing: 'length', length: 5, keepAlive: true }],
  ['an empty body', ok('Content-Length: 0'), { framing: 'length', length: 0, keepAlive: true }],
  ['chunked', ok('Transfer-Encoding: chunked'), { framing: 'chunked', length: 0, keepAlive: true }],
  ['chunked, other case', ok('transfer-encoding: CHUNKED'), { framing: 'chunked' }],
  ['neither, kept alive: it ends with the connection', ok('Connection: keep-alive'), { framing: 'close', keepAlive: false }],
  ['Connection: close', ok('Content-Length: 5', 'Connection: close'), { framing: 'length', keepAlive: false }],
  ['nominated names', ok('Content-Length: 5', 'Connection: X-One, keep-alive'), { nominated: ['x-one'], keepAlive: true }],
  ['HTTP/1.0 with a length', answer('HTTP/1.0 200 OK', 'Content-Length: 5'), { minor: 0, framing: 'length', keepAlive: false }],
  ['HTTP/1.0 kept alive', answer('HTTP/1.0 200 OK', 'Content-Length: 5', 'Connection: keep-alive'), { minor: 0, keepAlive: true }],
  ['HTTP/1.0 until the end', answer('HTTP/1.0 200 OK'), { framing: 'close', keepAlive: false }],
  ['no reason', answer('HTTP/1.1 200 '), { status: 200, reason: '' }],
  ['no reason and no space before it', answer('HTTP/1.1 200'), { status: 200, reason: '' }],
  ['a reason with spaces and obs-text', answer('HTTP/1.1 404 Nicht  gefunden\t\xfc '), { status: 404, reason: 'Nicht  gefunden\t\xfc ' }],
  ['the lowest status', answer('HTTP/1.1 100 Continue'), { status: 100, framing: 'none', length: 0 }],
  ['the highest status', answer('HTTP/1.1 599 x', 'Content-Length: 1'), { status: 599, framing: 'length' }],
  ['early hints', answer('HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload'), { status: 103, framing: 'none', keepAlive: true }],
  ['204 has no body', answer('HTTP/1.1 204 No Content'), { framing: 'none', length: 0, keepAlive: true }],
  ['204 with an empty length', answer('HTTP/1.1 204 No Content', 'Content-Length: 0'), { framing: 'none', length: 0, keepAlive: true }],
  ['204 that announces a body is not kept', answer('HTTP/1.1 204 No Content', 'Content-Length: 5'), { framing: 'none', length: 0, keepAlive: false }],
  ['204 that announces chunks is not kept', answer('HTTP/1.1 204 No Content', 'Transfer-Encoding: chunked'), { framing: 'none', keepAlive: false }],
  ['1xx that announces a body is not kept', answer('HTTP/1.1 102 Processing', 'Content-Length: 5'), { framing: 'none', keepAlive: false }],
  ['205 is framed like any other', answer('HTTP/1.1 205 Reset Content', 'Content-Length: 0'), { framing: 'length', length: 0 }],
  ['304 announces a length and has no body', answer('HTTP/1.1 304 Not Modified', 'Content-Length: 5'), { framing: 'none', length: 5, keepAlive: true }],
  ['304 announces nothing', answer('HTTP/1.1 304 Not Modified'), { framing: 'none', length: -1, keepAlive: true }],
  ['304 announces chunks', answer('HTTP/1.1 304 Not Modified', 'Transfer-Encoding: chunked'), { framing: 'none', length: -1, keepAlive: true }],
  ['HEAD announces a length', ok('Content-Length: 5'), { framing: 'none', length: 5, keepAlive: true }, 'HEAD'],
  ['HEAD announces nothing', ok(), { framing: 'none', length: -1, keepAlive: true }, 'HEAD'],
  ['HEAD announces chunks', ok('Transfer-Encoding: chunked'), { framing: 'none', length: -1, keepAlive: true }, 'HEAD'],
  ['head in lower case is another method', ok('Content-Length: 5'), { framing: 'length', length: 5 }, 'head'],
  ['a body of POST', ok('Content-Length: 5'), { framing: 'length', length: 5 }, 'POST'],
  ['a WebSocket', answer('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'), { status: 101, websocket: true, framing: 'none' }],
  ['a WebSocket, other case', answer('HTTP/1.1 101 x', 'Connection: keep-alive, upgrade', 'Upgrade: WebSocket'), { websocket: true }],
  ['101 without Connection: upgrade', answer('HTTP/1.1 101 x', 'Upgrade: websocket'), { websocket: false }],
  ['101 to h2c', answer('HTTP/1.1 101 x', 'Connection: upgrade', 'Upgrade: h2c'), { websocket: false }],
  ['101 to two protocols', answer('HTTP/1.1 101 x', 'Connection: upgrade', 'Upgrade: websocket', 'Upgrade: websocket'), { websocket: false }],
  ['200 with Upgrade', ok('Connection: upgrade', 'Upgrade: websocket', 'Content-Length: 0'), { websocket: false }],
  ['names, values and order', ok('Set-Cookie: a=1', 'set-cookie:\tb=2 ', 'X-\x7e:'), { pairs: [['Set-Cookie', 'a=1'], ['set-cookie', 'b=2'], ['X-~', '']] }],
  ['400 fields', many(400), { status: 200 }],
  ['64 KiB', sized(65_536), { size: 65_536 }],
  // ---- not complete ----
  ...each('not complete', (text) => text, 'more', ['', 'H', 'HTTP/1.', 'HTTP/1.1', 'HTTP/1.1 ', 'HTTP/1.1 20', 'HTTP/1.1 200', 'HTTP/1.1 200\r', 'HTTP/1.1 200 O', 'HTTP/1.1 200 OK\r', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\n\r', 'HTTP/1.1 200 OK\r\nX: y\r\n']),
  // ---- the status line ----
  ...each('the status line', answer, /status line/, ['', ' HTTP/1.1 200 OK', 'http/1.1 200 OK', 'HTTP/2 200', 'HTTP/2.0 200 OK', 'ICY 200 OK', 'hello', '<html>', 'HTTP1.1 200 OK', 'HTTP /1.1 200 OK', 'GET / HTTP/1.1', '\0']),
  ...each('the version', (version) => answer(`HTTP/1.${version} 200 OK`), /version/, ['2', '9', '', '10', '1.1', 'x', '-1', '1\t', '1\0']),
  ...each('the status', (status) => answer(`HTTP/1.1 ${status} x`), /status/, ['99', '099', '000', '600', '999', '1000', '2x0', 'OK', '-20', ' 200', '20', '2 0', '200,', '0x1', '\xb2\xb2\xb2']),
  ['a tab before the reason', answer('HTTP/1.1 200\tOK'), /not a space/],
  ['an empty line before it', `\r\n${ok()}`, /status line/],
  ['a NUL in the reason', answer('HTTP/1.1 200 O\0K'), /reason/],
  ['a DEL in the reason', answer('HTTP/1.1 200 O\x7fK'), /reason/],
  ['a bare CR in the reason', answer('HTTP/1.1 200 O\rX: y'), /CR without an LF/],
  ['a bare LF after the reason', 'HTTP/1.1 200 OK\n\r\n', /reason/],
  ['a bare LF after the status', 'HTTP/1.1 200\n\r\n', /status/],
  // ---- field lines ----
  ['a bare LF', 'HTTP/1.1 200 OK\r\nX: y\n\r\n', /LF without a CR/],
  ['a bare LF as the empty line', 'HTTP/1.1 200 OK\r\n\n', /LF without a CR/],
  ['a bare CR in a value', ok('X: a\rSet-Cookie: b'), /CR without an LF/],
  ['a NUL in a value', ok('X: a\0b'), /control character/],
  ['a folded value', ok('X: a', ' b'), /folded/],
  ['a space before the colon', ok('Content-Length : 5'), /white space/],
  ['an empty name', ok(': 5'), /empty/],
  ['a name with a space', ok('X Y: 5'), /White space after/],
  ['a name that is no token', ok('X(Y): 5'), /not a token/],
  ['a line without a colon', ok('nonsense'), /without a colon/],
  ['401 fields', many(401), /400/],
  ['64 KiB and one byte', sized(65_537), /65536/],
  ['a head without an end', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(70_000)}`, /65536/],
  // ---- framing ----
  ['two Content-Lengths', ok('Content-Length: 5', 'Content-Length: 6'), /More than one Content-Length/],
  ['two equal Content-Lengths', ok('Content-Length: 5', 'Content-Length: 5'), /More than one Content-Length/],
  ...each('a Content-Length', (value) => ok(`Content-Length: ${value}`), /Content-Length is not/, ['', '5, 5', '-5', '+5', '5x', '0x5', '5 5', '9007199254740992']),
  ['a bad Content-Length of a 204', answer('HTTP/1.1 204 x', 'Content-Length: x'), /Content-Length is not/],
  ['a bad Content-Length for HEAD', ok('Content-Length: x'), /Content-Length is not/, 'HEAD'],
  ['both', ok('Content-Length: 5', 'Transfer-Encoding: chunked'), /beside Transfer-Encoding/],
  ['both, for HEAD', ok('Content-Length: 5', 'Transfer-Encoding: chunked'), /beside Transfer-Encoding/, 'HEAD'],
  ...each('a Transfer-Encoding', (value) => ok(`Transfer-Encoding: ${value}`), /Transfer-Encoding/, ['', 'identity', 'gzip', 'gzip, chunked', 'chunked, chunked', 'xchunked', 'chunked;a', 'chunked,']),
  ['two Transfer-Encodings', ok('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'), /Transfer-Encoding/],
  ['Transfer-Encoding in HTTP/1.0', answer('HTTP/1.0 200 OK', 'Transfer-Encoding: chunked'), /HTTP\/1\.0/],
  ['a malformed Connection', ok('Connection: a b'), /Connection/],
];
