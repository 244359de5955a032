import { Buckets, type Rate } from '../../core/policy/buckets.ts';

/** Told once: 0, or in how many milliseconds there may be one more. */
export type Told = (wait: number) => void;

/** Counts what may happen only so often, for the whole front. */
export interface Limiter {
  /**
   * One more of this kind: 0 where it may be, else in how many milliseconds there may be one more; undefined where another
   * process has to be asked, whose answer `told` gets.
   */
  take(key: string, rate: Rate, told: Told): number | undefined;
}

/** That of a front that is one process. */
export class OwnLimiter implements Limiter {
  readonly #buckets = new Buckets();
  readonly #now: () => number;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  take(key: string, rate: Rate): number {
    const now = this.#now();
    if (this.#buckets.left(key, rate, now) === 0) return this.#buckets.wait(key, rate, now);
    this.#buckets.take(key, rate, { now, count: 1 });
    return 0;
  }
}
