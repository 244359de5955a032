/** `npm run soak`: a long one, written down with the machine it ran on. Exit status 1 where anything was wrong. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, saidBy } from '../../bench/machine.ts';
import { ROOT } from '../helpers/front.ts';
import { soak } from './soak.ts';

/** Memory may grow by so many percent. */
const FLAT = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' }, runtime: { type: 'string', default: 'node' }, workers: { type: 'string', default: '1' }, seed: { type: 'string' },
    rate: { type: 'string' }, part: { type: 'string', default: '0.5' }, every: { type: 'string', default: '4' }, 'no-result': { type: 'boolean', default: false },
  },
});
const number = (name: 'minutes' | 'workers' | 'rate' | 'part' | 'every' | 'seed', least: number): number => {
  const given = Number(values[name]);
  if (!(given >= least)) { console.error(`--${name} ${values[name]}: a number from ${least} was expected`); process.exit(2); }
  return given;
};
const { runtime } = values;
if (runtime !== 'node' && runtime !== 'bun') { console.error(`--runtime ${runtime}: node or bun was expected`); process.exit(2); }

const seed = values.seed === undefined ? Date.now() % 1_000_000 : number('seed', 0);
const minutes = number('minutes', 0.1);
const plan = { runtime, workers: number('workers', 1), seconds: minutes * 60, seed, rate: values.rate === undefined ? undefined : number('rate', 1), part: number('part', 0.01), every: number('every', 0.1), long: true } as const;
const started = new Date();
console.log(`A soak of ${minutes} minutes on ${runtime}, seed ${seed}`);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stop.abort(); }); // what it found until then counts
const outcomes = await soak({ ...plan, stop: stop.signal, tell: (line) => { console.log(line); } });
// A short one is over before memory has found its level.
const flat = minutes < 10 || outcomes.memory.growth <= FLAT;
const passed = outcomes.failed === 0 && flat;
const result = {
  date: started.toISOString(), runtime, version: runtime === 'node' ? process.version : saidBy(join(ROOT, 'node_modules/.bin/bun'), '--version'),
  sallyport: saidBy('git', '-C', ROOT, 'rev-parse', '--short', 'HEAD'), clients: `Node ${process.version}`, machine: machine(), plan, passed, flat, ...outcomes,
};
if (!values['no-result']) {
  const dir = join(import.meta.dirname, 'results');
  mkdirSync(dir, { recursive: true });
  const file = join(dir, `${started.toISOString().slice(0, 10)}-${runtime}.json`);
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`written to ${file}`);
}
console.log(JSON.stringify(outcomes, undefined, 2));
console.log(passed ? 'Passed: no wrong byte, no lost answer, nothing twice, nothing left open.' : 'Did not pass.');
process.exit(passed ? 0 : 1);
