/** slowhttptest against a front with two sync workers behind it, each of its modes by itself: is everybody else served meanwhile? */
import { join } from 'node:path';
import { BIN, ROOT, startFront, type Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import type { Scope } from '../helpers/scope.ts';
import { slowhttptest, type Mode, type SlowOptions, type SlowReport } from '../helpers/slowhttptest.ts';
import { percentile } from '../../bench/numbers.ts';
import { sampleOf } from './watch.ts';

export interface SlowPlan {
  readonly runtime: 'node' | 'bun';
  readonly modes: readonly Mode[];
  readonly connections: number;
  /** Connections begun in a second. */
  readonly rate: number;
  /** For each mode, at most. It ends sooner where the front has closed every slow connection. */
  readonly seconds: number;
  readonly tell?: (line: string) => void;
}

export interface SlowResult {
  readonly mode: string;
  /** What slowhttptest says, with the seconds in which its own probe got no answer within 20 seconds. */
  readonly said: SlowReport;
  /** A client of ours that asks each 100 ms, over a new TLS connection. */
  readonly others: { readonly asked: number; readonly answered: number; readonly medianMs: number; readonly p99Ms: number; readonly slowestMs: number; readonly failures: readonly string[] };
  /** The most of the front's memory, in MiB. */
  readonly memory: number;
  readonly passed: boolean;
}

const NAMES: Readonly<Record<Mode, string>> = { H: 'slow heads (-H)', B: 'slow bodies (-B)', R: 'ranges (-R)', X: 'slow reads (-X)' };
/** Whole answers of 900 kB are work for two workers: more of them in a second would be a test of them, not of slowness. */
const DOWNLOADS = 25;
/** Milliseconds between two requests of the others, and until one that has no answer counts as refused. */
const EACH = 100;
const PATIENCE = 10_000;

export async function slowModes({ runtime, modes, connections, rate, seconds, tell }: SlowPlan): Promise<SlowResult[]> {
  const ends: (() => void | Promise<void>)[] = [];
  const scope: Scope = { after: (end) => { ends.push(end); } };
  try {
    const site = await startDjango(scope, { workers: 2 });
    const program = [runtime === 'bun' ? join(ROOT, 'node_modules/.bin/bun') : process.execPath, BIN];
    const front = await startFront(scope, [site.address, '--scheme', '/=either'], { program });
    const results: SlowResult[] = [];
    for (const mode of modes) {
      const result = await slowMode(scope, mode, front, { connections, rate, seconds });
      tell?.(`${result.mode}: ${result.passed ? 'served all the time' : 'NOT served all the time'}: ${JSON.stringify(result)}`);
      results.push(result);
    }
    return results;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** Over plain HTTP: two thousand handshakes would take so long that the first connections were closed before the last had begun. */
function slowness(mode: Mode, origin: string, { connections, rate, seconds }: Pick<SlowPlan, 'connections' | 'rate' | 'seconds'>): SlowOptions {
  if (mode !== 'X') return { url: `${origin}/truth`, connections, rate, seconds };
  const perSecond = Math.min(rate, DOWNLOADS);
  return { url: `${origin}/download/900000`, connections, rate: perSecond, seconds: Math.max(seconds, Math.round(connections / perSecond) + 30) };
}

async function slowMode(scope: Scope, mode: Mode, front: Front, how: Pick<SlowPlan, 'connections' | 'rate' | 'seconds'>): Promise<SlowResult> {
  let most = 0;
  const times: number[] = [];
  const failures: string[] = [];
  const running = new Set<Promise<void>>();
  let asked = 0;
  const ask = (): void => {
    asked += 1;
    most = Math.max(most, sampleOf(front.pid, 0).memory.reduce((sum, one) => sum + one, 0));
    const one = front.get('/truth', { ms: PATIENCE }).then((got) => {
      if (got.status === 200 && got.json<{ secure: boolean }>().secure) times.push(got.ms);
      else failures.push(`status ${got.status}`);
    }, (error: unknown) => { failures.push(String(error)); }).finally(() => running.delete(one));
    running.add(one);
  };
  const asking = setInterval(ask, EACH);
  const said = await slowhttptest(scope, mode, slowness(mode, front.http, how)).finally(() => { clearInterval(asking); });
  await Promise.all(running);
  const rounded = (ms: number): number => Math.round(ms);
  return {
    mode: NAMES[mode], said,
    others: { asked, answered: times.length, medianMs: rounded(percentile(times, 0.5)), p99Ms: rounded(percentile(times, 0.99)), slowestMs: rounded(Math.max(...times)), failures: failures.slice(0, 20) },
    memory: Math.round(most), passed: failures.length === 0 && said.unavailable.length === 0,
  };
}
