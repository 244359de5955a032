/** Memory, open descriptors and processor time of the front, looked at all the time. */
import { readdirSync, readFileSync } from 'node:fs';
import { sleep } from '../helpers/scope.ts';
import { processorTime, processTree } from '../../bench/accounting.ts';
import { median } from '../../bench/numbers.ts';

export interface Sample {
  /** Seconds since the load began. */
  readonly at: number;
  /** MiB of each process of the front. */
  readonly memory: readonly number[];
  readonly descriptors: number;
}

export interface Memory {
  /** Medians of the sum over all processes, in MiB: of the sixth after the warm-up (itself a sixth of the time), and of the last sixth. */
  readonly first: number;
  readonly last: number;
  readonly most: number;
  /** By how many percent `last` is above `first`. */
  readonly growth: number;
  /** The medians of all six sixths. */
  readonly sixths: readonly number[];
}

export function descriptorsOf(pid: number): number {
  return processTree(pid).reduce((sum, one) => {
    try { return sum + readdirSync(`/proc/${one}/fd`).length; } catch { return sum; /* it has just ended */ }
  }, 0);
}

export function sampleOf(pid: number, since: number): Sample {
  const memory = processTree(pid).flatMap((one) => {
    try { return [Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1] ?? 0) / 1024]; } catch { return []; }
  });
  return { at: (performance.now() - since) / 1000, memory, descriptors: descriptorsOf(pid) };
}

export async function watch(pid: number, every: number, over: AbortSignal): Promise<Sample[]> {
  const since = performance.now();
  const samples = [sampleOf(pid, since)];
  while (!over.aborted) {
    await sleep(every);
    samples.push(sampleOf(pid, since));
  }
  return samples;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const tenths = (number: number): number => Math.round(number * 10) / 10;

export function memoryOf(samples: readonly Sample[]): Memory {
  const totals = samples.map(({ memory }) => sum(memory));
  const upTo = (part: number): number => Math.floor(totals.length * part / 6);
  const sixths = Array.from({ length: 6 }, (_, i) => tenths(median(totals.slice(Math.min(upTo(i), totals.length - 1), Math.max(upTo(i + 1), upTo(i) + 1)))));
  const [, first = 0, , , , last = 0] = sixths;
  return { first, last, most: tenths(Math.max(...totals)), growth: tenths((last / first - 1) * 100), sixths };
}

/** The share of one core that the front takes over a time. */
export function coreShare(pid: number): () => number {
  const [time, since] = [processorTime(pid), performance.now()];
  return () => (processorTime(pid) - time) / 1000 / (performance.now() - since);
}
