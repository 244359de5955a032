/** Streams of requests that are nearly right: built from parts that proxies have differed about, or taken from the corpus, then bent. */
import type { Random } from '../../helpers/random.ts';
import { REQUESTS } from '../../wire/requests.ts';

const SEEDS = REQUESTS.map(([, text]) => text).filter((text) => text.length < 2000);

const METHODS = ['GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH'];
const ODD_METHODS = ['get', 'G', 'CONNECT', 'TRACE', 'PRI', 'Post', 'GET\t', 'GET ', ' GET', '', 'GET:', 'M-SEARCH', '{', 'X'.repeat(65)];
const TARGETS = ['/', '/a?b=c', '//evil/x', '/a%00b', '/../x', 'http://shop.test/abs', 'HTTP://SHOP.test/abs', 'http://evil.test/', 'https://shop.test:443/y?', 'http://shop.test:80', 'http://u@shop.test/', 'http://shop.test@evil.test/', '*', '/a#b', 'shop.test:80', '/a\\b', '/;x', '?x', 'http://shop.test?q', '/\x80', '/a b', '/a HTTP/1.1', '/\r\nX: y', '', 'http:///x', '/%0d%0aHost:%20evil'];
const VERSIONS = ['HTTP/1.0', 'HTTP/1.0', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/01.1', 'HTTP/1.1 ', 'HTTP/1.', 'HTTP/1.10', '', 'HTTP/0.9', 'HTTP/1,1'];
export const FIELD_NAMES = ['Accept', 'Cookie', 'X-A', 'X-B', 'Authorization', 'Content-Type', 'User-Agent', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X_Forwarded_Proto', 'X.Forwarded.Host', 'X-Forwarded~Proto', 'Forwarded', 'X-Real-IP', 'Proxy', 'X-Request-Id', 'Content_Length', 'Transfer.Encoding', 'Content!Length', 'Keep-Alive', 'Trailer', 'TE', 'Upgrade', 'Proxy-Connection', 'Remote_User', 'HTTP2-Settings'];
export const FIELD_VALUES = ['1', 'http', 'https', '6.6.6.6', 'a, b', '', 'for=6.6.6.6;proto=http', 'x y', '"q"', 'websocket', 'trailers', '\x80\xff', 'chunked', '0', 'h2c'];
/** Each of the names on which the end of a request hangs, with every value that somebody has read in another way. */
const LENGTHS = ['0', '05', '+5', '-5', '5, 5', '5,6', '', '0x5', '5 ', '\t5', '5\t', '5\x0b', '5;', '5.0', '5e0', '\xa05', '5 5', '9007199254740992', '18446744073709551621', '4294967301', '5\r\n 5', '\x005', '\xb2'];
const CODINGS = ['chunked', 'Chunked', 'CHUNKED ', 'gzip, chunked', 'chunked, identity', 'identity', 'identity, chunked', 'chunked, chunked', '\tchunked', '"chunked"', 'xchunked', 'chunkedx', 'chunk', 'cow', 'chunked;q=1', 'chunked,', ',chunked', '\x0bchunked', 'chunked\x00', '\xa0chunked', 'chun\xeaked', 'chunked\x0c', "'chunked'", 'chunked cow', '\r\n chunked', 'x\r\n chunked', ''];
const AROUND = [':', ': ', ' : ', ' :', ':  ', '\t:', ':\t', ':\x00', '\x00:', '\xa0:', ':\r\n ', '', '::', '\r: ', '=', '-:'];
const NASTY_LINES = ['Host: evil.test', 'Host:', 'hOsT: shop.test', 'Folded: a\r\n b', 'Folded: a\r\n\tTransfer-Encoding: chunked', ' X: led by a space', 'X: a\rTransfer-Encoding: chunked', 'X: a\nTransfer-Encoding: chunked', 'X: a\n\nGET /smuggled HTTP/1.1', 'X: a\r\rContent-Length: 5', 'X\0: a', 'X: \0', ': empty', 'no colon', 'Expect: 100-continue', 'Expect: 200-ok', 'Expect: 100-continue\r\nExpect: x', 'X:\x7f', 'X\x80: y', 'GET /smuggled HTTP/1.1', 'Connection: upgrade\r\nUpgrade: websocket', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__', 'Connection: upgrade\r\nUpgrade: websocket, h2c'];
const NOMINATIONS = ['close', 'keep-alive', 'X-A', 'Cookie', 'X-Forwarded-Proto', 'X-Forwarded-For, X-A', 'Host', 'Content-Length', 'Transfer-Encoding, close', 'X-Request-Id', 'Upgrade', 'upgrade, X-B', ',,', 'a b', 'keep-alive, x-a', 'close\x0b', '"close"'];
const LINE_ENDS = ['\n', '\r', '\r\r\n', '\n\r', '\r\n\r\n', '\0\r\n', ' \r\n', '\t\r\n', '\x0b', '\x85', '\u0000\n'];
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: shop.test\r\n\r\n';
export const CONTENT = ['hello', 'hello', '', '0\r\n\r\n', SMUGGLED, 'x'.repeat(300), '5\r\nhello\r\n0\r\n\r\n', `0\r\n\r\n${SMUGGLED}`, '\r\n', 'x'.repeat(1001)];

const SIZES = ['0x5', '+5', ' 5', '5 ', '-5', '', '5_0', 'ffffffffffffffff', '5\t', '10000000000000005', '100000005', '20000000000001', '5.', '5g', '\x005', '5\x0b', '5,', 'five', '\r\n5'];
const EXTENSIONS = [';a=b', ';a="b"', ';', ' ;a', ';a\r', ';a\n', ';\r\n', ';a="\r\n"', ';a="b', ';a="\\""', `;${'x'.repeat(300)}`, ';a;b=c', ';\n', ';=', '; a = b', '\n', ';a\0', ';a=\x80'];
const CHUNK_ENDS = ['\n', '\r', '', '\r\n\r\n', 'x\r\n', '\n\r', '\r\r\n', '\0\n', 'XX'];
const LASTS = ['00\r\n', '0;x\r\n', '0\n', '\r\n', '0 \r\n', '0\r\n0\r\n', '0\r', '-0\r\n', '0x0\r\n', ''];
const TRAILERS = ['X-T: 1\r\n', 'X-Forwarded-Proto: http\r\n', 'X_Forwarded_Proto: http\r\n', 'Content-Length: 9\r\n', 'Host: evil.test\r\n', 'X-T: 1\r\n folded\r\n', 'X-T : 1\r\n', 'Cookie: a\r\nX-T2: 2\r\n', 'Transfer-Encoding: chunked\r\n', 'X-T: 1\n', '\n', 'X-T: a\rb\r\n', `${SMUGGLED.slice(0, -4)}\r\n`, ': x\r\n', 'X-T: \0\r\n'];

/** A chunked body; mostly right. */
export function chunked(random: Random, content: string): string {
  let text = '';
  for (let at = 0; at < content.length;) {
    const size = 1 + random.int(Math.min(400, content.length - at));
    const hex = size.toString(16);
    const digits = random.chance(0.97) ? random.pick([hex, hex, hex, `0${hex}`, hex.toUpperCase()]) : random.pick(SIZES);
    text += `${digits}${random.chance(0.95) ? '' : random.pick(EXTENSIONS)}\r\n${content.slice(at, at + size)}${random.chance(0.98) ? '\r\n' : random.pick(CHUNK_ENDS)}`;
    at += size;
  }
  return `${text}${random.chance(0.96) ? '0\r\n' : random.pick(LASTS)}${random.chance(0.85) ? '' : random.pick(TRAILERS)}${random.chance(0.98) ? '\r\n' : random.pick(LINE_ENDS)}`;
}

/** `Name: value` of one of the names on which framing hangs. */
function framingLine(random: Random, name: string, right: string, odd: readonly string[]): string {
  const spelled = random.chance(0.9) ? name : random.pick([name.toLowerCase(), name.toUpperCase(), name.replace('-', '_'), name.replace('-', ''), `${name}\xa0`, ` ${name}`, name.replace('-', '‐'), `X-${name}`]);
  const line = `${spelled}${random.chance(0.95) ? ': ' : random.pick(AROUND)}${random.chance(0.9) ? right : random.pick(odd)}`;
  return Buffer.from(line, 'latin1').toString('latin1');
}

function build(random: Random, n: number): string {
  const method = random.chance(0.97) ? random.pick(METHODS) : random.pick(ODD_METHODS);
  const target = random.chance(0.8) ? `/${n}` : random.pick(TARGETS);
  const version = random.chance(0.93) ? 'HTTP/1.1' : random.pick(VERSIONS);
  const lines = [random.chance(0.97) ? 'Host: shop.test' : random.pick(['Host: evil.test', 'Host: shop.test:8443', 'host:  SHOP.test', 'Host: shop.test, evil.test', 'Host: a@b', 'Host: [::1]:1', 'Host: shop.test:0', 'Host:shop.test.', 'Host : shop.test', 'X: y'])];
  for (let more = random.int(4); more > 0; more--) lines.push(`${random.pick(FIELD_NAMES)}:${random.pick([' ', ' ', '', '  ', '\t'])}${random.pick(FIELD_VALUES)}`);
  const content = random.pick(CONTENT);
  let body = '';
  const framing = random.next();
  if (framing < 0.3) { lines.push(framingLine(random, 'Content-Length', String(content.length), LENGTHS)); body = content; }
  else if (framing < 0.6) { lines.push(framingLine(random, 'Transfer-Encoding', 'chunked', CODINGS)); body = chunked(random, content); }
  else if (framing < 0.65) {
    lines.push(framingLine(random, 'Content-Length', random.pick([String(content.length), '0', '5', '4']), LENGTHS), framingLine(random, random.chance(0.6) ? 'Transfer-Encoding' : 'Content-Length', random.chance(0.6) ? 'chunked' : String(content.length), CODINGS));
    body = random.chance(0.5) ? content : chunked(random, content);
  } else if (framing < 0.7) body = content;
  if (random.chance(0.12)) lines.push(random.pick(NASTY_LINES));
  if (random.chance(0.15)) lines.push(`Connection: ${random.pick(NOMINATIONS)}`);
  if (random.chance(0.05)) lines.push(random.pick(lines));
  for (let i = lines.length - 1; i > 0; i--) { // any order
    const j = random.int(i + 1);
    [lines[i], lines[j]] = [lines[j]!, lines[i]!];
  }
  const before = random.chance(0.97) ? '' : random.pick(['\r\n', '\r\n\r\n', '\n', ' ', '\r']);
  if (random.chance(0.95)) return `${before}${method} ${target} ${version}\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
  const parts = [`${before}${method} ${target} ${version}`, ...lines, ''];
  const odd = random.int(parts.length);
  return parts.map((part, i) => part + (i === odd ? random.pick(LINE_ENDS) : '\r\n')).join('') + body;
}

/** Head of one, body of another. */
function spliced(random: Random, one: string, other: string): string {
  return one.slice(0, random.int(one.length)) + other.slice(random.int(other.length));
}

export function requestStream(random: Random): string {
  let text = '';
  for (let n = 0, count = random.chance(0.6) ? 1 : 2 + random.int(3); n < count; n++) {
    const one = random.chance(0.85) ? build(random, n) : random.pick(SEEDS);
    text += random.mutated(random.chance(0.96) ? one : spliced(random, one, random.chance(0.5) ? random.pick(SEEDS) : build(random, n)), 0.12);
  }
  return random.chance(0.95) ? text : text.slice(0, random.int(text.length)); // the client stops
}
