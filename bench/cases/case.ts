import type { Backend } from '../backend.ts';
import type { Cores } from '../machine.ts';
import type { Job, Peer } from '../peers/peer.ts';
import type { Place } from '../place.ts';
import type { Program } from '../program.ts';
import type { Row } from '../results.ts';

/** Where a case runs: what all fronts of a run share. */
export interface Ground {
  readonly place: Place;
  readonly cores: Cores;
  readonly fixed: Backend;
  readonly app: Backend;
}

/** One peer in one configuration. */
export interface Contestant {
  readonly peer: Peer;
  /** What sets it apart from the same peer in the same case, as in `log on`. */
  readonly variant?: string;
  readonly job?: Partial<Pick<Job, 'workers'>> & { readonly logs?: boolean };
}

export interface Front {
  readonly contestant: Contestant;
  readonly program: Program;
  readonly port: number;
}

/** What one round found out about one front, by the names of `FIGURES`. */
export type Sample = Readonly<Partial<Record<FigureName, number>>>;

/** Every figure with its unit; `cpu` and `memoryEach` are per unit of the case's work. */
export const FIGURES = {
  cpu: 'µs of processor time',
  rate: 'per second',
  memory: 'KiB resident',
  memoryEach: 'KiB resident',
  p50: 'µs',
  p99: 'µs',
  growth: '% more memory',
} as const;
export type FigureName = keyof typeof FIGURES;

export interface Round {
  /** How long the load lasts. */
  readonly seconds: number;
  /** The rate of the slowest front of this case while it was warmed up, per second. */
  readonly slowest: number;
  readonly quick: boolean;
}

export interface Case {
  readonly name: string;
  readonly title: string;
  /** What one of the counted things is: `request`, `connection`, `message`. */
  readonly unit: string;
  /** The figure that is compared with nginx. */
  readonly compares: FigureName;
  readonly backend: 'fixed' | 'app';
  /** Who takes part, of the peers that are there. */
  contestants(peers: readonly Peer[]): readonly Contestant[];
  /** Not in a quick run, unless it is named: another case there says nearly the same. */
  readonly fullOnly?: true;
  /** A front is started anew for every round, and not warmed up. */
  readonly fresh?: boolean;
  /** At most so many rounds, where one takes long and differs little. */
  readonly atMost?: number;
  /** How many seconds one round takes beside the load itself, for the plan. */
  readonly beside?: number;
  /** The same in a quick run, where it is less. */
  readonly besideQuick?: number;
  load(front: Front, ground: Ground, round: Round): Promise<Sample>;
  /** What warms a front up, where it is not the load itself. */
  warmUp?(front: Front, ground: Ground, round: Round): Promise<Sample>;
  /** What is to be known beside the figures. */
  note?(of: { readonly slowest: number; readonly rows: readonly Row[] }): string;
}
