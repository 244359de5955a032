/** How often something may happen. */
export interface Rate {
  /** Milliseconds in which one more is earned, above 0. */
  readonly interval: number;
  /** How many may come at once after a pause, 1 or more. */
  readonly burst: number;
}

/** Buckets that are remembered; a key and a number are about 100 bytes. */
const MOST = 100_000;

/**
 * Token buckets by key: one is full at first, holds `burst` and earns one token in each `interval`. Of each only the moment is
 * kept when it will be full again, which is all that there is to know (the "theoretical arrival time" of the generic cell
 * rate algorithm, ITU-T I.371 annex A); of a full one nothing. So whoever is let through in any span of time is
 * `burst` + span / `interval` at most.
 *
 * What is kept is bounded: where there are too many, the one that was not used for longest is forgotten, and full again. To
 * refuse new ones instead would let whoever has many addresses lock everybody else out.
 */
export class Buckets {
  /** By key, when the bucket will be full; those that were used last at the end. */
  readonly #full = new Map<string, number>();
  readonly #most: number;

  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number { return this.#full.size; }

  /** Whole tokens that are there. `now` in milliseconds of a clock that never goes back. */
  left(key: string, { interval, burst }: Rate, now: number): number {
    const full = this.#full.get(key);
    // Rounding must not lose a token that has been earned to the last bit.
    return full === undefined || full <= now ? burst : Math.max(0, Math.floor(burst - (full - now) / interval + 1e-9));
  }

  /** Takes so many of what {@link left} has said is there. */
  take(key: string, { interval }: Rate, { now, count }: { readonly now: number; readonly count: number }): void {
    const full = Math.max(this.#full.get(key) ?? now, now) + count * interval;
    this.#full.delete(key);
    this.#full.set(key, full);
    if (this.#full.size > this.#most) this.#full.delete(this.#full.keys().next().value!);
  }

  /** Milliseconds until there is a token; 0 where there is one. */
  wait(key: string, { interval, burst }: Rate, now: number): number {
    return Math.max(0, (this.#full.get(key) ?? now) - now - (burst - 1) * interval);
  }
}
