import { closeSync, openSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * How many descriptors this process may have open (RLIMIT_NOFILE, the soft limit), and from which one on what is closed
 * again. The system gives the lowest number that is free, so a descriptor's own number says how many are open at least:
 * nothing has to be counted.
 */
export interface Ceilings {
  readonly limit: number;
  /** A client's connection with this number or a higher one is closed at once: the rest is for what they ask for. */
  readonly clients: number;
  /** So is an app's connection or a file. */
  readonly work: number;
  /** So is a connection to the admin address: the rest is for logs, and for accepting: where that fails, Bun tries without end. */
  readonly operator: number;
}

export function ceilingsOf(limit: number): Ceilings {
  const last = Math.min(32, Math.ceil(limit / 16));
  return { limit, clients: limit - Math.ceil(limit / 4), work: limit - last, operator: limit - Math.ceil(last / 2) };
}

/** As it is for this process; without an end where nobody tells. Both runtimes raise the soft limit as they start. */
export const CEILINGS: Ceilings = ceilingsOf(limitOf(process));

/** Whether the next descriptor would be one too many. */
export function noneLeft(): boolean {
  try {
    const next = openSync(devNull, 'r');
    closeSync(next);
    return next >= CEILINGS.work;
  } catch {
    return true;
  }
}

function limitOf({ report }: { readonly report?: { getReport?(): unknown } }): number {
  try {
    const [, soft] = /^Max open files +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    if (soft !== undefined) return soft === 'unlimited' ? Infinity : Number(soft);
  } catch { /* not Linux */ }
  const { userLimits } = (report?.getReport?.() ?? {}) as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}
