/** Answers of FastCGI servers read by their grammar alone (FastCGI 1.0 §3.3, §5; RFC 3875 §6); it shares nothing with `src`. */
import { LIST, announced, options, section, valuesOf, type AnswerRead, type Not } from './reference.ts';

const STDOUT = 6;
const STDERR = 7;
const END_REQUEST = 3;

interface Records { readonly output: string; /** Ended by END_REQUEST, with everything before it in order. */ readonly good: boolean }

function records(text: string): Records {
  let output = '';
  const over = new Set<number>();
  for (let at = 0; at + 8 <= text.length;) {
    const [version, type, idHigh, idLow, high, low, padding] = [...text.slice(at, at + 8)].map((byte) => byte.charCodeAt(0)) as [number, number, number, number, number, number, number];
    const length = high * 256 + low;
    if (version !== 1 || idHigh !== 0 || idLow !== 1 || ![STDOUT, STDERR, END_REQUEST].includes(type) || over.has(type) || (type === END_REQUEST && length !== 8)) break;
    const content = text.slice(at + 8, at + 8 + length);
    if (type === STDOUT) output += content; // as much as is there
    at += 8 + length + padding;
    if (at > text.length) break;
    if (type === END_REQUEST) return { output, good: content[4] === '\0' };
    if (length === 0) over.add(type);
  }
  return { output, good: false };
}

/** The head, its lines ended as the first one is, in CRLF or in LF. */
function head(output: string): { fields: [string, string][]; end: number } | undefined {
  const first = output.indexOf('\n');
  if (first < 0 || output.startsWith('HTTP/')) return undefined;
  const bare = output[first - 1] !== '\r';
  const { fields, end } = section(bare ? output.replaceAll('\n', '\r\n') : output, 0, 400);
  return end < 0 || fields.length === 0 ? undefined : { fields, end: bare ? end - fields.length - 1 : end };
}

/**
 * `loose`: all that the head announced is there, and what came behind it was not in order. Whether the client is told of
 * that depends on what it had already been sent.
 */
export function readFastCgiAnswer(text: string, method: string): AnswerRead | Not {
  const bad: Not = { not: 'bad', head: false };
  const { output, good } = records(text);
  const found = head(output);
  if (found === undefined) return bad;
  const { end } = found;
  const statuses = valuesOf(found.fields, 'status');
  const locations = valuesOf(found.fields, 'location');
  const fields = found.fields.filter(([name]) => name.toLowerCase() !== 'status');
  const parts = /^([2-5][0-9][0-9])(?: (.*))?$/s.exec(statuses[0] ?? (locations.length > 0 ? '302 Found' : '200 OK'));
  const length = announced(fields, 1);
  if (statuses.length > 1 || locations.length > 1 || parts === null || typeof length === 'string') return bad;
  if (valuesOf(fields, 'connection').some((value) => !LIST.test(value)) || options(fields).length > 64) return bad;
  const status = Number(parts[1]);
  const answer = { status, reason: parts[2] ?? '', interim: [], fields, length, trailers: [], end: text.length };
  const state = good ? 'whole' as const : 'loose' as const;
  if (method === 'HEAD' || status === 204 || status === 304) return { ...answer, body: '', state };
  const content = output.slice(end);
  if (length === undefined) return good ? { ...answer, body: content, state } : { not: 'bad', head: true };
  if (content.length < length) return { not: 'bad', head: true };
  return { ...answer, body: content.slice(0, length), state: content.length > length ? 'loose' : state };
}
