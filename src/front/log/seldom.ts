/** How often at most something that may happen a thousand times a second is said, in milliseconds. */
const EVERY = 10_000;

/** What may happen very often and is worth a line now and then. */
export class Seldom {
  #next = 0;
  #count = 0;

  /** It has happened once more. Gives how often since it was last said, or undefined where it is not to be said now. */
  count(): number | undefined {
    this.#count++;
    const now = performance.now();
    if (now < this.#next) return undefined;
    const count = this.#count;
    this.#next = now + EVERY;
    this.#count = 0;
    return count;
  }
}
