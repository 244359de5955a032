/** What an app says that cannot frame, was cut, or wants to poison the next answer. */
import type { Random } from '../../helpers/random.ts';
import { ANSWERS } from '../../wire/answers.ts';
import { CONTENT, chunked } from './make-requests.ts';

/** Each has its own mark, by which the fuzzer sees whose it is. */
export interface Asked { readonly method: string; readonly path: string }

const SEEDS = ANSWERS.map(([, text]) => text).filter((text) => text.length < 2000);

export const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-For: poison\r\n\r\npoison';
export const LINES = ['X-A: 1', 'Date: x', 'Server: y', 'Connection: close', 'Connection: X-A', 'Connection: keep-alive', 'Connection: X-For, Content-Length', 'Keep-Alive: timeout=5', 'Upgrade: h2c', 'Trailer: X-T', 'Vary:', 'X: \xff', 'X-Forwarded-Proto: http', 'Content_Length: 5', 'Content-Encoding: gzip', 'X_A: 1', 'TE: x', 'Proxy-Authenticate: x', 'X-Request-Id: the-apps-own', 'x_request_id: y'];
export const NASTY = ['Content-Length: 5\r\nContent-Length: 5', 'Content-Length: 5\r\nTransfer-Encoding: chunked', 'Content-Length: 5, 5', 'Content-Length: x', 'Content-Length: -1', 'Content-Length: +5', 'Content-Length: 0x5', 'Content-Length: 9007199254740992', 'Content-Length:', 'Transfer-Encoding: gzip', 'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: chunked, gzip', 'Transfer-Encoding: identity', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 'Transfer-Encoding:\x0bchunked', 'Content-Length: 0', 'Content-Length: 5\r\n folded', 'Content-Length : 5', 'Transfer-Encoding : chunked', 'Bad\nLine: x', 'X: a\rSet-Cookie: b', 'X: a\n\nbody', 'X: \0', ': empty', 'no colon', ' X: led', 'X\x80: y', 'Connection: a b'];
const STATUS_LINES = ['HTTP/1.1 200', 'HTTP/1.1  200 OK', 'HTTP/1.1\t200 OK', 'HTTP/1.1 20 OK', 'HTTP/1.1 2000 OK', 'HTTP/1.1 600 OK', 'HTTP/1.1 099 OK', 'HTTP/1.2 200 OK', 'HTTP/2 200', 'http/1.1 200 OK', 'ICY 200 OK', '200 OK', 'HTTP/1.1 200\tOK', 'HTTP/1.1 200 O\0K', 'HTTP/1.1 200 O\rK', '\r\nHTTP/1.1 200 OK', 'HTTP/1.1 +200 OK', 'HTTP/1.1 2 00'];
const INTERIM = ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', 'HTTP/1.1 102 Processing\r\n\r\n', 'HTTP/1.1 199 Odd\r\nX: y\r\n\r\n', 'HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', 'HTTP/1.0 100 Continue\r\n\r\n', 'HTTP/1.1 100 Continue\n\n'];

export function answerBytes(random: Random, { method, path }: Asked): string {
  if (random.chance(0.08)) return random.mutated(random.pick(SEEDS) + random.pick(CONTENT), 0.5);
  const status = random.pick([200, 200, 200, 404, 500, 204, 304, 302, 206, 205]);
  const content = random.chance(0.5) ? `body of ${path}` : random.chance(0.3) ? POISON : random.pick(CONTENT);
  const lines = [`X-For: ${path}`];
  for (let more = random.int(3); more > 0; more--) lines.push(random.pick(LINES));
  let body = '';
  const framing = random.next();
  if (framing < 0.35) { lines.push(`Content-Length: ${content.length}`); body = content; }
  else if (framing < 0.68) { lines.push('Transfer-Encoding: chunked'); body = chunked(random, content); }
  else if (framing < 0.78) body = content;
  else if (framing < 0.84) { lines.push(`Content-Length: ${content.length + 1 + random.int(9)}`); body = content; }
  else if (framing < 0.89) { lines.push('Transfer-Encoding: chunked'); body = chunked(random, content); body = body.slice(0, random.int(body.length)); }
  else { lines.push(random.pick(NASTY)); body = random.chance(0.5) ? content : chunked(random, content); }
  if ((method === 'HEAD' || status === 204 || status === 304) && random.chance(0.6)) body = '';
  if (random.chance(0.3)) lines.unshift(lines.pop()!);
  let interim = '';
  for (let more = random.chance(0.85) ? 0 : 1 + random.int(3); more > 0; more--) interim += random.pick(INTERIM);
  const start = random.chance(0.96) ? `HTTP/1.${random.chance(0.9) ? 1 : 0} ${status} ${random.chance(0.9) ? 'Fine' : ''}` : random.pick(STATUS_LINES);
  const behind = random.chance(0.9) ? '' : random.pick(['x', '\r\n', POISON, '0\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n']);
  return random.mutated(`${interim}${start}\r\n${lines.join('\r\n')}\r\n\r\n${body}${behind}`, 0.12);
}
