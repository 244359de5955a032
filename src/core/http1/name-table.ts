import { latin1 } from '../bytes.ts';
import type { Classify, NameCode } from './names.ts';

const SLOTS = 512;
/** One slot: the length of a name, then its bytes. */
const SLOT = 32;

/**
 * Remembers what names mean, by their bytes, so that the few names that nearly every message uses are recognised
 * without making a string of them. Each name has one slot, chosen by its length and four of its bytes; a name that
 * comes to a taken slot takes it over. So the memory is fixed, and a client that sends odd names only makes the next
 * look-up ask {@link Classify} again. A slot counts only if every byte agrees: a chosen collision changes nothing.
 */
export class NameTable {
  readonly #classify: Classify;
  readonly #names = new Uint8Array(SLOTS * SLOT);
  readonly #codes = new Uint8Array(SLOTS);

  constructor(classify: Classify) {
    this.#classify = classify;
  }

  /** The code of the name `bytes[start, end)`, which is a token of at least one byte. */
  code(bytes: Uint8Array, start: number, end: number): NameCode {
    const length = end - start;
    if (length >= SLOT) return this.#classify(latin1(bytes, start, end));
    const names = this.#names;
    const slot = (bytes[start]! + bytes[end - 1]! * 5 + bytes[start + (length >> 1)]! * 11 + bytes[start + ((length * 3) >> 2)]! * 23 + length * 37) & (SLOTS - 1);
    let at = slot * SLOT;
    if (names[at] === length) {
      let from = start;
      while (from < end && names[++at] === bytes[from]) from++;
      if (from === end) return this.#codes[slot] as NameCode;
    }
    return this.#learn(bytes, start, end, slot);
  }

  #learn(bytes: Uint8Array, start: number, end: number, slot: number): NameCode {
    const code = this.#classify(latin1(bytes, start, end));
    this.#names[slot * SLOT] = end - start;
    this.#names.set(bytes.subarray(start, end), slot * SLOT + 1);
    this.#codes[slot] = code;
    return code;
  }
}
