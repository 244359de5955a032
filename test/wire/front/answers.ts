/** What an app says, and what its client gets of it. */

/** What the client gets. Framing and `Connection` are the front's own; `Date` is left out where the app gave none. */
export interface Got {
  readonly head: string;
  readonly lines: readonly string[];
  readonly body: string;
  /** Interim answers before it, each with its lines. */
  readonly interim?: readonly string[];
  readonly trailers?: readonly string[];
}

export interface Gives {
  /** The front's own failure, as `status code`. */
  readonly failed?: string;
  readonly got?: Got;
  /** `cut`: the client is made to see that the answer is not whole. */
  readonly client: 'open' | 'cut' | 'closed';
  /** Whether the app's connection takes the next request. */
  readonly app: 'kept' | 'closed';
}

export type AnswerCase = readonly [what: string, because: string, says: string, gives: Gives, more?: { readonly asks?: string; readonly end?: 'fin' | 'reset' }];

const said = (lines: readonly string[], body = '', start = 'HTTP/1.1 200 OK'): string => [start, ...lines, '', ''].join('\r\n') + body;
const withLength = (value: string, body = 'hello'): string => said([`Content-Length: ${value}`], body);
const chunked = (body: string): string => said(['Transfer-Encoding: chunked'], body);
const started = (start: string): string => said(['Content-Length: 5'], 'hello', start);

const whole = (body: string, lines: readonly string[] = [], head = 'HTTP/1.1 200 OK'): Got => ({ head, lines: [...lines], body });
const kept = (got: Got): Gives => ({ got, client: 'open', app: 'kept' });
const closes = (got: Got): Gives => ({ got, client: 'open', app: 'closed' });
const cut = (got: Got): Gives => ({ got, client: 'cut', app: 'closed' });
const BAD: Gives = { failed: '502 app-bad-answer', client: 'open', app: 'closed' };
const CLOSED: Gives = { failed: '502 app-closed', client: 'open', app: 'closed' };
const HELLO = whole('hello', ['Content-Length: 5']);
const CHUNKED = whole('hello', ['Transfer-Encoding: chunked']);
const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';
const HEAD = { asks: 'HEAD / HTTP/1.1' };
const OLD = { asks: 'GET / HTTP/1.0' };
const FIN = { end: 'fin' } as const;
const RESET = { end: 'reset' } as const;

const each = ([what, because]: readonly [string, string], make: (value: string) => string, gives: Gives, values: readonly string[]): AnswerCase[] =>
  values.map((value) => [`${what}: ${JSON.stringify(value.slice(0, 60))}`, because, make(value), gives] as const);

