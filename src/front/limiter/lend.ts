import type { Buckets, Rate } from '../../core/policy/buckets.ts';

/** Several processes are one front: a worker borrows tokens from the one that has the buckets, a few at a time. */
export interface Borrow extends Rate {
  readonly key: string;
  /** Requests that wait for one. */
  readonly wanted: number;
}

export interface Lent {
  readonly given: number;
  /** Milliseconds until there may be one more. */
  readonly wait: number;
}

/**
 * Lends what is wanted, and more where there is plenty, so that not every request has to ask: each worker gets a part of
 * what is left that leaves most of it to the others. Of a small bucket it is always exactly what is wanted.
 */
export function lend(buckets: Buckets, { key, wanted, ...rate }: Borrow, { workers, now }: { readonly workers: number; readonly now: number }): Lent {
  const left = buckets.left(key, rate, now);
  const given = Math.min(left, Math.max(wanted, Math.floor(left / (2 * workers))));
  if (given > 0) buckets.take(key, rate, { now, count: given });
  return { given, wait: buckets.wait(key, rate, now) };
}
