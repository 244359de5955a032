import { FAULTS } from '../errors.ts';
import { MAX_TRAILERS, MAX_TRAILER_FIELDS } from './limits.ts';
import { BAD, Scanners } from './field-scanner.ts';
import { Name } from './names.ts';
import { SectionEnd } from './section-end.ts';
import type { Classify } from './names.ts';
import type { Fields } from './fields.ts';

const scanners = new Scanners(MAX_TRAILER_FIELDS);

/** Reads the trailer section of a chunked body (RFC 9112 §7.1.2), in pieces: at most 8 KiB, 50 lines. */
export class TrailerReader {
  done = false;
  /** What is wrong with the section. */
  problem: string | undefined = undefined;
  /** Undefined where the section is empty. */
  trailers: Fields | undefined = undefined;
  readonly #classify: Classify;
  /** Made when the first byte comes: most bodies have none, and are done before they have cost a buffer. */
  #kept: Uint8Array | undefined;
  #size = 0;
  readonly #end = new SectionEnd(true);

  constructor(classify: Classify) {
    this.#classify = classify;
  }

  /** Gives the position after the last byte that belongs to the section. */
  read(bytes: Uint8Array, start: number, end: number): number {
    const stop = Math.min(end, start + MAX_TRAILERS - this.#size);
    const found = this.#end.find(bytes, start, stop);
    const next = found === -1 ? stop : found;
    if (this.#size === 0 && found !== -1) {
      this.#judge(bytes, start, next);
      return next;
    }
    if (next - start > 0) this.#keep(bytes.subarray(start, next));
    if (found !== -1) this.#judge(this.#kept!, 0, this.#size);
    else if (this.#size === MAX_TRAILERS) this.problem = `Longer than ${MAX_TRAILERS} bytes.`;
    return next;
  }

  #keep(piece: Uint8Array): void {
    const size = this.#size + piece.length;
    if (this.#kept === undefined || this.#kept.length < size) {
      const kept = new Uint8Array(Math.min(MAX_TRAILERS, Math.max(256, size * 2)));
      if (this.#kept !== undefined) kept.set(this.#kept);
      this.#kept = kept;
    }
    this.#kept.set(piece, this.#size);
    this.#size = size;
  }

  #judge(bytes: Uint8Array, start: number, end: number): void {
    const scanner = scanners.for(this.#classify);
    const result = scanner.scan(bytes, start, start, end);
    if (result === BAD) {
      const { code, detail } = scanner.fault!;
      this.problem = code === 'too-many-fields' ? detail : `${FAULTS[code].summary} ${detail}`;
      return;
    }
    // RFC 9110 §6.5.1: fields that frame or route a message may not come after it.
    if (scanner.count[Name.CONTENT_LENGTH] !== 0) this.problem = 'Content-Length is not allowed there.';
    else if (scanner.count[Name.TRANSFER_ENCODING] !== 0) this.problem = 'Transfer-Encoding is not allowed there.';
    else if (scanner.count[Name.HOST] !== 0) this.problem = 'Host is not allowed there.';
    else this.trailers = scanner.fields.count > 0 ? scanner.fields : undefined;
    this.done = this.problem === undefined;
  }
}
