/** What every byte of a soak has to be: pieces of one pool that a seed makes, so that both sides know them without telling each other. */

/** The largest body of a soak, in bytes. */
export const LARGEST = 4 * 1024 * 1024;
const POOL = 2 * LARGEST;

/** Whose bytes they are: no two kinds begin at the same place for the same number. */
const SALT = { request: 0x9e3779b1, answer: 0x85ebca77, message: 0xc2b2ae3d, file: 0x27d4eb2f } as const;

export class Content {
  readonly #pool: Buffer;

  constructor(seed: number) {
    const words = new Uint32Array(POOL / 4);
    let state = (seed | 1) >>> 0;
    for (let i = 0; i < words.length; i += 1) { // xorshift32 (Marsaglia 2003)
      state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
      words[i] = state >>> 0;
    }
    this.#pool = Buffer.from(words.buffer);
  }

  /** A view of the pool: whoever gets it must not change it. */
  of(kind: keyof typeof SALT, number: number, size: number): Buffer {
    let mixed = Math.imul(number + 1, SALT[kind]);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    const at = ((mixed ^ (mixed >>> 13)) >>> 0) % (POOL - LARGEST);
    return this.#pool.subarray(at, at + size);
  }
}
