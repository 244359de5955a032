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
  /** The same of sixty parts of the time. */
  readonly sixtieths: readonly number[];
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
  const medians = (parts: number): number[] => Array.from({ length: parts }, (_, i) => {
    const from = Math.floor(totals.length * i / parts);
    return tenths(median(totals.slice(from, Math.max(Math.floor(totals.length * (i + 1) / parts), from + 1))));
  });
  const sixths = medians(6);
  const [, first = 0, , , , last = 0] = sixths;
  return { first, last, most: tenths(Math.max(...totals)), growth: tenths((last / first - 1) * 100), sixths, sixtieths: medians(60) };
}

/** The share of one core that the front takes over a time. */
export function coreShare(pid: number): () => number {
  const [time, since] = [processorTime(pid), performance.now()];
  return () => (processorTime(pid) - time) / 1000 / (performance.now() - since);
}
