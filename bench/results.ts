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
}

export const RESULTS = fileURLToPath(new URL('results/', import.meta.url));

/** The newest results of a full run: what documents show. */
export function newestResults(): Results {
  const newest = readdirSync(RESULTS).filter((name) => /^\d{4}-\d{2}-\d{2}\.json$/.test(name)).sort().at(-1);
  if (newest === undefined) throw new Error('bench/results/ has no results of a full run; npm run bench makes them');
  return JSON.parse(readFileSync(`${RESULTS}${newest}`, 'utf8')) as Results;
}
