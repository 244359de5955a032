/** Ten minutes at half load: both runtimes at once, each at a quarter of what it takes, and connections that come and go. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMemory } from './accounting.ts';
import type { Contestant, Front, Ground } from './cases/case.ts';
import { ours } from './load/ours.ts';
import { wrk } from './load/wrk.ts';
import { figure, median, rounded } from './numbers.ts';
import { run } from './program.ts';
import type { CaseResult, Row } from './results.ts';
import { startFront } from './rounds.ts';

export const SOAK_SECONDS = 600;
const CLIENTS = 16;
/** New connections per second, one request on each. */
const COMING_AND_GOING = 20;

export async function soak(contestants: readonly Contestant[], ground: Ground, seconds = SOAK_SECONDS): Promise<CaseResult> {
  const rows = await together(contestants.map((contestant) => soaked(contestant, ground, seconds)));
  return {
    name: 'soak', title: `a soak of ${Math.round(seconds / 6) / 10} minutes at half load`, unit: 'request', compares: 'growth', rounds: 1, rows,
    note: `together half of what the core takes; nine answers of 1 KiB for one of 64 KiB, ${COMING_AND_GOING} new connections per second; growth is from the middle fifth of the time to the last`,
  };
}

/** One after the other would take as long again; `Promise.all` would leave the others running where one fails. */
async function together(all: readonly Promise<Row>[]): Promise<Row[]> {
  const settled = await Promise.allSettled(all);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function soaked(contestant: Contestant, ground: Ground, seconds: number): Promise<Row> {
  const { peer: { name, title } } = contestant;
  let front: Front | undefined;
  try {
    front = await startFront(contestant, ground, { backend: 'fixed' });
    const { samples, rate } = await watched(front, ground, seconds);
    return { peer: name, title, figures: { memory: figure(samples.slice(samples.length >> 1)), growth: figure([growthOf(samples)]), rate: figure([rate]) } };
  } catch (error) {
    return { peer: name, title, figures: {}, trouble: error instanceof Error ? error.message : String(error) };
  } finally {
    await front?.program.end();
  }
}

async function watched(front: Front, ground: Ground, seconds: number): Promise<{ samples: number[]; rate: number }> {
  const { port, program } = front;
  // All of them are measured at once, so what each takes is its part of the core already: half of that is half load.
  const { rate: most } = await wrk(front, ground, { path: '/1k', connections: CLIENTS, seconds: Math.min(5, seconds / 5) });
  const targets = join(ground.place.dir, `soak-${port}`);
  writeFileSync(targets, Array.from({ length: 10 }, (_, i) => `https://127.0.0.1:${port}/${i === 9 ? '64k' : '1k'}\n`).join(''));
  const rps = Math.max(1, Math.round(most! / 2 / 1.4 / CLIENTS)); // an answer of 64 KiB takes about five times one of 1 KiB
  const env = { OPENSSL_CONF: ground.place.openssl };
  const load = run(['h2load', '--h1', '-t1', `-c${CLIENTS}`, `--rps=${rps}`, `-D${Math.round(seconds)}`, '-i', targets], { cores: ground.cores.load, env, seconds: seconds + 60 });
  const guests = ours(['guests', String(port), String(COMING_AND_GOING), String(seconds)], { cores: ground.cores.load, seconds: seconds + 60 });
  const samples: number[] = [];
  let over = false;
  const sampling = (async () => {
    while (!over) {
      samples.push(residentMemory(program.pid));
      await sleep(Math.min(2000, seconds * 20));
    }
  })();
  try {
    const output = await load.output;
    const bad = /requests: .*, (\d+) failed, (\d+) errored/.exec(output);
    if (bad === null || bad[1] !== '0' || bad[2] !== '0') throw new Error(`h2load: ${bad?.[0] ?? output.slice(-300)}`);
    await guests.says(' answered');
  } finally {
    over = true;
    await guests.end();
    await sampling;
  }
  return { samples, rate: rps * CLIENTS };
}

/** By how many percent the memory of the last fifth of the time is above that of the middle fifth. */
export function growthOf(samples: readonly number[]): number {
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  const [middle, last] = [median(samples.slice(2 * fifth, 3 * fifth)), median(samples.slice(-fifth))];
  return rounded((last / middle - 1) * 100);
}
