import { MAX_HEAD } from './limits.ts';
import { SectionEnd } from './section-end.ts';

/** Up to here every piece is worth a look: the signatures of other protocols are this short. */
const ALWAYS_LOOK = 16;

/**
 * Keeps the pieces of a head that did not come in one, and says when reading it is worthwhile. It judges nothing itself,
 * so a head in pieces gets the very verdict it would have got whole.
 *
 * Worthwhile is: the end of the head is in, or a bare LF or CR, or more than a head may have, or twice the bytes of the last
 * look. So an error is seen early, and all looks together read each byte about twice, even if bytes come one by one.
 */
export class HeadCollector {
  #bytes: Uint8Array | undefined;
  #size = 0;
  #nextLook = 0;
  #end = new SectionEnd(false);
  #found = false;

  /** Bytes kept. */
  get size(): number { return this.#size; }

  /**
   * Copies a piece. Gives everything so far (the head, or what there is of it, and what came after it) if it is worth
   * reading now, else undefined. If reading it gives undefined, more pieces are to be added. The caller stops at the
   * first fault, and `head-too-large` is one: so at most 64 KiB and one piece are kept.
   *
   * What it gives is valid until the next `add`; after `reset` it stays as it is.
   */
  add(piece: Uint8Array): Uint8Array | undefined {
    const size = this.#size + piece.length;
    this.#room(size).set(piece, this.#size);
    this.#size = size;
    if (!this.#found) this.#found = this.#end.find(piece, 0, piece.length) !== -1;
    if (!this.#found && size > ALWAYS_LOOK && size < this.#nextLook && size <= MAX_HEAD) return undefined;
    this.#nextLook = size * 2;
    return this.#bytes!.subarray(0, size);
  }

  /** Lets go of everything; ready for the next head. */
  reset(): void {
    this.#bytes = undefined;
    this.#size = 0;
    this.#nextLook = 0;
    this.#end = new SectionEnd(false);
    this.#found = false;
  }

  #room(size: number): Uint8Array {
    const old = this.#bytes;
    if (old !== undefined && size <= old.length) return old;
    const bytes = new Uint8Array(Math.max(512, size * 2));
    if (old !== undefined) bytes.set(old.subarray(0, this.#size));
    return this.#bytes = bytes;
  }
}
