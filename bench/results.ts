/** The results of a run, as they are kept in bench/results/: everything that is shown anywhere is made from this. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FigureName } from './cases/case.ts';
import type { Machine } from './machine.ts';
import type { Figure } from './numbers.ts';

export interface Row {
  readonly peer: string;
  readonly title: string;
  readonly variant?: string;
  readonly figures: Readonly<Partial<Record<FigureName, Figure>>>;
  /** The compared figure's median over that of nginx in the same rounds. */
  readonly ratio?: number;
  /** Why there is nothing, or less than asked for. */
  readonly trouble?: string;
}

export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly compares: FigureName;
  readonly rounds: number;
  readonly rows: readonly Row[];
  /** What is to be known about the load, as in the rate that a latency was measured at. */
  readonly note?: string;
}

export interface Results {
  readonly date: string;
  readonly commit: string;
  readonly mode: 'full' | 'quick' | 'part';
  readonly machine: Machine;
  /** How busy the machine was with other work when the run began: its load average over a minute. */
  readonly load: number;
  readonly tls: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
  readonly cases: readonly CaseResult[];
  /** Cases that were measured again by themselves, and when. */
  readonly again?: readonly Again[];
}

export interface Again {
  readonly cases: readonly string[];
  readonly date: string;
  readonly commit: string;
  readonly load: number;
}

export const RESULTS = fileURLToPath(new URL('results/', import.meta.url));

/** The results of a full run with some of its cases measured again. */
export function withAgain(full: Results, part: Results): Results {
  const now = new Map(part.cases.map((one) => [one.name, one] as const));
  const strange = [...now.keys()].filter((name) => !full.cases.some((one) => one.name === name));
  if (strange.length > 0) throw new Error(`--again ${strange.join(', ')}: not in the newest results of a full run; npm run bench makes new ones`);
  const before = (full.again ?? []).map((one) => ({ ...one, cases: one.cases.filter((name) => !now.has(name)) })).filter(({ cases }) => cases.length > 0);
  const { date, commit, load } = part;
  return { ...full, cases: full.cases.map((one) => now.get(one.name) ?? one), again: [...before, { cases: [...now.keys()], date, commit, load }] };
}

/** The newest results of a full run: what documents show. */
export function newestResults(): Results {
  return JSON.parse(readFileSync(newestFile(), 'utf8')) as Results;
}

export function newestFile(): string {
  const newest = readdirSync(RESULTS).filter((name) => /^\d{4}-\d{2}-\d{2}\.json$/.test(name)).sort().at(-1);
  if (newest === undefined) throw new Error('bench/results/ has no results of a full run; npm run bench makes them');
  return `${RESULTS}${newest}`;
}
