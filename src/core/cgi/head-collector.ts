import { CR, LF } from '../http1/chars.ts';
import { MAX_HEAD } from '../http1/limits.ts';

/**
 * Keeps the pieces of a CGI head and says when reading it is worthwhile: once its empty line is in, when there is more than
 * a head may have, and else at twice the bytes of the last look. So all looks together read each byte about twice.
 */
export class CgiHeadCollector {
  #bytes = new Uint8Array(0);
  #size = 0;
  #nextLook = 0;
  #found = false;
  /** Bytes since the last LF; 0 at first, since a head may begin with its end. */
  #inLine = 0;
  #last = 0;

  /** Everything so far: for a last look where no more will come. */
  get all(): Uint8Array { return this.#bytes.subarray(0, this.#size); }

  /** Copies a piece. Gives everything so far if it is worth reading now (valid until the next `add`), else undefined. */
  add(piece: Uint8Array): Uint8Array | undefined {
    const size = this.#size + piece.length;
    this.#room(size).set(piece, this.#size);
    this.#size = size;
    this.#look(piece);
    if (!this.#found && size < this.#nextLook && size <= MAX_HEAD) return undefined;
    this.#nextLook = size * 2;
    return this.#bytes.subarray(0, size);
  }

  /** An empty line ends in LF and has nothing before that, or one CR. */
  #look(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && !this.#found; at++) {
      const byte = piece[at]!;
      if (byte === LF) {
        this.#found = this.#inLine === 0 || (this.#inLine === 1 && this.#last === CR);
        this.#inLine = 0;
      } else this.#inLine++;
      this.#last = byte;
    }
  }

  #room(size: number): Uint8Array {
    if (size <= this.#bytes.length) return this.#bytes;
    const bytes = new Uint8Array(Math.max(512, size * 2));
    bytes.set(this.#bytes.subarray(0, this.#size));
    return this.#bytes = bytes;
  }
}
