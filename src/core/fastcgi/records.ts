/**
 * FastCGI 1.0 as the front writes it (https://fastcgi-archives.github.io/FastCGI_Specification.html §3.3, §5): one request
 * at a time on a connection, always with id 1, in the role of a responder. Servers that multiplex are rare, and PHP-FPM
 * does not.
 */
import { writeLatin1 } from '../bytes.ts';
import type { Variables } from '../cgi/variables.ts';
import { Fault } from '../errors.ts';

export const VERSION = 1;
export const REQUEST_ID = 1;
export const HEADER = 8;

export const RecordType = { BEGIN_REQUEST: 1, END_REQUEST: 3, PARAMS: 4, STDIN: 5, STDOUT: 6, STDERR: 7 } as const;

/**
 * The most content in one record: the largest multiple of 8 that 16 bits can say. A longer content is never given a length
 * cut to 16 bits: the rest of it would be read as records. PHP-FPM takes no more than this, padding included
 * (FCGI_MAX_LENGTH in main/fastcgi.c).
 */
export const MAX_CONTENT = 0xfff8;

const RESPONDER = 1;
const KEEP_CONN = 1;

/**
 * What begins a request: BEGIN_REQUEST, PARAMS in one record, and the record that ends them. In one, since PHP-FPM wants
 * each pair whole within a record. Over 65,528 bytes: the fault `variables-too-large`.
 *
 * `keep` asks the server to leave the connection open after the answer (FCGI_KEEP_CONN).
 */
export function requestRecords(variables: Variables, keep: boolean): Uint8Array | Fault {
  const size = paramsSize(variables);
  if (size > MAX_CONTENT) return new Fault('variables-too-large', `${size} bytes in ${variables.size} variables; one FastCGI record can carry ${MAX_CONTENT}.`);
  const padding = paddingOf(size);
  const params = size === 0 ? 0 : HEADER + size + padding; // an empty record would be the end already
  const bytes = new Uint8Array(HEADER + 8 + params + HEADER);
  writeHeader(bytes, 0, RecordType.BEGIN_REQUEST, 8);
  bytes[HEADER + 1] = RESPONDER;
  bytes[HEADER + 2] = keep ? KEEP_CONN : 0;
  writeHeader(bytes, HEADER + 8, RecordType.PARAMS, size);
  let at = HEADER + 8 + HEADER;
  for (const [name, value] of variables) at = writePair(bytes, at, name, value);
  writeHeader(bytes, HEADER + 8 + params, RecordType.PARAMS, 0);
  return bytes;
}

/** Where the parts of a record go, in order. Text is latin1, one character per byte, so that it can join what stands beside it in one write. */
export interface RecordSink {
  text(text: string): void;
  /** A view of what was given. */
  bytes(bytes: Uint8Array): void;
}

/** A piece of the body as STDIN records. An empty piece writes nothing, since an empty record would end the body. */
export function stdinRecords(content: Uint8Array, sink: RecordSink): void {
  for (let at = 0; at < content.length; at += MAX_CONTENT) {
    const piece = content.length <= MAX_CONTENT ? content : content.subarray(at, at + MAX_CONTENT);
    const padding = paddingOf(piece.length);
    sink.text(String.fromCharCode(VERSION, RecordType.STDIN, 0, REQUEST_ID, piece.length >> 8, piece.length & 0xff, padding, 0));
    sink.bytes(piece);
    if (padding > 0) sink.text('\0'.repeat(padding));
  }
}

/** The empty STDIN record: the body ends here. Also after no body at all (§5.3). */
export const STDIN_END = String.fromCharCode(VERSION, RecordType.STDIN, 0, REQUEST_ID, 0, 0, 0, 0);

/** Records in multiples of 8 bytes, as the specification advises (§3.3). */
function paddingOf(length: number): number {
  return -length & 7;
}

function writeHeader(bytes: Uint8Array, at: number, type: number, length: number): void {
  bytes[at] = VERSION;
  bytes[at + 1] = type;
  bytes[at + 3] = REQUEST_ID;
  bytes[at + 4] = length >> 8;
  bytes[at + 5] = length & 0xff;
  bytes[at + 6] = paddingOf(length);
}

function paramsSize(variables: Variables): number {
  let size = 0;
  for (const [name, value] of variables) size += lengthSize(name) + lengthSize(value) + name.length + value.length;
  return size;
}

/** Lengths up to 127 take one byte, longer ones four with the highest bit set (§3.4). */
const lengthSize = (text: string): number => (text.length < 0x80 ? 1 : 4);

function writePair(bytes: Uint8Array, start: number, name: string, value: string): number {
  let at = writeLength(bytes, writeLength(bytes, start, name.length), value.length);
  writeLatin1(bytes, name, at);
  at += name.length;
  writeLatin1(bytes, value, at);
  return at + value.length;
}

function writeLength(bytes: Uint8Array, at: number, length: number): number {
  if (length < 0x80) {
    bytes[at] = length;
    return at + 1;
  }
  bytes[at] = 0x80 | (length >>> 24);
  bytes[at + 1] = (length >>> 16) & 0xff;
  bytes[at + 2] = (length >>> 8) & 0xff;
  bytes[at + 3] = length & 0xff;
  return at + 4;
}
