/** What the system says of processes. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/** Processes whose parent this is. */
export const childrenOf = (parent: number): number[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
  try { return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]) === parent; } catch { return false; }
});