export const ANSWERS: readonly (readonly [part: string, cases: readonly AnswerCase[]])[] = [
  ['the status line', [
    ...each(['no status line', 'RFC 9112 §4'], started, BAD, ['', ' HTTP/1.1 200 OK', 'http/1.1 200 OK', 'HTTP/1.1  200 OK', 'HTTP/1.1\t200 OK', 'HTTP/1.1 200\tOK', 'HTTP/1.1200 OK', 'HTTP 200 OK', 'HTTP/2 200', 'HTTP/2.0 200 OK', 'HTTP/1.2 200 OK', 'HTTP/0.9 200 OK', 'HTTP/1.10 200 OK', 'ICY 200 OK', '200 OK', 'OK', '<html>', 'GET / HTTP/1.1', 'Status: 200', '\0', '\xff\xfe', 'SSH-2.0-OpenSSH_9.2']),
    ...each(['no status', 'RFC 9112 §4'], (status) => started(`HTTP/1.1 ${status} x`), BAD, ['0', '20', '099', '000', '600', '999', '1000', '2000', '-20', '+200', '2 00', '2x0', 'abc', '0200', '20.0', '\xb2\xb2\xb2', '']),
    ['an empty line before it', 'RFC 9112 §2.2', `\r\n${withLength('5')}`, BAD],
    ['a bare LF behind it', 'RFC 9112 §2.2', 'HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\nhello', BAD],
    ['a bare CR in the reason', 'RFC 9112 §4', started('HTTP/1.1 200 O\rSet-Cookie: a=b'), BAD],
    ['a NUL in the reason', 'RFC 9112 §4', started('HTTP/1.1 200 O\0K'), BAD],
    ['a DEL in the reason', 'RFC 9112 §4', started('HTTP/1.1 200 \x7f'), BAD],
    ['no reason', 'RFC 9112 §4', started('HTTP/1.1 200 '), kept(whole('hello', ['Content-Length: 5'], 'HTTP/1.1 200 '))],
    ['no reason and no space', 'RFC 9112 §4', started('HTTP/1.1 200'), kept(whole('hello', ['Content-Length: 5'], 'HTTP/1.1 200 '))],
    ['bytes from 0x80 on in the reason', 'RFC 9112 §4', started('HTTP/1.1 404 Nicht da \xfc'), kept(whole('hello', ['Content-Length: 5'], 'HTTP/1.1 404 Nicht da \xfc'))],
    ['HTTP/1.0', 'RFC 9110 §2.5', started('HTTP/1.0 200 OK'), closes(HELLO)],
    ['a status that nobody knows', 'RFC 9110 §15', started('HTTP/1.1 299 x'), kept(whole('hello', ['Content-Length: 5'], 'HTTP/1.1 299 x'))],
  ]],
  ['the head', [
    ['LFs alone', 'RFC 9112 §2.2', 'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello', BAD],
    ['a bare LF behind a field', 'RFC 9112 §2.2', said(['X: y\nSet-Cookie: a=b', 'Content-Length: 5'], 'hello'), BAD],
    ['a bare LF for the empty line', 'RFC 9112 §2.2', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\nhello', BAD],
    ['a bare CR in a value: a line to others', 'RFC 9112 §2.2', said(['X: y\rSet-Cookie: a=b', 'Content-Length: 5'], 'hello'), BAD],
    ['two LFs that split the answer for others', 'RFC 9112 §2.2; CVE-2023-27522', said(['X: y\n\n<html>', 'Content-Length: 5'], 'hello'), BAD],
    ['a folded value', 'RFC 9112 §5.2', said(['X: y\r\n z', 'Content-Length: 5'], 'hello'), BAD],
    ['a folded Set-Cookie', 'RFC 9112 §5.2', said(['Set-Cookie: a=b;\r\n\tSecure', 'Content-Length: 5'], 'hello'), BAD],
    ['a NUL in a value', 'RFC 9110 §5.5', said(['X: a\0b', 'Content-Length: 5'], 'hello'), BAD],
    ['an escape in a value', 'RFC 9110 §5.5', said(['X: \x1b[31m', 'Content-Length: 5'], 'hello'), BAD],
    ['a space before the colon', 'RFC 9112 §5.1', said(['Content-Length : 5'], 'hello'), BAD],
    ['a space before the name', 'RFC 9112 §2.2', said([' Content-Length: 5'], 'hello'), BAD],
    ['an empty name', 'RFC 9110 §5.1', said([': x', 'Content-Length: 5'], 'hello'), BAD],
    ['a name that is no token', 'RFC 9110 §5.1', said(['X(: y', 'Content-Length: 5'], 'hello'), BAD],
    ['a name beyond ASCII', 'RFC 9110 §5.1', said(['X\x80: y', 'Content-Length: 5'], 'hello'), BAD],
    ['no colon', 'RFC 9112 §5', said(['nonsense', 'Content-Length: 5'], 'hello'), BAD],
    ['401 fields', 'a limit of ours', said([...Array<string>(400).fill('X: y'), 'Content-Length: 5'], 'hello'), BAD],
    ['a head of more than 64 KiB', 'a limit of ours', said([`X: ${'y'.repeat(66_000)}`, 'Content-Length: 5'], 'hello'), BAD],
    ['a head without an end', 'a limit of ours', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(70_000)}`, BAD],
    ['400 fields', 'a limit of ours', said([...Array<string>(399).fill('X: y'), 'Content-Length: 5'], 'hello'), kept(whole('hello', [...Array<string>(399).fill('X: y'), 'Content-Length: 5']))],
    ['bytes from 0x80 on in a value', 'RFC 9110 §5.5', said(['X: \xe4\xff', 'Content-Length: 5'], 'hello'), kept(whole('hello', ['X: \xe4\xff', 'Content-Length: 5']))],
    ['the end within the head', 'RFC 9112 §8', 'HTTP/1.1 200 OK\r\nContent-Le', CLOSED, FIN],
    ['a reset within the head', 'RFC 9112 §8', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n', CLOSED, RESET],
    ['nothing at all', 'RFC 9112 §9.6', '', CLOSED, FIN],
  ]],
  ['how long the body is', [
    ['both a length and a coding', 'RFC 9112 §6.1', said(['Content-Length: 5', 'Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'), BAD],
    ['both, the coding first', 'RFC 9112 §6.1', said(['Transfer-Encoding: chunked', 'Content-Length: 5'], '5\r\nhello\r\n0\r\n\r\n'), BAD],
    ['two lengths', 'RFC 9112 §6.3', said(['Content-Length: 5', 'Content-Length: 6'], 'hello!'), BAD],
    ['two equal lengths', 'RFC 9112 §6.3', said(['Content-Length: 5', 'Content-Length: 5'], 'hello'), BAD],
    ...each(['no length', 'RFC 9110 §8.6'], withLength, BAD, ['', '-1', '+5', '0x5', '5, 5', '5,5', '5 5', '5.0', '5;', 'five', '5x', '9007199254740992', '18446744073709551621', '"5"', '\xb2', '00000000000000005']),
    ...each(['a coding other than chunked', 'RFC 9112 §6.1'], (value) => said([`Transfer-Encoding: ${value}`], '5\r\nhello\r\n0\r\n\r\n'), BAD, ['', 'identity', 'gzip', 'gzip, chunked', 'chunked, gzip', 'chunked, chunked', 'xchunked', 'chunked;q=1', '"chunked"', 'chunked,', '\xa0chunked']),
    ['two codings', 'RFC 9112 §6.1', said(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n'), BAD],
    ['a coding in HTTP/1.0', 'RFC 9112 §6.1', said(['Transfer-Encoding: chunked'], '0\r\n\r\n', 'HTTP/1.0 200 OK'), BAD],
    ['a Connection that is no list', 'RFC 9110 §7.6.1', said(['Connection: a b', 'Content-Length: 5'], 'hello'), BAD],
    ['a length', 'RFC 9112 §6.2', withLength('5'), kept(HELLO)],
    ['a length of 0', 'RFC 9112 §6.2', withLength('0', ''), kept(whole('', ['Content-Length: 0']))],
    ['a length and Connection: close', 'RFC 9112 §9.6', said(['Connection: close', 'Content-Length: 5'], 'hello'), closes(HELLO)],
    ['a length that is nominated: it counts, and is written anew', 'RFC 9110 §7.6.1', said(['Connection: Content-Length', 'Content-Length: 5'], 'hello'), kept(HELLO)],
    ['chunks', 'RFC 9112 §7.1', chunked('5\r\nhello\r\n0\r\n\r\n'), kept(CHUNKED)],
    ['neither: it ends with the connection', 'RFC 9112 §6.3', said([], 'hello'), closes(CHUNKED), FIN],
    ['neither, and the connection is reset: nobody knows whether that was all', 'RFC 9112 §8', said([], 'hello'), cut(CHUNKED), RESET],
    ['neither, in HTTP/1.0', 'RFC 9112 §6.3', said([], 'hello', 'HTTP/1.0 200 OK'), closes(CHUNKED), FIN],
    ['neither, and keep-alive: it ends with the connection all the same', 'RFC 9112 §6.3', said(['Connection: keep-alive'], 'hello'), closes(CHUNKED), FIN],
    ['an empty body that ends with the connection', 'RFC 9112 §6.3', said([]), closes(whole('', ['Transfer-Encoding: chunked'])), FIN],
  ]],
  ['cut short', [
    ['a length, the rest missing', 'RFC 9112 §8', withLength('9'), cut(whole('hello', ['Content-Length: 9'])), FIN],
    ['a length, the rest missing, reset', 'RFC 9112 §8', withLength('9'), cut(whole('hello', ['Content-Length: 9'])), RESET],
    ['a length and nothing of the body', 'RFC 9112 §8', withLength('9', ''), cut(whole('', ['Content-Length: 9'])), FIN],
    ['chunks without the last', 'RFC 9112 §8', chunked('5\r\nhello\r\n'), cut(CHUNKED), FIN],
    ['chunks without the empty line at the end', 'RFC 9112 §8', chunked('5\r\nhello\r\n0\r\n'), cut(CHUNKED), FIN],
    ['half a chunk', 'RFC 9112 §8', chunked('9\r\nhello'), cut(CHUNKED), FIN],
    ['half a size', 'RFC 9112 §8', chunked('5\r\nhello\r\n1'), cut(CHUNKED), RESET],
    ['half the trailers', 'RFC 9112 §8', chunked('5\r\nhello\r\n0\r\nX: y\r\n'), cut(CHUNKED), FIN],
    ['to HTTP/1.0, which only sees the end of the connection: reset', 'RFC 9112 §8', chunked('5\r\nhello\r\n'), cut(whole('hello')), { ...OLD, ...FIN }],
    ['to HTTP/1.0, the app resets', 'RFC 9112 §8', said([], 'hello'), cut(whole('hello')), { ...OLD, ...RESET }],
  ]],
  ['chunks', [
    ...each(['a size that is none', 'RFC 9112 §7.1'], (size) => chunked(`${size}\r\nhello\r\n0\r\n\r\n`), cut(whole('', ['Transfer-Encoding: chunked'])), ['0x5', '+5', '-5', ' 5', '5 ', '', 'g', '5;', '20000000000000', 'ffffffffffffffff', '5\0', '5\n']),
    ['a bare LF behind a size', 'RFC 9112 §7.1', chunked('5\nhello\r\n0\r\n\r\n'), cut(whole('', ['Transfer-Encoding: chunked']))],
    ['no CRLF behind the content', 'RFC 9112 §7.1', chunked('5\r\nhello0\r\n\r\n'), cut(CHUNKED)],
    ['a bare LF behind the content', 'RFC 9112 §7.1', chunked('5\r\nhello\n0\r\n\r\n'), cut(CHUNKED)],
    ['more content than the size', 'RFC 9112 §7.1', chunked('5\r\nhello!\r\n0\r\n\r\n'), cut(CHUNKED)],
    ['two last chunks', 'RFC 9112 §7.1', chunked('5\r\nhello\r\n0\r\n0\r\n\r\n'), cut(CHUNKED)],
    ['a trailer that frames', 'RFC 9110 §6.5.1', chunked('5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n'), cut(CHUNKED)],
    ['a malformed trailer', 'RFC 9112 §7.1.2', chunked('5\r\nhello\r\n0\r\nX : y\r\n\r\n'), cut(CHUNKED)],
    ['extensions are dropped', 'RFC 9112 §7.1.1', chunked('5;a=b\r\nhello\r\n0;c\r\n\r\n'), kept(CHUNKED)],
    ['a trailer passes', 'RFC 9110 §6.5', chunked('5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n'), kept({ ...CHUNKED, trailers: ['X-Sum', '1'] })],
    ['a trailer that would be a header to some does not pass', 'RFC 9110 §6.5.1', chunked('5\r\nhello\r\n0\r\nSet-Cookie: a=b\r\nLocation: /x\r\nX-Sum: 1\r\nContent-Type: a\r\n\r\n'), kept({ ...CHUNKED, trailers: ['X-Sum', '1'] })],
    ['to HTTP/1.0 without chunks', 'RFC 9112 §7.1', chunked('5\r\nhello\r\n0\r\n\r\n'), { ...kept(whole('hello')), client: 'closed' }, OLD],
  ]],
  ['what has no body', [
    ['204', 'RFC 9110 §15.3.5', said([], '', 'HTTP/1.1 204 No Content'), kept(whole('', [], 'HTTP/1.1 204 No Content'))],
    ['204 with a length of 0, which it may not have', 'RFC 9110 §8.6', said(['Content-Length: 0'], '', 'HTTP/1.1 204 No Content'), kept(whole('', [], 'HTTP/1.1 204 No Content'))],
    ['204 with a body', 'RFC 9110 §15.3.5', said(['Content-Length: 5'], 'hello', 'HTTP/1.1 204 No Content'), closes(whole('', [], 'HTTP/1.1 204 No Content'))],
    ['204 with chunks', 'RFC 9112 §6.1', said(['Transfer-Encoding: chunked'], '0\r\n\r\n', 'HTTP/1.1 204 No Content'), closes(whole('', [], 'HTTP/1.1 204 No Content'))],
    ['204 with an answer behind it that nobody asked for', 'RFC 9112 §9.3.2', said([], POISON, 'HTTP/1.1 204 No Content'), closes(whole('', [], 'HTTP/1.1 204 No Content'))],
    ['304 announces what a 200 would have had', 'RFC 9110 §15.4.5', said(['Content-Length: 5'], '', 'HTTP/1.1 304 Not Modified'), kept(whole('', ['Content-Length: 5'], 'HTTP/1.1 304 Not Modified'))],
    ['304 with a body', 'RFC 9110 §15.4.5', said(['Content-Length: 5'], 'hello', 'HTTP/1.1 304 Not Modified'), closes(whole('', ['Content-Length: 5'], 'HTTP/1.1 304 Not Modified'))],
    ['304 with chunks', 'RFC 9110 §15.4.5', said(['Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n', 'HTTP/1.1 304 Not Modified'), closes(whole('', [], 'HTTP/1.1 304 Not Modified'))],
    ['304 with an answer behind it that nobody asked for', 'RFC 9112 §9.3.2', said([], POISON, 'HTTP/1.1 304 Not Modified'), closes(whole('', [], 'HTTP/1.1 304 Not Modified'))],
    ['HEAD with a length', 'RFC 9110 §9.3.2', said(['Content-Length: 5']), closes(whole('', ['Content-Length: 5'])), HEAD],
    ['HEAD with a body', 'RFC 9110 §9.3.2; Gunicorn sends one', said(['Content-Length: 5'], 'hello'), closes(whole('', ['Content-Length: 5'])), HEAD],
    ['HEAD with chunks', 'RFC 9110 §9.3.2', chunked('5\r\nhello\r\n0\r\n\r\n'), closes(whole('')), HEAD],
    ['HEAD with an answer in its body', 'RFC 9110 §9.3.2', said([`Content-Length: ${POISON.length}`], POISON), closes(whole('', [`Content-Length: ${POISON.length}`])), HEAD],
    ['HEAD with nothing announced', 'RFC 9110 §9.3.2', said([]), kept(whole('')), HEAD],
    ['HEAD with a bad length', 'RFC 9110 §8.6', said(['Content-Length: x']), { failed: '502 ', client: 'open', app: 'closed' }, HEAD],
    ['205 with a body, which it may not have: read, so that it is no answer to the next', 'RFC 9110 §15.3.6', said(['Content-Length: 5'], 'hello', 'HTTP/1.1 205 Reset Content'), kept(whole('hello', ['Content-Length: 5'], 'HTTP/1.1 205 Reset Content'))],
    ['205 is framed as any other', 'RFC 9110 §15.3.6', said(['Content-Length: 0'], '', 'HTTP/1.1 205 Reset Content'), kept(whole('', ['Content-Length: 0'], 'HTTP/1.1 205 Reset Content'))],
  ]],
  ['interim answers', [
    ['100', 'RFC 9110 §15.2', `HTTP/1.1 100 Continue\r\n\r\n${withLength('5')}`, kept({ ...HELLO, interim: ['100'] })],
    ['103 with its Link', 'RFC 8297', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${withLength('5')}`, kept({ ...HELLO, interim: ['103 Link: </a>'] })],
    ['many', 'RFC 9110 §15.2', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(20) + withLength('5'), kept({ ...HELLO, interim: Array<string>(20).fill('102') })],
    ['very many', 'RFC 9110 §15.2', 'HTTP/1.1 103 x\r\n\r\n'.repeat(500) + withLength('5'), kept({ ...HELLO, interim: Array<string>(500).fill('103') })],
    ['100 without an expectation, and content that is an answer to others', 'RFC 9110 §10.1.1', `HTTP/1.1 100 Continue\r\nContent-Length: ${POISON.length}\r\n\r\n${withLength('5')}`, kept({ ...HELLO, interim: ['100'] })],
    ['101 behind 100', 'RFC 9110 §15.2.2', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', { failed: '502 app-unasked-upgrade', client: 'open', app: 'closed', got: { head: '', lines: [], body: '', interim: ['100'] } }],
    ['one that announces a body has none', 'RFC 9112 §6.3', `HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n${withLength('5')}`, kept({ ...HELLO, interim: ['102'] })],
    ['one with hop-by-hop fields', 'RFC 9110 §7.6.1', `HTTP/1.1 103 x\r\nConnection: X\r\nX: y\r\nKeep-Alive: z\r\nTransfer-Encoding: chunked\r\n\r\n${withLength('5')}`, kept({ ...HELLO, interim: ['103'] })],
    ['to HTTP/1.0, which does not know them', 'RFC 9110 §15.2', `HTTP/1.1 103 x\r\n\r\n${withLength('5')}`, { ...kept(HELLO), client: 'closed' }, OLD],
    ['a malformed one', 'RFC 9112 §4', 'HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\r\n\r\n', BAD],
    ['a malformed answer behind one', 'RFC 9112 §4', 'HTTP/1.1 100 Continue\r\n\r\nhello', { ...BAD, got: { head: '', lines: [], body: '', interim: ['100'] } }],
    ['the end behind one', 'RFC 9112 §8', 'HTTP/1.1 100 Continue\r\n\r\n', { ...CLOSED, got: { head: '', lines: [], body: '', interim: ['100'] } }, FIN],
    ['101 that nobody asked for', 'RFC 9110 §15.2.2', `HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${POISON}`, { failed: '502 app-unasked-upgrade', client: 'open', app: 'closed' }],
    ['101 to h2c', 'RFC 9110 §15.2.2', 'HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', { failed: '502 app-unasked-upgrade', client: 'open', app: 'closed' }],
    ['101 without a word', 'RFC 9110 §15.2.2', 'HTTP/1.1 101 x\r\n\r\n', { failed: '502 app-unasked-upgrade', client: 'open', app: 'closed' }],
  ]],
  ['what comes behind, and what does not pass', [
    ['a byte behind', 'RFC 9112 §9.3.2', `${withLength('5')}x`, closes(HELLO)],
    ['an empty line behind', 'RFC 9112 §9.3.2', `${withLength('5')}\r\n`, closes(HELLO)],
    ['an answer behind: it is nobody\'s', 'RFC 9112 §9.3.2', withLength('5') + POISON, closes(HELLO)],
    ['an interim answer behind: 100 came too late (CVE-2024-24791 is the client that keeps such a connection)', 'RFC 9110 §10.1.1', `${withLength('5')}HTTP/1.1 100 Continue\r\n\r\n`, closes(HELLO)],
    ['an answer behind chunks', 'RFC 9112 §9.3.2', chunked('5\r\nhello\r\n0\r\n\r\n') + POISON, closes(CHUNKED)],
    ['an answer in a body', 'RFC 9112 §6.2', withLength(String(POISON.length), POISON), kept(whole(POISON, [`Content-Length: ${POISON.length}`]))],
    ['hop-by-hop fields', 'RFC 9110 §7.6.1', said(['Connection: keep-alive, X-Hop', 'X-Hop: 1', 'Keep-Alive: timeout=5', 'Proxy-Connection: x', 'Upgrade: h2c', 'Trailer: X', 'Proxy-Authenticate: x', 'X: y', 'Content-Length: 5'], 'hello'), kept(whole('hello', ['X: y', 'Content-Length: 5']))],
    ['fields that name a length in another way pass, and frame nothing', 'RFC 9110 §5.1', said(['Content_Length: 9', 'X-Content-Length: 9', 'Content-Length: 5'], 'hello'), kept(whole('hello', ['Content_Length: 9', 'X-Content-Length: 9', 'Content-Length: 5']))],
    ['words to the front', 'nginx X-accel', said(['X-Accel-Buffering: no', 'X-Accel-Expires: 5', 'Content-Length: 5'], 'hello'), kept(HELLO)],
  ]],
];
