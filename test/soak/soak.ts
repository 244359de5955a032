/** One soak: a front, its apps, a load and what goes wrong meanwhile; and what has to be said about it afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../helpers/random.ts';
import { eventually, sleep } from '../helpers/scope.ts';
import { Apps } from './apps.ts';
import { Content } from './content.ts';
import { injectFaults } from './faults.ts';
import { Front, type FrontPlan } from './front.ts';
import { AccessLog, Ledger } from './ledger.ts';
import type { Ground } from './line.ts';
import { Load } from './load.ts';
import { Tally, type Failure } from './tally.ts';
import { keepTunnel } from './tunnels.ts';
import { coreShare, descriptorsOf, memoryOf, watch, type Memory } from './watch.ts';

export interface Plan extends FrontPlan {
  readonly seconds: number;
  readonly seed: number;
  /** Requests per second; undefined in a long one: this part of what the front takes. */
  readonly rate: number | undefined;
  readonly part: number;
  /** Seconds between two faults, about. */
  readonly every: number;
  /** Measure first what the front takes, and look in the end whether every descriptor is closed; takes a minute more. */
  readonly long: boolean;
  /** Ends it before its time. */
  readonly stop?: AbortSignal;
  /** Hears of each failure at once, and now and then how far it is. */
  readonly tell?: (line: string) => void;
}

export interface Outcomes {
  readonly seconds: number;
  readonly rate: number;
  /** Answers per second, and the share of one core that the front took for them, while clients asked as fast as they could. */
  readonly flatOut: { readonly rate: number; readonly core: number } | undefined;
  /** The share of one core that the front took in the soak. */
  readonly core: number;
  readonly requests: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly memory: Memory;
  readonly descriptors: { readonly before: number; readonly most: number; readonly after: number };
  readonly logged: { readonly lines: number; readonly answered: number };
  /** Connections of the whole machine that the system reset meanwhile, as it was out of memory for TCP. */
  readonly systemAborts: number;
  readonly exit: number | string;
  readonly failed: number;
  readonly failures: readonly Failure[];
}

/** Milliseconds that the front gets for letting go of what is over: idle connections to apps are kept for 20 seconds. */
const QUIET = 40_000;
/** Descriptors that may be left beside those that were open before: what a runtime opens once, when it first needs it. */
const SPARE = 8;
/** Lines of the access log that a worker may have gathered when it is killed: what came in some hundredths of a second. */
const GATHERED = 50;
const CALIBRATION = 10;
const CROWD = 100;
const TUNNELS = ['unix', 'tcp', 'unix', 'tcp', 'unix', 'unix'] as const;

export async function soak(plan: Plan): Promise<Outcomes> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-soak-'));
  const content = new Content(plan.seed);
  const ledgerFile = join(dir, 'ledger');
  const apps = await Apps.start(dir, plan.seed, ledgerFile);
  let front: Front | undefined;
  try {
    front = await Front.start(dir, plan, { apps, content });
    return await soaked(plan, { apps, content, front, ledgerFile });
  } finally {
    await front?.end();
    await apps.end();
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Parts { readonly apps: Apps; readonly content: Content; readonly front: Front; readonly ledgerFile: string }

async function soaked(plan: Plan, { apps, content, front, ledgerFile }: Parts): Promise<Outcomes> {
  const tally = new Tally({ apps, front }, plan.tell);
  const ground: Ground = { ports: front.ports, ca: front.ca, content, session: undefined };
  const load = new Load(ground, tally, plan.seed);
  const before = descriptorsOf(front.pid);
  const flatOut = plan.long ? await calibrated(load, front) : undefined;
  const rate = plan.rate ?? flatOut!.rate * plan.part;
  plan.tell?.(`${Math.round(rate)} requests per second${flatOut === undefined ? '' : `; flat out ${JSON.stringify(flatOut)}`}`);

  const over = new AbortController();
  const log = new AccessLog(front);
  const ledger = new Ledger(ledgerFile, tally);
  const share = coreShare(front.pid);
  const began = performance.now();
  const timer = setTimeout(() => { over.abort(); }, plan.seconds * 1000);
  plan.stop?.addEventListener('abort', () => { over.abort(); });
  const interval = setInterval(() => {
    ledger.read();
    if (!front.running) { tally.fail({ kind: 'the front ended', n: 0, detail: front.said() }); over.abort(); }
    plan.tell?.(`${Math.round((performance.now() - began) / 1000)} s: ${tally.requests['asked']} asked, ${tally.failed} failed, ${descriptorsOf(front.pid)} descriptors`);
  }, Math.min(15_000, plan.seconds * 200));
  const looking = setInterval(() => { tally.system.look(); }, 500);
  const random = new Random(plan.seed + 1);
  const tunnelGround = { ...ground, apps, tally, seed: plan.seed };
  const samples = watch(front.pid, Math.min(5000, plan.seconds * 20), over.signal);
  try {
    await Promise.all([
      load.paced(rate, over.signal),
      injectFaults({ apps, front, log, load, ground, tally, random, workers: plan.workers, every: plan.every }, over.signal),
      ...TUNNELS.map((to, i) => keepTunnel(i + 1, to, tunnelGround, over.signal)),
    ]);
  } finally {
    clearTimeout(timer);
    clearInterval(interval);
    clearInterval(looking);
    over.abort();
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  const core = share();
  const seen = await samples;

  const after = plan.long ? await quiet(front, before) : before;
  if (after > before + SPARE) tally.fail({ kind: 'descriptors left open', n: 0, detail: `${before} before, ${after} long after the last request` });
  ledger.read();
  const exit = await front.end();
  if (exit !== 0) tally.fail({ kind: 'bad end', n: 0, detail: `exit status ${exit}: ${front.said()}` });
  log.rest();
  if (log.lines < tally.answered - tally.frontHits * GATHERED) tally.fail({ kind: 'log lines lost', n: 0, detail: `${log.lines} lines for ${tally.answered} answers` });
  return {
    seconds, rate: Math.round(rate), flatOut, core: hundredths(core), requests: sorted(tally.requests), faults: sorted(tally.faults), memory: memoryOf(seen),
    descriptors: { before, most: Math.max(...seen.map(({ descriptors }) => descriptors)), after }, logged: { lines: log.lines, answered: tally.answered }, systemAborts: tally.system.count, exit,
    failed: tally.failed, failures: tally.failures,
  };
}

async function calibrated(load: Load, front: Front): Promise<{ rate: number; core: number }> {
  await load.flatOut(8, 2); // code that has just been loaded is slow
  const share = coreShare(front.pid);
  const rate = await load.flatOut(8, CALIBRATION);
  const core = hundredths(share());
  // A crowd, before memory is looked at: V8's young objects get twice the room whenever many live at once, up to 32 MiB, and
  // keep it. At half load that came after 19 minutes, all in one step, and looked like a leak.
  await load.flatOut(CROWD, CALIBRATION);
  return { rate: Math.round(rate), core };
}

/** Waits until nothing is open any more that was not at the beginning. */
async function quiet(front: Front, before: number): Promise<number> {
  await eventually('descriptors to be closed', () => descriptorsOf(front.pid) <= before + SPARE, QUIET).catch(() => undefined);
  await sleep(10);
  return descriptorsOf(front.pid);
}

const hundredths = (number: number): number => Math.round(number * 100) / 100;
const sorted = (counts: Readonly<Record<string, number>>): Record<string, number> => Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
