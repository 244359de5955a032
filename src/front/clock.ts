/** Something that must not last for ever. `deadline` is in milliseconds of {@link Clock.now}; Infinity: no limit now. */
export interface Timed {
  deadline: number;
  onDeadline(): void;
}

const TICK = 200;

/**
 * Deadlines for very many connections: setting one is an assignment, and one timer looks at all of them five times a
 * second. A deadline is kept to within 200 ms, which is plenty for limits that are counted in seconds.
 */
export class Clock {
  /** Milliseconds, monotonic (a clock set back must not end or prolong anything), as of the last tick. */
  now = performance.now();
  readonly #timed = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;

  /** How many are watched. */
  get size(): number { return this.#timed.size; }

  add(timed: Timed): void {
    this.#timed.add(timed);
    if (this.#timer === undefined) {
      this.now = performance.now();
      this.#timer = setInterval(() => { this.#tick(); }, TICK);
      this.#timer.unref();
    }
  }

  remove(timed: Timed): void {
    this.#timed.delete(timed);
    if (this.#timed.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #tick(): void {
    const now = this.now = performance.now();
    for (const timed of this.#timed) {
      if (timed.deadline <= now) {
        timed.deadline = Infinity; // told once; whoever wants more sets it again
        timed.onDeadline();
      }
    }
  }
}
