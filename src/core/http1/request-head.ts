import { Fault } from '../errors.ts';
import { CHUNKED, UNANNOUNCED, announcedBody } from './framing.ts';
import { BAD, Scanners } from './field-scanner.ts';
import type { FieldScanner } from './field-scanner.ts';
import { RequestLine } from './request-line.ts';
import { connectionOptions, upgradesToWebSocket } from './connection.ts';
import { hostAndPort, isHost } from './host.ts';
import { MAX_HEAD, MAX_REQUEST_FIELDS } from './limits.ts';
import { Name } from './names.ts';
import type { Classify } from './names.ts';
import { sameIgnoringCase } from './chars.ts';
import { notHost } from './shown.ts';
import type { RequestHead } from './heads.ts';

const line = new RequestLine();
const scanners = new Scanners(MAX_REQUEST_FIELDS);

/**
 * Reads the request head at the beginning of `bytes[start, end)`: the head, the fault that makes it unacceptable, or
 * undefined where more bytes are needed. Strict: what is not plainly well-formed is refused, never repaired, as the
 * next reader would repair it another way (RFC 9112 §11.2). A verdict never depends on how the bytes were cut: what was
 * refused stays refused and what was accepted stays accepted, whatever follows.
 *
 * Accepts at most 64 KiB, 200 field lines and 16 KiB of target. Bytes after the head are not looked at.
 */
export function readRequestHead(bytes: Uint8Array, start: number, end: number, classify: Classify): RequestHead | Fault | undefined {
  const limit = Math.min(end, start + MAX_HEAD);
  const afterLine = line.read(bytes, start, limit);
  if (afterLine < 0) return afterLine === BAD ? line.fault : needsMore(start, end);
  const scanner = scanners.for(classify);
  const headEnd = scanner.scan(bytes, start, afterLine, limit);
  if (headEnd < 0) return headEnd === BAD ? scanner.fault : needsMore(start, end);
  const hostFault = judgeHost(bytes, start, scanner);
  if (hostFault !== undefined) return hostFault;
  return judge(start, headEnd, scanner);
}

function needsMore(start: number, end: number): Fault | undefined {
  return end - start > MAX_HEAD ? new Fault('head-too-large', `No end of it within ${MAX_HEAD} bytes.`) : undefined;
}

/** RFC 9112 §3.2: one Host, well-formed. HTTP/1.0 as well, since a site and the truth are chosen by it. */
function judgeHost(bytes: Uint8Array, start: number, scanner: FieldScanner): Fault | undefined {
  const count = scanner.count[Name.HOST]!;
  if (count !== 1) {
    return count === 0 ? new Fault('missing-host', 'The request has no Host line.') : new Fault('repeated-host', `${count} Host lines.`);
  }
  const { fields, first } = scanner;
  const i = first[Name.HOST]!;
  const valueStart = start + fields.valueStart[i]!;
  const valueEnd = start + fields.valueEnd[i]!;
  if (!isHost(bytes, valueStart, valueEnd)) return new Fault('bad-host', notHost(bytes, valueStart, valueEnd));
  if (line.authority === undefined) return undefined;
  // RFC 9112 §3.2.2 would have the target win; an app that reads Host would then be told another name than the one we served.
  const host = fields.value(i);
  if (hostAndPort(host, line.defaultPort) === hostAndPort(line.authority, line.defaultPort)) return undefined;
  return new Fault('host-mismatch', `Host is ${host}, the target names ${line.authority}.`);
}

function judge(start: number, headEnd: number, scanner: FieldScanner): RequestHead | Fault {
  const { fields } = scanner;
  const { minor } = line;
  const announced = announcedBody(scanner, minor);
  if (typeof announced !== 'number') return announced;
  const connection = connectionOptions(scanner);
  if (typeof connection === 'string') return new Fault('bad-connection', connection);
  // RFC 9110 §10.1.1: to be ignored in HTTP/1.0.
  const expects = minor === 1 && scanner.count[Name.EXPECT] !== 0;
  if (expects && (scanner.count[Name.EXPECT] !== 1 || !sameIgnoringCase(scanner.value(Name.EXPECT), '100-continue'))) {
    return new Fault('bad-expectation', 'The Expect field is not "100-continue" alone.');
  }
  const empty = announced === UNANNOUNCED || announced === 0;
  const method = fields.text.slice(line.start - start, line.methodEnd - start);
  return {
    method,
    target: line.authority === undefined ? fields.text.slice(line.targetStart - start, line.targetEnd - start) : line.originForm,
    minor,
    host: scanner.value(Name.HOST),
    fields,
    framing: announced === UNANNOUNCED ? 'none' : announced === CHUNKED ? 'chunked' : 'length',
    length: announced > 0 ? announced : 0,
    keepAlive: !connection.close && (minor === 1 || connection.keepAlive),
    websocket: connection.upgrade && empty && minor === 1 && method === 'GET' && upgradesToWebSocket(scanner),
    expectsContinue: expects && !empty,
    nominated: connection.nominated,
    size: headEnd - start,
  };
}
