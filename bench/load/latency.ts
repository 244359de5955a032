/** h2load at a fixed rate: how long each request took. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processorTime } from '../accounting.ts';
import type { Front, Ground, Sample } from '../cases/case.ts';
import { percentile } from '../numbers.ts';
import { run } from '../program.ts';

const CLIENTS = 16;

/** `rate` is per second, over all connections. */
export async function latency({ program, port }: Front, { place, cores }: Ground, { rate, seconds, path }: { rate: number; seconds: number; path: string }): Promise<Sample> {
  const log = join(place.dir, `latency-${port}`);
  const line = ['h2load', '--h1', '-t1', `-c${CLIENTS}`, `--rps=${Math.max(1, Math.round(rate / CLIENTS))}`, '--warm-up-time=300ms', `-D${Math.max(1, Math.round(seconds))}`, `--log-file=${log}`, `https://127.0.0.1:${port}${path}`];
  const cpu = processorTime(program.pid);
  const output = await run(line, { cores: cores.load, env: { OPENSSL_CONF: place.openssl } }).output;
  const failed = /requests: .* (\d+) failed, (\d+) errored/.exec(output);
  if (failed === null || failed[1] !== '0' || failed[2] !== '0') throw new Error(`h2load: ${failed?.[0] ?? output.slice(-300)}`);
  const times = timesOf(readFileSync(log, 'latin1'));
  rmSync(log);
  const measured = Number(/finished in .*?, ([\d.]+) req\/s/.exec(output)?.[1] ?? 0);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), rate: measured, cpu: (processorTime(program.pid) - cpu) / times.length };
}

/** Microseconds of each request from h2load's log: start, status and duration, between tabs. */
export const timesOf = (log: string): number[] => log.split('\n').filter((line) => line !== '').map((line) => Number(line.split('\t')[2]));
