const FIRST = 250;
const LONGEST = 60_000;

/** How long a worker's place stays empty: not at all after the first end, then longer each time, until one has lasted. All in milliseconds. */
export class Pause {
  #next = 0;

  /** After one that served this long. */
  after(served: number): number {
    if (served >= LONGEST) this.#next = 0;
    const pause = this.#next;
    this.#next = Math.min(Math.max(2 * pause, FIRST), LONGEST);
    return pause;
  }
}
