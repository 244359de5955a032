/** The benchmark: `npm run bench`. What it measures, and how, is in bench/README.md. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { app, fixedBodies } from './backend.ts';
import type { Case, Contestant, Ground } from './cases/case.ts';
import { CASES } from './cases/index.ts';
import { coresFor, machine, moveTo, saidBy } from './machine.ts';
import { USAGE, readOptions, type Options } from './options.ts';
import { isThere, peers } from './peers/index.ts';
import type { Peer } from './peers/peer.ts';
import { TLS, makePlace } from './place.ts';
import { endAll, endLoad } from './program.ts';
import { provision } from './provision.ts';
import { caseTable, report } from './report.ts';
import { RESULTS, type CaseResult, type Results } from './results.ts';
import { runCase, type Pace } from './rounds.ts';

const say = (text: string): void => { console.log(text); };

function paceOf({ quick, smoke, rounds }: Options): Pace {
  if (smoke) return { rounds: rounds ?? 1, seconds: 0.5, warmUp: 0.3, quick: true };
  return quick ? { rounds: rounds ?? 3, seconds: 0.7, warmUp: 0.8, quick } : { rounds: rounds ?? 5, seconds: 1, warmUp: 1.2, quick };
}

/** The cases that were asked for, each with who takes part, in the order in which they run. */
function planned(options: Options, there: readonly Peer[]): (readonly [Case, readonly Contestant[]])[] {
  const unknown = options.cases.filter((name) => !CASES.some((what) => what.name === name));
  if (unknown.length > 0) throw new Error(`--case ${unknown.join(', ')}: there are ${CASES.map(({ name }) => name).join(', ')}`);
  const cases = CASES.filter(({ name }) => options.cases.length === 0 || options.cases.includes(name));
  return cases.map((what) => [what, what.contestants(there)] as const).filter(([, contestants]) => contestants.length > 0);
}

/** About how many seconds a case takes. */
function secondsOf(what: Case, contestants: readonly Contestant[], { rounds, seconds, warmUp }: Pace): number {
  const [each, turns] = [seconds + (what.beside ?? 0.4), Math.min(rounds, what.atMost ?? rounds)];
  return 2 + contestants.length * (each * turns + (what.fresh === true ? 0 : warmUp + each - seconds));
}

async function bench(options: Options): Promise<Results> {
  const missing = provision(say);
  const every = peers();
  const wanted = every.filter(({ name }) => options.peers.length === 0 || options.peers.includes(name));
  if (wanted.length === 0) throw new Error(`--peer ${options.peers.join(', ')}: there are ${every.map(({ name }) => name).join(', ')}`);
  const there = wanted.filter(isThere);
  for (const peer of wanted) if (!there.includes(peer)) missing.push(`${peer.title}: no ${peer.needs.file} (${peer.needs.from})`);
  const [plan, pace] = [planned(options, there), paceOf(options)];
  say(`${plan.length} cases, about ${Math.ceil(plan.reduce((sum, [what, who]) => sum + secondsOf(what, who, pace), 0))} s:`);
  for (const [what, who] of plan) say(`  ${what.name}: ${what.title}; ${who.length} fronts, about ${Math.ceil(secondsOf(what, who, pace))} s`);
  for (const what of missing) say(`missing: ${what}`);
  const cases = await measured(plan, pace);
  return {
    date: new Date().toISOString().slice(0, 10), commit: commit(), mode: options.smoke || options.cases.length + options.peers.length > 0 ? 'part' : options.quick ? 'quick' : 'full',
    machine: machine(), tls: TLS, versions: versions(there), missing, cases,
  };
}

async function measured(plan: readonly (readonly [Case, readonly Contestant[]])[], pace: Pace): Promise<CaseResult[]> {
  const place = makePlace();
  const cores = coresFor(1);
  moveTo(cores.load);
  const results: CaseResult[] = [];
  try {
    const ground: Ground = { place, cores, fixed: await fixedBodies(place, cores.load), app: await app(place, cores.load) };
    for (const [what, contestants] of plan) {
      say(`\n${what.name} …`);
      const result = await runCase(what, contestants, { ground, pace, say });
      say(caseTable(result));
      results.push(result);
    }
  } finally {
    endLoad();
    await endAll();
    place.remove();
  }
  return results;
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', 'src') === '' ? '' : ' with changes in src'}`;
  } catch {
    return 'unknown';
  }
}

const versions = (there: readonly Peer[]): Record<string, string> => Object.fromEntries([
  ...there.map((peer) => [peer.title, peer.version()] as const),
  ['wrk', /^wrk (?:debian\/)?(\S+)/.exec(saidBy('wrk', '-v'))?.[1] ?? 'unknown'], ['h2load', saidBy('h2load', '--version').replace('h2load ', '')], ['OpenSSL', saidBy('openssl', 'version').split(' ')[1] ?? 'unknown'],
]);

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { endLoad(); void endAll().then(() => process.exit(130)); });
const began = Date.now();
try {
  const results = await bench(options);
  const file = results.mode === 'full' ? `${results.date}.json` : `${results.mode}.json`;
  if (!options.smoke) writeFileSync(`${RESULTS}${file}`, `${JSON.stringify(results, undefined, 1)}\n`);
  say(`\n${report(results)}\n\n${options.smoke ? 'done' : `written to bench/results/${file}`}, after ${Math.round((Date.now() - began) / 1000)} s`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
