/** A site of two sync workers under slowhttptest, and everybody else asking meanwhile. */
import { readdirSync } from 'node:fs';
import { startFront } from './front.ts';
import type { Front } from './front.ts';
import { startDjango } from './gunicorn.ts';
import { eventually, sleep } from './scope.ts';
import type { Scope } from './scope.ts';
import { slowhttptest } from './slowhttptest.ts';
import type { Mode, SlowOptions, SlowReport } from './slowhttptest.ts';

/** Seconds that the front is told to be patient with heads, bodies, readers and idle clients. */
export const PATIENCE = 2;

/** What slow readers ask for: more than a worker can send into a client's empty window, and less than the read-ahead. */
export const pathFor = (mode: Mode): string => (mode === 'X' ? '/download/900000' : '/truth');

export async function startSite(scope: Scope): Promise<Front> {
  const site = await startDjango(scope, { workers: 2 });
  return startFront(scope, [site.address, '--scheme', '/=either', ...['head', 'body', 'send', 'keepAlive'].flatMap((name) => ['--timeout', `${name}=${PATIENCE}s`])]);
}

export type Attack = Omit<SlowOptions, 'url'> & { readonly mode: Mode; readonly door: 'https' | 'http' };

export interface Outcome {
  readonly reports: readonly SlowReport[];
  /** Of the others: how often they were answered 200, what else they saw, and how long the slowest answer took (milliseconds). */
  readonly served: number;
  readonly otherwise: readonly string[];
  readonly slowest: number;
}

/** Attacks in all these ways at once; somebody else asks all the while. */
export async function attack(scope: Scope, front: Front, attacks: readonly Attack[]): Promise<Outcome> {
  let over = false;
  const all = Promise.all(attacks.map(({ mode, door, ...options }) => slowhttptest(scope, mode, { ...options, url: front[door] + pathFor(mode) }))).finally(() => { over = true; });
  all.catch(() => {}); // told below
  const outcome = { served: 0, otherwise: [] as string[], slowest: 0 };
  while (!over) {
    const started = performance.now();
    const status = await front.get('/truth', { ms: 30_000 }).then((got) => got.status, String);
    outcome.slowest = Math.max(outcome.slowest, Math.round(performance.now() - started));
    if (status === 200) outcome.served++;
    else outcome.otherwise.push(String(status));
    await sleep(50);
  }
  return { reports: await all, ...outcome };
}

/** Waits until the front holds no more descriptors than before: what the system still keeps of a closed connection is not the front's. */
export const letGo = (front: Front, before: number, ms: number): Promise<unknown> => eventually('the front to let go of every slow client', () => descriptors(front) <= before + 8, ms);

export const descriptors = (front: Front): number => readdirSync(`/proc/${front.pid}/fd`).length;
