import { Buckets } from '../../core/policy/buckets.ts';
import { lend } from '../../front/limiter/lend.ts';
import type { ToWorker } from './channel.ts';

/** The buckets of the whole: every worker borrows from the same. They last as long as the parent does. */
export function openLender(workers: number): (line: ToWorker) => void {
  const buckets = new Buckets();
  return (line) => {
    line.answer('borrow', (wanted) => {
      const now = performance.now();
      return wanted.map((one) => lend(buckets, one, { workers, now }));
    });
  };
}
