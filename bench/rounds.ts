/** One case: its fronts are started, warmed up, loaded in turns (A B C, A B C …), and ended. */
import { chmodSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Case, Contestant, Front, FigureName, Ground, Sample } from './cases/case.ts';
import { named } from './cases/who.ts';
import { figure } from './numbers.ts';
import type { Peer } from './peers/peer.ts';
import { freePort } from './place.ts';
import { listening, start } from './program.ts';
import type { CaseResult, Row } from './results.ts';

export interface Pace {
  readonly rounds: number;
  /** Seconds of load in a round. */
  readonly seconds: number;
  /** Seconds of load before the first round: what compiles itself while it runs takes two to three times as much at first. */
  readonly warmUp: { readonly native: number; readonly compiled: number };
  readonly quick: boolean;
}

/** Starts a contestant and waits until it listens. Throws with its own words where it does not. */
export async function startFront(contestant: Contestant, ground: Ground, { backend }: Pick<Case, 'backend'>): Promise<Front> {
  const { peer, job = {} } = contestant;
  const dir = mkdtempSync(join(ground.place.dir, `${peer.name}-`));
  chmodSync(dir, 0o755); // workers of some peers give their rights up
  const port = await freePort();
  const command = peer.prepare({
    place: ground.place, dir, port, backend: ground[backend].port, workers: job.workers ?? 1,
    ...job.logs === true ? { log: join(dir, 'access.json') } : {},
  });
  const program = start(peer.title, command, { cores: ground.cores.front, log: join(dir, 'stderr') });
  await listening(program, port);
  return { contestant, program, port };
}

export const warmUpOf = ({ compiles }: Pick<Peer, 'compiles'>, { native, compiled }: Pace['warmUp']): number => compiles === true ? compiled : native;

/** What is known of one contestant while its case runs. */
interface Entry {
  readonly contestant: Contestant;
  front?: Front;
  trouble?: string;
  readonly samples: Sample[];
}

export async function runCase(what: Case, contestants: readonly Contestant[], { ground, pace, say }: { ground: Ground; pace: Pace; say: (text: string) => void }): Promise<CaseResult> {
  const entries: Entry[] = contestants.map((contestant) => ({ contestant, samples: [] }));
  const rounds = Math.min(pace.rounds, what.atMost ?? pace.rounds);
  const attempt = async (entry: Entry, step: () => Promise<void>): Promise<void> => {
    if (entry.trouble !== undefined) return;
    try {
      await step();
    } catch (error) {
      entry.trouble = error instanceof Error ? error.message : String(error);
      say(`  ${named(rowOf(entry))}: ${entry.trouble}`);
    }
  };
  const open = async (entry: Entry): Promise<void> => { entry.front = await startFront(entry.contestant, ground, what); };
  let slowest = Infinity;
  try {
    if (what.fresh !== true) {
      await Promise.all(entries.map((entry) => attempt(entry, () => open(entry))));
      for (const entry of entries) await attempt(entry, async () => {
        const { rate } = await (what.warmUp ?? what.load)(entry.front!, ground, { seconds: warmUpOf(entry.contestant.peer, pace.warmUp), slowest: Infinity, quick: pace.quick });
        slowest = Math.min(slowest, rate ?? Infinity);
      });
    }
    for (let round = 0; round < rounds; round++) {
      for (const entry of entries) await attempt(entry, async () => {
        if (what.fresh === true) await open(entry);
        entry.samples.push(await what.load(entry.front!, ground, { seconds: pace.seconds, slowest, quick: pace.quick }));
        if (what.fresh === true) await entry.front!.program.end();
      });
    }
  } finally {
    await Promise.all(entries.flatMap(({ front }) => front === undefined ? [] : [front.program.end()]));
  }
  const { name, title, unit, compares } = what;
  const rows = withRatios(entries.map(rowOf), compares);
  const note = what.note?.({ slowest, rows });
  return { name, title, unit, compares, rounds, rows, ...note === undefined || note === '' ? {} : { note } };
}

function rowOf({ contestant: { peer, variant }, samples, trouble }: Entry): Row {
  return { peer: peer.name, title: peer.title, ...variant === undefined ? {} : { variant }, figures: figuresOf(samples), ...trouble === undefined ? {} : { trouble } };
}

/** Each figure over the rounds that had it. */
export function figuresOf(samples: readonly Sample[]): Row['figures'] {
  const names = new Set(samples.flatMap((sample) => Object.keys(sample) as FigureName[]));
  return Object.fromEntries([...names].map((name) => [name, figure(samples.map((sample) => sample[name]).filter((value) => value !== undefined))]));
}

/** Each row with its ratio to nginx in the same case: to the first row of nginx, whatever the variant. */
export function withRatios(rows: readonly Row[], compares: FigureName): Row[] {
  const base = rows.find(({ peer }) => peer === 'nginx')?.figures[compares]?.median;
  return rows.map((row) => {
    const own = row.figures[compares]?.median;
    return base === undefined || base === 0 || own === undefined ? row : { ...row, ratio: Number((own / base).toFixed(2)) };
  });
}
