import { FAULTS, Fault } from '../errors.ts';
import { CLASS, CR, LF, NINE, SP, VALUE, ZERO } from './chars.ts';
import { CHUNKED, UNANNOUNCED, announcedBody } from './framing.ts';
import { BAD, MORE, Scanners } from './field-scanner.ts';
import { connectionOptions, upgradesToWebSocket } from './connection.ts';
import { MAX_ANSWER_FIELDS, MAX_HEAD } from './limits.ts';
import type { Classify } from './names.ts';
import { shown } from './shown.ts';
import type { AnswerHead, Framing } from './heads.ts';

/** What an answer cannot be read without. */
export interface AnswerContext {
  readonly classify: Classify;
  /** The method of the request that it answers (RFC 9112 §6.3: HEAD). */
  readonly method: string;
}

const scanners = new Scanners(MAX_ANSWER_FIELDS);

/** The status line of the answer at hand; positions in its bytes. */
const line = { status: 0, minor: 1 as 0 | 1, reasonStart: 0, reasonEnd: 0, problem: '' };

/**
 * Reads the head of an app's answer (1xx included) at the beginning of `bytes[start, end)`: the head, a fault
 * (`app-bad-answer`, whose detail says what is wrong), or undefined where more bytes are needed. As strict as
 * {@link readRequestHead}, and as independent of how the bytes were cut. At most 64 KiB and 400 field lines.
 */
export function readAnswerHead(bytes: Uint8Array, start: number, end: number, context: AnswerContext): AnswerHead | Fault | undefined {
  const limit = Math.min(end, start + MAX_HEAD);
  const afterLine = statusLine(bytes, start, limit);
  if (afterLine < 0) return afterLine === BAD ? bad(line.problem) : needsMore(start, end);
  const scanner = scanners.for(context.classify);
  const headEnd = scanner.scan(bytes, start, afterLine, limit);
  if (headEnd < 0) return headEnd === BAD ? asAnswerFault(scanner.fault!) : needsMore(start, end);
  const announced = announcedBody(scanner, line.minor);
  if (typeof announced !== 'number') return asAnswerFault(announced);
  const connection = connectionOptions(scanner);
  if (typeof connection === 'string') return bad(`Connection: ${connection}`);
  const { status, minor } = line;
  const framing = framingOf(status, announced, context.method);
  const { fields } = scanner;
  return {
    status,
    reason: fields.text.slice(line.reasonStart - start, line.reasonEnd - start),
    minor,
    fields,
    framing,
    length: lengthOf(framing, announced, context.method === 'HEAD' || status === 304),
    keepAlive: framing !== 'close' && !connection.close && (minor === 1 || connection.keepAlive) && !announcesForbiddenBody(status, announced),
    websocket: status === 101 && connection.upgrade && upgradesToWebSocket(scanner),
    nominated: connection.nominated,
    size: headEnd - start,
  };
}

function needsMore(start: number, end: number): Fault | undefined {
  return end - start > MAX_HEAD ? bad(`No end of the head within ${MAX_HEAD} bytes.`) : undefined;
}

/** RFC 9112 §6.3, in its order. */
function framingOf(status: number, announced: number, method: string): Framing {
  if (method === 'HEAD' || hasNoContent(status) || status === 304) return 'none';
  if (announced === CHUNKED) return 'chunked';
  return announced === UNANNOUNCED ? 'close' : 'length';
}

function lengthOf(framing: Framing, announced: number, onlyAnnounced: boolean): number {
  if (onlyAnnounced) return announced >= 0 ? announced : -1;
  return framing === 'length' ? announced : 0;
}

function hasNoContent(status: number): boolean {
  return status < 200 || status === 204;
}

/**
 * A 1xx or 204 may announce no body (RFC 9110 §8.6, RFC 9112 §6.1). It ends with its head all the same, and `0` does no
 * harm; but one that announces more may send it late, where the next answer is expected, so its connection is not used
 * again.
 */
function announcesForbiddenBody(status: number, announced: number): boolean {
  return hasNoContent(status) && (announced === CHUNKED || announced > 0);
}

/** status-line (RFC 9112 §4): gives the position after it, MORE or BAD. */
function statusLine(bytes: Uint8Array, start: number, end: number): number {
  const expected = 'HTTP/1.';
  for (let i = 0; i < 7; i++) {
    if (start + i >= end) return MORE;
    if (bytes[start + i] !== expected.charCodeAt(i)) return problem(`The status line begins ${shown(bytes, start, start + i + 1)}, not "HTTP/1.1".`);
  }
  let at = start + 7;
  if (at >= end) return MORE;
  if (bytes[at] !== ZERO && bytes[at] !== ZERO + 1) return problem(`The version is ${shown(bytes, start, at + 1)}.`);
  line.minor = bytes[at] === ZERO ? 0 : 1;
  if (++at >= end) return MORE;
  if (bytes[at] !== SP) return problem(`After the version comes ${shown(bytes, at, at + 1)}, not one space.`);
  let status = 0;
  for (let i = 0; i < 3; i++) {
    if (++at >= end) return MORE;
    const digit = bytes[at]!;
    if (digit < ZERO || digit > NINE || (i === 0 && (digit < ZERO + 1 || digit > ZERO + 5))) return problem(`${shown(bytes, at, at + 1)} in the status; expected 100 to 599.`);
    status = status * 10 + digit - ZERO;
  }
  line.status = status;
  if (++at >= end) return MORE;
  // The space belongs there even before an empty reason (RFC 9112 §4); some servers leave it out, and nothing can be read two ways.
  if (bytes[at] === SP) at++;
  else if (bytes[at] !== CR) return problem(`After the status comes ${shown(bytes, at, at + 1)}, not a space.`);
  line.reasonStart = at;
  while (at < end && (CLASS[bytes[at]!]! & VALUE) !== 0) at++;
  line.reasonEnd = at;
  if (at >= end) return MORE;
  if (bytes[at] !== CR) return problem(`${shown(bytes, at, at + 1)} in or after the reason phrase.`);
  if (at + 1 >= end) return MORE;
  return bytes[at + 1] === LF ? at + 2 : problem('A CR without an LF after it in the status line.');
}

function problem(detail: string): number {
  line.problem = detail;
  return BAD;
}

function bad(detail: string): Fault {
  return new Fault('app-bad-answer', detail);
}

/** What would be the client's fault in a request is the app's in an answer; it keeps its words. */
export function asAnswerFault(fault: Fault): Fault {
  if (fault.code === 'too-many-fields') return bad(fault.detail);
  return bad(`${FAULTS[fault.code].summary} ${fault.detail}`);
}

