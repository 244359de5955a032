import type { Snapshot } from '../metrics/snapshot.ts';

/** Milliseconds between two samples, and how many are kept: five minutes. */
export const EVERY = 2000;
const KEPT = 150;

export interface Moment {
  /** Milliseconds, monotonic. */
  readonly at: number;
  readonly now: Snapshot;
}

/** What was known at each moment of the last minutes: what is a rate is the difference of two. */
export class History {
  readonly #moments: Moment[] = [];
  readonly #snapshot: () => Snapshot;
  readonly #timer: NodeJS.Timeout;

  constructor(snapshot: () => Snapshot) {
    this.#snapshot = snapshot;
    this.#sample();
    this.#timer = setInterval(() => { this.#sample(); }, EVERY).unref();
  }

  /** The present one. */
  get current(): Snapshot { return this.#snapshot(); }

  /** From the oldest on; at least one. */
  get moments(): readonly Moment[] { return this.#moments; }

  close(): void { clearInterval(this.#timer); }

  #sample(): void {
    this.#moments.push({ at: performance.now(), now: this.#snapshot() });
    if (this.#moments.length > KEPT) this.#moments.shift();
  }
}
