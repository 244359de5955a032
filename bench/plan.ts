/** What a run does, and about how long it takes. */
import type { Case, Contestant } from './cases/case.ts';
import { CASES } from './cases/index.ts';
import { nginxAndOurs } from './cases/who.ts';
import type { Options } from './options.ts';
import type { Peer } from './peers/peer.ts';
import { warmUpOf, type Pace } from './rounds.ts';
import { SOAK_SECONDS } from './soak.ts';

export type Step = readonly [what: Case, contestants: readonly Contestant[]];

export interface Plan {
  readonly steps: readonly Step[];
  /** Who is soaked, for how many seconds; a case of which only memory counts runs meanwhile. */
  readonly soak?: { readonly contestants: readonly Contestant[]; readonly seconds: number };
  readonly pace: Pace;
}

/** Throws where a case is asked for that is not there. */
export function planOf(options: Options, there: readonly Peer[]): Plan {
  const steps = planned(options, there);
  const wanted = options.cases.length === 0 ? !options.quick : options.cases.includes('soak');
  const contestants = nginxAndOurs(there).filter(({ peer }) => peer.name !== 'nginx');
  return { steps, pace: paceOf(options), ...wanted && contestants.length > 0 ? { soak: { contestants, seconds: options.soak ?? SOAK_SECONDS } } : {} };
}

/** The plan in words, with times. */
export function inWords({ steps, soak, pace }: Plan): string {
  const meanwhile = (what: Case): boolean => soak !== undefined && what.fresh === true;
  const total = steps.reduce((sum, [what, who]) => sum + (meanwhile(what) ? 0 : secondsOf(what, who, pace)), soak?.seconds ?? 0);
  return [
    `${steps.length + (soak === undefined ? 0 : 1)} cases, about ${Math.floor(total / 60)} min ${Math.ceil(total % 60)} s on a quiet machine:`,
    ...steps.map(([what, who]) => `  ${what.name}: ${what.title}; ${who.length} fronts, about ${Math.ceil(secondsOf(what, who, pace))} s${meanwhile(what) ? ', during the soak' : ''}`),
    ...soak === undefined ? [] : [`  soak: ${soak.contestants.length} fronts at once, ${soak.seconds} s`],
  ].join('\n');
}

function paceOf({ quick, smoke, rounds }: Options): Pace {
  if (smoke) return { rounds: rounds ?? 1, seconds: 0.5, warmUp: { native: 0.3, compiled: 0.3 }, quick: true };
  return quick ? { rounds: rounds ?? 2, seconds: 0.4, warmUp: { native: 0.2, compiled: 1.5 }, quick } : { rounds: rounds ?? 5, seconds: 0.6, warmUp: { native: 0.4, compiled: 2 }, quick };
}

/** The cases that were asked for, each with who takes part, in the order in which they run. */
function planned(options: Options, there: readonly Peer[]): Step[] {
  const unknown = options.cases.filter((name) => name !== 'soak' && !CASES.some((what) => what.name === name));
  if (unknown.length > 0) throw new Error(`--case ${unknown.join(', ')}: there are ${[...CASES, { name: 'soak' }].map(({ name }) => name).join(', ')}`);
  const cases = CASES.filter(({ name, fullOnly }) => options.cases.length === 0 ? !(options.quick && fullOnly === true) : options.cases.includes(name));
  // A quick run has everybody at one case, and nginx and ours at the others.
  const few = nginxAndOurs(there).map(({ peer }) => peer);
  const steps = cases.map((what) => [what, what.contestants(options.quick && what.name !== '1k' ? few : there)] as const);
  // nginx alone says nothing, as with workers where Sallyport has none.
  return steps.filter(([, contestants]) => options.peers.length > 0 ? contestants.length > 0 : contestants.some(({ peer }) => peer.name !== 'nginx'));
}

/** About how many seconds a case takes. */
function secondsOf(what: Case, contestants: readonly Contestant[], { rounds, seconds, warmUp, quick }: Pace): number {
  const [each, turns] = [seconds + ((quick ? what.besideQuick : undefined) ?? what.beside ?? 0.4), Math.min(rounds, what.atMost ?? rounds)];
  const warmedUp = what.fresh === true ? 0 : contestants.reduce((sum, { peer }) => sum + warmUpOf(peer, warmUp) + each - seconds, 0);
  return 2 + contestants.length * each * turns + warmedUp;
}

