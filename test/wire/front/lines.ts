/** The head: its line ends, the bytes it may hold, names and values. */
import { ROOT, SMUGGLED, app, asked, each, get, request, type Case } from './words.ts';

const raw = (text: string): string => text;
const field = (line: string): string => get([line]);
const CONTROLS = ['\0', '\x01', '\x08', '\x0b', '\x0c', '\x0e', '\x1f', '\x7f'];

export const LINES: readonly Case[] = [
  // ---- line ends ----
  ['LFs alone', 'RFC 9112 §2.2', 'GET / HTTP/1.1\nHost: a.example\n\n', '400 bare-lf'],
  ['an LF behind the request line', 'RFC 9112 §2.2', 'GET / HTTP/1.1\nHost: a.example\r\n\r\n', '400 bare-lf'],
  ['an LF behind a field', 'RFC 9112 §2.2', 'GET / HTTP/1.1\r\nHost: a.example\n\r\n', '400 bare-lf'],
  ['an LF for the empty line', 'RFC 9112 §2.2', 'GET / HTTP/1.1\r\nHost: a.example\r\n\n', '400 bare-lf'],
  ['an LF within a value that makes a line', 'RFC 9112 §2.2', field('X: y\nX-Forwarded-Proto: http'), '400 bare-lf'],
  ['two LFs within a value that end the head for others', 'RFC 9112 §2.2', field(`X: y\n\n${SMUGGLED.slice(0, -4)}`), '400 bare-lf'],
  ['an LF before the request line', 'RFC 9112 §2.2', `\n${get()}`, '400 bare-lf'],
  ['CRs alone', 'RFC 9112 §2.2', 'GET / HTTP/1.1\rHost: a.example\r\r', '400 bare-cr'],
  ['a CR behind the request line', 'RFC 9112 §2.2', 'GET / HTTP/1.1\rHost: a.example\r\n\r\n', '400 bare-cr'],
  ['a CR within a value', 'RFC 9112 §2.2; CVE-2023-30589', field('X: y\rz'), '400 bare-cr'],
  ['a CR at the end of a value', 'RFC 9112 §2.2', field('X: y\r'), '400 bare-cr'],
  ['a CR that ends the head for others', 'RFC 9112 §2.2', field(`X: y\r\r${SMUGGLED.slice(0, -4)}`), '400 bare-cr'],
  ['a CR before the request line', 'RFC 9112 §2.2', `\r${get()}`, '400 bare-cr'],
  ['a CR within a name', 'RFC 9112 §2.2', field('X\rY: z'), '400 bare-cr'],
  ['LF CR behind a field', 'RFC 9112 §2.2', 'GET / HTTP/1.1\r\nHost: a.example\n\r\r\n', '400 bare-lf'],
  ['a CR and white space for the empty line', 'RFC 9112 §2.2', 'GET / HTTP/1.1\r\nHost: a.example\r\n\r \n', '400 bare-cr'],
  ['U+0085 is no line end', 'RFC 9112 §2.2', field('X: y\x85Z: z'), app(asked('GET /', ['X: y\x85Z: z']))],
  ['U+2028 is no line end', 'RFC 9112 §2.2', field('X: y\xe2\x80\xa8Z: z'), app(asked('GET /', ['X: y\xe2\x80\xa8Z: z']))],
  ['an empty line before the request', 'RFC 9112 §2.2', `\r\n${get()}`, app(ROOT)],
  ['two empty lines before it', 'RFC 9112 §2.2', `\r\n\r\n${get()}`, '400 bad-request-line'],
  // ---- folds ----
  ['a value folded by a space', 'RFC 9112 §5.2', field('X: y\r\n z'), '400 folded-field'],
  ['a value folded by a tab', 'RFC 9112 §5.2', field('X: y\r\n\tz'), '400 folded-field'],
  ['a fold that is a field to others', 'RFC 9112 §5.2', field('X: y\r\n Transfer-Encoding: chunked'), '400 folded-field'],
  ['a fold of white space alone', 'RFC 9112 §5.2', field('X: y\r\n '), '400 folded-field'],
  ['white space before the first field', 'RFC 9112 §2.2', 'GET / HTTP/1.1\r\n Host: a.example\r\n\r\n', '400 folded-field'],
  ['a fold of Host', 'RFC 9112 §5.2', 'GET / HTTP/1.1\r\nHost:\r\n a.example\r\n\r\n', '400 folded-field'],
  // ---- control characters ----
  ...each(['in a value', 'RFC 9110 §5.5'], (c) => field(`X: a${c}b`), '400 bad-character', CONTROLS),
  ...each(['in a name', 'RFC 9110 §5.1'], (c) => field(`X${c}Y: z`), '400 bad-character', CONTROLS),
  ...each(['before the request line', 'RFC 9112 §2.2 allows for an empty line alone; CVE-2026-50020'], (c) => `${c}${get()}`, '400 bad-method', CONTROLS),
  ...each(['in the method', 'RFC 9110 §9.1'], (c) => request(`G${c}T / HTTP/1.1`), '400 bad-method', CONTROLS),
  ...each(['in the target', 'RFC 9112 §3.2'], (c) => request(`GET /a${c}b HTTP/1.1`), '400 bad-target', CONTROLS),
  ['a tab in a value', 'RFC 9110 §5.5', field('X: a\tb'), app(asked('GET /', ['X: a\tb']))],
  ['bytes from 0x80 on in a value', 'RFC 9110 §5.5', field('X: \x80\xff'), app(asked('GET /', ['X: \x80\xff']))],
  // ---- names ----
  ...each(['white space in or behind a name', 'RFC 9112 §5.1'], field, '400 bad-field-name', ['X : y', 'X\t: y', 'X  : y', 'X Y: z', 'X\tY: z', 'Host : a.example', 'X ']),
  ...each(['not a token', 'RFC 9110 §5.1'], field, '400 bad-field-name', ['X(: y', 'X): y', 'X<: y', 'X@: y', 'X,: y', 'X;: y', 'X\\: y', '"X": y', 'X/: y', '[X]: y', 'X=: y', '{X}: y', 'X\x80: y', 'X\xa0: y', '\xe4: y']),
  ['an empty name', 'RFC 9110 §5.1; CVE-2023-25725', field(': y'), '400 bad-field-name'],
  ['an empty name and an empty value', 'RFC 9110 §5.1; CVE-2023-25725', field(':'), '400 bad-field-name'],
  ['an empty name before Host', 'CVE-2023-25725', 'GET / HTTP/1.1\r\n: y\r\nHost: a.example\r\n\r\n', '400 bad-field-name'],
  ['no colon', 'RFC 9112 §5', field('nonsense'), '400 missing-colon'],
  ['a request line among the fields', 'RFC 9112 §5', field('GET /admin HTTP/1.1'), '400 bad-field-name'],
  ['names with _ and . do not pass', 'RFC 3875 §4.1.18; CVE-2026-39858, CVE-2026-88011', get(['X_Y: 1', 'X.Y: 2', 'X-Y: 3']), app(asked('GET /', ['X-Y: 3']))],
  ['an empty value', 'RFC 9112 §5', field('X:'), app(asked('GET /', ['X:']))],
  ['white space around a value passes as it came', 'RFC 9112 §5.1', field('X: \t y \t'), app(asked('GET /', ['X: \t y \t']))],
  // ---- limits ----
  ['200 fields', 'RFC 9110 §5.4', get(Array<string>(199).fill('X: y')), app(asked('GET /', Array<string>(199).fill('X: y')))],
  ['201 fields', 'RFC 6585 §5', get(Array<string>(200).fill('X: y')), '431 too-many-fields'],
  ['a value that makes the head too long', 'RFC 6585 §5', field(`X: ${'y'.repeat(65_536)}`), '431 head-too-large'],
  ['a name that makes the head too long', 'RFC 6585 §5', field(`${'X'.repeat(65_536)}: y`), '431 head-too-large'],
  ['a head without an end', 'RFC 6585 §5', `GET / HTTP/1.1\r\nX: ${'y'.repeat(70_000)}`, '431 head-too-large'],
  ['a target of 16 KiB', 'RFC 9110 §4.1', request(`GET /${'a'.repeat(16_383)} HTTP/1.1`), app(asked(`GET /${'a'.repeat(16_383)}`))],
  ['a target of 16 KiB and a byte', 'RFC 9110 §15.5.15', request(`GET /${'a'.repeat(16_384)} HTTP/1.1`), '414 target-too-long'],
  // ---- what is no HTTP ----
  ...each(['no request at all', 'RFC 9112 §3'], raw, '400 bad-method', ['\x00\x00\x00\x00\r\n\r\n', '{"a":1}\r\n\r\n', '<html>\r\n\r\n', '\x80\x80\x01\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n']),
  ['a TLS ClientHello', 'RFC 8446 §5.1', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03', '400 tls-on-plain-port'],
  ['a PROXY line', 'proxy-protocol.txt §2.1', `PROXY TCP4 192.0.2.1 192.0.2.2 1 443\r\n${get()}`, '400 proxy-line'],
  ['a PROXY header, version 2', 'proxy-protocol.txt §2.2', '\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c', '400 proxy-line'],
  ['the HTTP/2 preface', 'RFC 9113 §3.4', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', '400 http2-preface'],
];
