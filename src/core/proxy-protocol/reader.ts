import { latin1 } from '../bytes.ts';
import { Fault } from '../errors.ts';
import { SIGNATURE } from './header.ts';
import type { ProxyHeader } from './header.ts';
import { MAX_LINE, readV1 } from './v1.ts';
import { FIXED, MAX_HEADER, readV2, sizeOfV2 } from './v2.ts';

export interface ProxyRead {
  readonly header: ProxyHeader;
  /** How many bytes of the last `push` belong to the header; what follows is the connection's own. */
  readonly used: number;
}

/** The word that version 1 begins with (§2.1). */
const WORD = Uint8Array.of(0x50, 0x52, 0x4f, 0x58, 0x59, 0x20);
const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads the header at the beginning of one connection, however its bytes are cut. It takes no byte beyond the header,
 * keeps at most {@link MAX_HEADER}, and is done after the first outcome.
 *
 * Whether there is a header is never guessed (§2): who asks this reader expects one, and anything else is a fault.
 */
export class ProxyReader {
  #bytes = new Uint8Array(128);
  #length = 0;

  /** How many bytes have come, the fault's included. */
  get length(): number { return this.#length; }

  /** The header once it is whole; a fault as soon as it cannot become one; undefined: more is needed. */
  push(bytes: Uint8Array): ProxyRead | Fault | undefined {
    const before = this.#length;
    this.#keep(bytes.subarray(0, MAX_HEADER - before));
    const whole = this.#bytes.subarray(0, this.#length);
    const start = whole[0] === SIGNATURE[0] ? SIGNATURE : WORD;
    for (let at = before; at < whole.length && at < start.length; at++) {
      if (whole[at] !== start[at]) return new Fault('proxy-header-missing', `the connection began with ${looks(whole)}`);
    }
    if (whole.length < start.length) return undefined;
    const size = start === WORD ? sizeOfLine(whole, before) : whole.length < FIXED ? undefined : sizeOfV2(whole);
    if (size === undefined || size instanceof Fault) return size;
    if (whole.length < size) return undefined;
    const header = start === WORD ? readV1(whole, size - 2) : readV2(whole.subarray(0, size));
    return header instanceof Fault ? header : { header, used: size - before };
  }

  /** What it is when nothing more comes. */
  end(): Fault {
    return this.#length === 0
      ? new Fault('proxy-header-missing', 'the connection ended without a byte')
      : new Fault('proxy-header-bad', `the connection ended after ${this.#length} bytes of the header`);
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }
}

/** Where the line ends, its CRLF included (§2.1). Bytes before `from` were looked at already. */
function sizeOfLine(bytes: Uint8Array, from: number): number | Fault | undefined {
  for (let at = Math.max(from, WORD.length); at < bytes.length && at < MAX_LINE; at++) {
    const afterCr = bytes[at - 1] === CR;
    if (afterCr && bytes[at] === LF) return at + 1;
    if (afterCr || bytes[at] === LF) return new Fault('proxy-header-bad', 'a CR or an LF alone; a line of version 1 ends in both');
  }
  return bytes.length < MAX_LINE ? undefined : new Fault('proxy-header-bad', `no CRLF within ${MAX_LINE} bytes`);
}

/** For a person who has to find out what it is that speaks there. */
function looks(bytes: Uint8Array): string {
  if (bytes[0] === 0x16) return 'a TLS record'; // RFC 8446 §5.1: its content type
  return JSON.stringify(latin1(bytes, 0, Math.min(bytes.length, 24)).replace(/[^ -~]/g, '?'));
}
