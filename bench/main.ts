/** The benchmark: `npm run bench`. What it measures, and how, is in bench/README.md. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename } from 'node:path';
import { app, fixedBodies } from './backend.ts';
import type { Ground } from './cases/case.ts';
import { CASES } from './cases/index.ts';
import { coresFor, machine, moveTo, saidBy } from './machine.ts';
import { USAGE, readOptions, type Options } from './options.ts';
import { isThere, peers } from './peers/index.ts';
import type { Peer } from './peers/peer.ts';
import { TLS, makePlace } from './place.ts';
import { rounded } from './numbers.ts';
import { inWords, planOf, type Plan, type Step } from './plan.ts';
import { endAll, endLoad } from './program.ts';
import { provision } from './provision.ts';
import { caseTable, report } from './report.ts';
import { RESULTS, newestFile, newestResults, withAgain, type CaseResult, type Results } from './results.ts';
import { runCase } from './rounds.ts';
import { soak } from './soak.ts';

const say = (text: string): void => { console.log(text); };

async function bench(options: Options): Promise<Results> {
  const missing = provision(say, options.smoke);
  const every = peers(options.against);
  const wanted = every.filter(({ name }) => options.peers.length === 0 || options.peers.includes(name));
  if (wanted.length === 0) throw new Error(`--peer ${options.peers.join(', ')}: there are ${every.map(({ name }) => name).join(', ')}`);
  const there = wanted.filter(isThere);
  for (const peer of wanted) if (!there.includes(peer)) missing.push(`${peer.title}: no ${peer.needs.file} (${peer.needs.from})`);
  const plan = planOf(options, there);
  say(inWords(plan));
  for (const what of missing) say(`missing: ${what}`);
  const of = commit(); // now: the checkout may be another one when the run is over
  const load = rounded(loadavg()[0]!);
  const cases = await measured(plan);
  return {
    date: new Date().toISOString().slice(0, 10), commit: of, mode: options.smoke || options.cases.length + options.peers.length > 0 ? 'part' : options.quick ? 'quick' : 'full',
    machine: machine(), load, tls: TLS, versions: versions(there), missing, cases,
  };
}

async function measured({ steps, soak: soaking, pace }: Plan): Promise<CaseResult[]> {
  const place = makePlace();
  const cores = coresFor(1);
  moveTo(cores.load);
  const results: CaseResult[] = [];
  try {
    const ground: Ground = { place, cores, fixed: await fixedBodies(place, cores.load), app: await app(place, cores.load) };
    const step = async ([what, contestants]: Step): Promise<void> => {
      say(`\n${what.name} …`);
      const result = await runCase(what, contestants, { ground, pace, say });
      say(caseTable(result));
      results.push(result);
    };
    const meanwhile = soaking === undefined ? [] : steps.filter(([what]) => what.fresh === true);
    for (const one of steps) if (!meanwhile.includes(one)) await step(one);
    if (soaking !== undefined) {
      say(`\nsoak, ${soaking.seconds} s …`);
      const soaked = soak(soaking.contestants, ground, soaking.seconds);
      soaked.catch(() => undefined); // told below
      for (const one of meanwhile) await step(one);
      const result = await soaked;
      say(caseTable(result));
      results.push(result);
    }
  } finally {
    endLoad();
    await endAll();
    place.remove();
  }
  const order = [...CASES.map(({ name }) => name), 'soak'];
  return results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
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
  const file = options.again ? newestFile() : `${RESULTS}${results.mode === 'full' ? results.date : results.mode}.json`;
  if (!options.smoke) writeFileSync(file, `${JSON.stringify(options.again ? withAgain(newestResults(), results) : results, undefined, 1)}\n`);
  say(`\n${report(results)}\n\n${options.smoke ? 'done' : `written to bench/results/${basename(file)}`}, after ${Math.round((Date.now() - began) / 1000)} s`);
  if (results.cases.some(({ rows }) => rows.every(({ trouble }) => trouble !== undefined))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
