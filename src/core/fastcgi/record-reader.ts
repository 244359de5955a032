import { Fault } from '../errors.ts';
import type { Sink } from '../http1/body-reader.ts';
import { HEADER, REQUEST_ID, RecordType, VERSION } from './records.ts';

/** What END_REQUEST said of a request that was served (FastCGI §5.5). */
export interface Ended {
  /** The exit status of the program; what it means is the program's. 0 to 2^32-1. */
  readonly appStatus: number;
}

const END_BODY = 8;
/** Why a server did not serve a request (§5.5), by its protocol status. */
const REFUSALS: readonly string[] = ['', 'it serves one request per connection, and believed it had another', 'it is overloaded', 'it does not know the responder role'];

/**
 * Takes the records of one answer out of the bytes of a connection, in pieces of any size. STDOUT and STDERR go to their
 * sinks as they come (views: copy what must stay; never empty); nothing is kept but a header and the body of END_REQUEST.
 */
export class RecordReader {
  fault: Fault | undefined;
  ended: Ended | undefined;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  /** The header of the current record, or the body of END_REQUEST: how much of it is in. */
  readonly #header = new Uint8Array(HEADER);
  readonly #end = new Uint8Array(END_BODY);
  #headerSize = 0;
  #endSize = 0;
  #type = 0;
  #content = 0;
  #padding = 0;
  #stdoutEnded = false;
  #stderrEnded = false;

  constructor(stdout: Sink, stderr: Sink) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /**
   * Reads `bytes[start, end)` and gives the position after the last byte that belongs to the answer; before `end` only
   * when the request has ended or at fault. What follows then belongs to nobody.
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (this.fault === undefined && this.ended === undefined) {
      if (this.#headerSize < HEADER) {
        if (at >= end) return at;
        this.#header[this.#headerSize++] = bytes[at++]!;
        if (this.#headerSize === HEADER) this.#begin();
      } else if (this.#content > 0) {
        if (at >= end) return at;
        const stop = Math.min(end, at + this.#content);
        this.#content -= stop - at;
        this.#take(bytes.subarray(at, stop));
        at = stop;
      } else if (this.#padding > 0) {
        if (at >= end) return at;
        const stop = Math.min(end, at + this.#padding);
        this.#padding -= stop - at;
        at = stop;
      } else this.#finish();
    }
    return at;
  }

  /** A header is complete. */
  #begin(): void {
    const [version, type, idHigh, idLow, lengthHigh, lengthLow, padding] = this.#header as unknown as readonly [number, number, number, number, number, number, number];
    this.#type = type;
    this.#content = lengthHigh * 256 + lengthLow;
    this.#padding = padding;
    const id = idHigh * 256 + idLow;
    if (version !== VERSION) this.#bad(`A record of version ${version}; expected 1. Is it a FastCGI server?`);
    else if (type !== RecordType.STDOUT && type !== RecordType.STDERR && type !== RecordType.END_REQUEST) this.#bad(`A record of type ${type}; expected STDOUT (6), STDERR (7) or END_REQUEST (3).`);
    else if (id !== REQUEST_ID) this.#bad(`A record of request ${id}; the only one on this connection is ${REQUEST_ID}.`);
    else if (type === RecordType.END_REQUEST && this.#content !== END_BODY) this.#bad(`An END_REQUEST of ${this.#content} bytes; expected ${END_BODY}.`);
    else if (type === RecordType.STDOUT && this.#stdoutEnded) this.#bad('STDOUT after its end.');
    else if (type === RecordType.STDERR && this.#stderrEnded) this.#bad('STDERR after its end.');
    else if (this.#content === 0) {
      // An empty record ends its stream (§3.3).
      if (type === RecordType.STDOUT) this.#stdoutEnded = true;
      else this.#stderrEnded = true;
    }
  }

  #take(content: Uint8Array): void {
    if (this.#type === RecordType.STDOUT) this.#stdout(content);
    else if (this.#type === RecordType.STDERR) this.#stderr(content);
    else {
      this.#end.set(content, this.#endSize);
      this.#endSize += content.length;
    }
  }

  /** A record is complete, its padding included. */
  #finish(): void {
    this.#headerSize = 0;
    if (this.#type !== RecordType.END_REQUEST) return;
    const [a, b, c, d, protocolStatus] = this.#end as unknown as readonly [number, number, number, number, number];
    if (protocolStatus !== 0) {
      this.#bad(`The server did not serve the request: ${REFUSALS[protocolStatus] ?? `protocol status ${protocolStatus}, which FastCGI 1.0 does not have`}.`);
      return;
    }
    this.ended = { appStatus: ((a * 256 + b) * 256 + c) * 256 + d };
  }

  #bad(detail: string): void {
    this.fault = new Fault('app-bad-answer', detail);
  }
}
