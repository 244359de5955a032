/** wrk: as much as the front takes, over kept connections. */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processorTime, residentMemory } from '../accounting.ts';
import type { Front, Ground, Sample } from '../cases/case.ts';
import { run } from '../program.ts';

export interface Wrk {
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  /** Bytes of a body to send with POST. */
  readonly upload?: number;
  /**
   * Asked at both ends of the time that counts, once all connections are open, so that their handshakes are not in it.
   * Without it (the backend is not asked) everything counts, from the first handshake on.
   */
  readonly count?: () => Promise<number>;
}

export async function wrk({ program, port }: Front, { place, cores }: Ground, load: Wrk): Promise<Sample> {
  const script = load.upload === undefined ? [] : ['-s', upload(place.dir, load.upload)];
  const before = { time: performance.now(), cpu: processorTime(program.pid), count: 0 };
  const running = run(['wrk', '-t1', `-c${load.connections}`, '-d60s', '--timeout', '10s', ...script, `https://127.0.0.1:${port}${load.path}`], { cores: cores.load, env: { OPENSSL_CONF: place.openssl } });
  running.output.catch(() => undefined); // told below, when it is waited for
  if (load.count !== undefined) {
    await opened(load.count, load.connections);
    Object.assign(before, { time: performance.now(), cpu: processorTime(program.pid), count: await load.count() });
  }
  await enough(program.pid, before.cpu, load.seconds);
  const [cpu, memory] = [processorTime(program.pid) - before.cpu, residentMemory(program.pid)];
  const counted = load.count === undefined ? undefined : await load.count() - before.count;
  const seconds = (performance.now() - before.time) / 1000;
  running.interrupt();
  const units = counted ?? requestsOf(checked(await running.output));
  if (counted !== undefined) checked(await running.output);
  const used = load.count === undefined ? processorTime(program.pid) - before.cpu : cpu;
  if (units === 0) throw new Error(`${program.name} answered nothing in ${seconds.toFixed(1)} s: ${program.said()}`);
  return { cpu: used / units, rate: units / seconds, memory };
}

/**
 * Waits the time, and on a busy machine up to three times as long until the front had half of that on its core: the
 * system counts in ticks of 10 ms, and a just-in-time compiler warms up by work and not by the clock.
 */
async function enough(pid: number, before: number, seconds: number): Promise<void> {
  await sleep(seconds * 1000);
  const until = performance.now() + 2 * seconds * 1000;
  while (processorTime(pid) - before < seconds * 0.5e6 && performance.now() < until) await sleep(100);
}

/** Waits until every connection can have asked something, and a moment more. */
async function opened(count: () => Promise<number>, connections: number): Promise<void> {
  const first = await count();
  const until = performance.now() + 8000;
  while (await count() - first < connections * 2) {
    if (performance.now() > until) return; // the round then finds out what there is
    await sleep(20);
  }
  await sleep(100);
}

function upload(dir: string, bytes: number): string {
  const file = join(dir, `upload-${bytes}.lua`);
  writeFileSync(file, `wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/octet-stream'\nwrk.body = string.rep('x', ${bytes})\n`);
  return file;
}

export const requestsOf = (output: string): number => Number(/^\s*(\d+) requests in /m.exec(output)?.[1] ?? 0);

/** What wrk wrote, where nothing went wrong. Throws with its own words otherwise. */
export function checked(output: string): string {
  const wrong = /^\s*(Socket errors: .*|Non-2xx or 3xx responses: .*)$/m.exec(output)?.[1];
  if (wrong !== undefined && !/^Socket errors: connect 0, read 0, write 0, timeout 0$/.test(wrong)) throw new Error(`wrk: ${wrong}`);
  return output;
}
