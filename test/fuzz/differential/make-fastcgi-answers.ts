/** What a FastCGI server says that cannot frame, was cut, or wants to poison the next answer. */
import { ended, record, stderr, stdout } from '../../helpers/cgi-decode.ts';
import type { Random } from '../../helpers/random.ts';
import { LINES, NASTY, POISON, type Asked } from './make-answers.ts';
import { CONTENT } from './make-requests.ts';

const STATUSES = ['Status: 200', 'Status: 200 OK', 'status: 404 Not Found', 'Status: 500 x', 'Status: 204 None', 'Status: 304 Same', 'Status: 206 Part'];
const ODD = ['Status: 100 Continue', 'Status: 600 x', 'Status: 20', 'Status:  200 OK', 'Status: 200\tOK', 'Status: 200 O\0K', 'Status: 200 OK\rSet-Cookie: a', 'HTTP/1.1 200 OK', 'Status : 200', 'Status: 2000', 'Status: 200 OK\r\n folded', 'Transfer-Encoding: chunked', 'Location: /x', 'Location: /x\r\nLocation: /y', 'Status: 200\r\nStatus: 404', 'Status: 101 Switching Protocols'];
const END = ended().toString('latin1');
const wrong = (random: Random): string => random.pick([
  record(6, POISON, { id: 7 }), record(6, 'x', { id: 256 }), record(6, 'x', { id: 0 }), record(6, 'x', { version: 2 }), record(9, 'x'), record(1, 'x'), record(6), record(7),
  Buffer.concat([record(6), stdout(POISON)]), Buffer.concat([record(7), stderr('x')]), record(3, 'short'), record(3, '\0'.repeat(9)), record(3, '\0'.repeat(8), { id: 2 }), ended(1), ended(2), ended(3), ended(9),
]).toString('latin1');

function head(random: Random, path: string, content: string): string {
  const lines = [`X-For: ${path}`];
  if (random.chance(0.7)) lines.push(random.pick(STATUSES));
  for (let more = random.int(3); more > 0; more--) lines.push(random.pick(LINES));
  const framing = random.next();
  if (framing < 0.4) lines.push(`Content-Length: ${content.length}`);
  else if (framing < 0.5) lines.push(`Content-Length: ${Math.max(0, content.length + random.pick([-1, -3, 1, 9]))}`);
  else if (framing < 0.57) lines.push(random.pick(NASTY));
  if (random.chance(0.15)) lines.push(random.pick(ODD));
  for (let i = lines.length - 1; i > 0; i--) { // any order
    const j = random.int(i + 1);
    [lines[i], lines[j]] = [lines[j]!, lines[i]!];
  }
  const end = random.pick(['\r\n', '\n']);
  const text = lines.map((line) => line + (random.chance(0.99) ? end : random.pick(['\n', '\r\n', '\r', '']))).join('');
  return text + (random.chance(0.97) ? end : '');
}

export function fastCgiAnswerBytes(random: Random, { method, path }: Asked): string {
  const content = (method === 'HEAD' && random.chance(0.5)) || random.chance(0.1) ? '' : random.chance(0.5) ? `body of ${path}` : random.chance(0.3) ? POISON : random.pick(CONTENT);
  const text = random.mutated(head(random, path, content) + content, 0.08);
  const records = random.pieces(text, 40).map((piece) => stdout(piece, random.pick([0, 0, 0, 1, 7, 255])).toString('latin1'));
  const between = (bytes: string): void => { records.splice(random.int(records.length + 1), 0, bytes); };
  if (random.chance(0.15)) between(stderr('PHP message: oops\n').toString('latin1'));
  if (random.chance(0.15)) between(wrong(random));
  if (random.chance(0.3)) records.push(record(6).toString('latin1'));
  records.push(random.chance(0.9) ? END : random.chance(0.5) ? '' : wrong(random));
  if (random.chance(0.1)) records.push(random.pick(['x', '\r\n', END, stdout(POISON).toString('latin1'), stdout(`Status: 200\r\nX-For: poison\r\n\r\npoison`).toString('latin1') + END]));
  return random.mutated(records.join(''), 0.08);
}
