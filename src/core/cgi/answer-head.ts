import { Fault } from '../errors.ts';
import { latin1 } from '../bytes.ts';
import { asAnswerFault } from '../http1/answer-head.ts';
import type { AnswerContext } from '../http1/answer-head.ts';
import { CR, LF } from '../http1/chars.ts';
import { connectionOptions } from '../http1/connection.ts';
import { BAD, Scanners } from '../http1/field-scanner.ts';
import type { FieldScanner } from '../http1/field-scanner.ts';
import type { Fields } from '../http1/fields.ts';
import { UNANNOUNCED, announcedBody } from '../http1/framing.ts';
import type { AnswerHead, Framing } from '../http1/heads.ts';
import { MAX_ANSWER_FIELDS, MAX_HEAD } from '../http1/limits.ts';
import { Name } from '../http1/names.ts';

const scanners = new Scanners(MAX_ANSWER_FIELDS);

/**
 * Reads the head of a CGI answer (RFC 3875 §6) at the beginning of `bytes[start, end)`: the head, a fault
 * (`app-bad-answer`, whose detail says what is wrong), or undefined where more bytes are needed. At most 64 KiB and 400
 * field lines; the lines are judged by the scanner that judges HTTP/1's, so nothing passes here that would not there.
 *
 * Lines end in CRLF or in LF, all in the same way: an LF among CRLFs is not CGI's freedom but somebody's text that was put
 * into a value. The head is told in HTTP/1's terms: fields in a text with CRLFs and without `Status`; framing `length`, or
 * `close` for a body that ends with the request (END_REQUEST). `keepAlive` is always true, since the connection is a
 * matter of what carries the answer; `size` counts the bytes that were read.
 */
export function readCgiAnswerHead(bytes: Uint8Array, start: number, end: number, context: AnswerContext): AnswerHead | Fault | undefined {
  const limit = Math.min(end, start + MAX_HEAD);
  if (startsWithHttp(bytes, start, limit)) return bad('It begins "HTTP/" as an HTTP answer does; CGI has a Status line instead (php.ini: cgi.rfc2616_headers = 0).');
  const bareLines = endsFirstLineInLf(bytes, start, limit);
  const lines = bareLines ? withCrs(bytes, start, limit) : bytes.subarray(start, limit);
  const scanner = scanners.for(context.classify);
  const headEnd = scanner.scan(lines, 0, 0, lines.length);
  if (headEnd === BAD) return asAnswerFault(scanner.fault!);
  if (headEnd < 0) return end - start > MAX_HEAD ? bad(`No end of the head within ${MAX_HEAD} bytes.`) : undefined;
  const { count } = scanner.fields;
  if (count === 0) return bad('The head has no field; CGI asks for Content-Type, Location or Status (RFC 3875 §6.2).');
  const status = readStatus(scanner.fields);
  if (status instanceof Fault) return status;
  if (status.line >= 0) scanWithout(scanner, lines, status.line);
  return judge(scanner, status, { method: context.method, size: bareLines ? headEnd - count - 1 : headEnd });
}

interface Status {
  readonly code: number;
  readonly reason: string;
  /** Which field line said it, or -1. */
  readonly line: number;
}

const OK: Status = { code: 200, reason: 'OK', line: -1 };
/** RFC 3875 §6.2.3. Also for a path alone: a client follows it as well as a server would (§6.2.2), as with nginx. */
const FOUND: Status = { code: 302, reason: 'Found', line: -1 };

function readStatus(fields: Fields): Status | Fault {
  let line = -1;
  for (let i = 0; i < fields.count; i++) {
    if (fields.nameEnd[i]! - fields.start[i]! !== 6 || fields.name(i).toLowerCase() !== 'status') continue;
    if (line >= 0) return bad('More than one Status line.');
    line = i;
  }
  const location = fields.find(Name.LOCATION);
  // RFC 3875 §6.3: no CGI field twice. Of two Locations each reader would follow another one.
  if (location >= 0 && fields.find(Name.LOCATION, location + 1) >= 0) return bad('More than one Location line.');
  if (line < 0) return location >= 0 ? FOUND : OK;
  const value = fields.value(line);
  // RFC 3875 §6.3.3: three digits, then SP and a reason. Interim answers (1xx) have no form in CGI.
  const parts = /^([2-5]\d\d)(?: ([^]*))?$/.exec(value);
  if (parts === null) return bad('The Status is not "200" to "599" with a reason after one space.');
  return { code: Number(parts[1]), reason: parts[2] ?? '', line };
}

/** Scans again without one line: fields are positions in a text, and that line is for us alone. */
function scanWithout(scanner: FieldScanner, lines: Uint8Array, line: number): void {
  const from = scanner.fields.start[line]!;
  const to = scanner.fields.start[line + 1]!;
  const rest = new Uint8Array(lines.length - (to - from));
  rest.set(lines.subarray(0, from));
  rest.set(lines.subarray(to), from);
  scanner.scan(rest, 0, 0, rest.length);
}

function judge(scanner: FieldScanner, { code, reason }: Status, about: { readonly method: string; readonly size: number }): AnswerHead | Fault {
  // RFC 3875 §6.3.4: no field of the connection. This one would say of the content that it is chunked, and nobody unwraps it.
  if (scanner.count[Name.TRANSFER_ENCODING] !== 0) return bad('A Transfer-Encoding line; content is not coded in CGI (RFC 3875 §6.3.4).');
  const announced = announcedBody(scanner, 1);
  if (typeof announced !== 'number') return asAnswerFault(announced);
  const connection = connectionOptions(scanner);
  if (typeof connection === 'string') return bad(`Connection: ${connection}`);
  const bodiless = about.method === 'HEAD' || code === 204 || code === 304;
  const framing: Framing = bodiless ? 'none' : announced === UNANNOUNCED ? 'close' : 'length';
  const onlyAnnounced = about.method === 'HEAD' || code === 304;
  return {
    status: code,
    reason,
    minor: 1,
    fields: scanner.fields,
    framing,
    length: framing === 'length' || onlyAnnounced ? announced : 0,
    keepAlive: true,
    websocket: false,
    nominated: connection.nominated,
    size: about.size,
  };
}

function startsWithHttp(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 5 && latin1(bytes, start, start + 5) === 'HTTP/';
}

function endsFirstLineInLf(bytes: Uint8Array, start: number, end: number): boolean {
  const at = bytes.subarray(start, end).indexOf(LF);
  return at === 0 || (at > 0 && bytes[start + at - 1] !== CR);
}

/** A CR before each LF. One that was there already becomes a bare CR, which the scanner refuses. */
function withCrs(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let count = 0;
  for (let at = start; at < end; at++) if (bytes[at] === LF) count++;
  const lines = new Uint8Array(end - start + count);
  let to = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] === LF) lines[to++] = CR;
    lines[to++] = bytes[at]!;
  }
  return lines;
}

function bad(detail: string): Fault {
  return new Fault('app-bad-answer', detail);
}
