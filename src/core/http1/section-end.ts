import { CR, LF } from './chars.ts';

/**
 * Finds the empty line that ends a head or a trailer section, in pieces, without looking at a byte twice. It judges
 * nothing: a bare LF or CR ends the search as well, because whoever reads the section refuses it.
 */
export class SectionEnd {
  /** Bytes since the last line end. */
  #inLine = 0;
  #last = 0;

  /** `mayBeEmpty`: the very first line may be the empty one (trailers); a head begins with a line of its own. */
  constructor(mayBeEmpty: boolean) {
    this.#inLine = mayBeEmpty ? 0 : 1;
  }

  /** Looks on at `bytes[start, end)`. Gives the position after the empty line, or after what showed a bare LF or CR; else -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let last = this.#last;
    let inLine = this.#inLine;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === LF) {
        if (last !== CR || inLine === 1) return at + 1;
        inLine = 0;
      } else {
        if (last === CR) return at + 1;
        inLine++;
      }
      last = byte;
    }
    this.#last = last;
    this.#inLine = inLine;
    return -1;
  }
}
