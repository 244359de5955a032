/** `npm run soak`: a long one, or with `--slow` slowhttptest's four modes; written down. Exit status 1 where anything was wrong. */
import { parseArgs } from 'node:util';
import { MODES } from '../helpers/slowhttptest.ts';
import { circumstances, writeResult } from './result.ts';
import { slowModes } from './slow-http.ts';
import { soak } from './soak.ts';

/** Memory may grow by so many percent. */
const FLAT = 10;
/** A soak of fewer minutes is over before memory has found its level. */
const LONG_ENOUGH = 30;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' }, runtime: { type: 'string', default: 'node' }, workers: { type: 'string', default: '1' }, seed: { type: 'string' },
    rate: { type: 'string' }, part: { type: 'string', default: '0.5' }, every: { type: 'string', default: '4' }, 'no-result': { type: 'boolean', default: false },
    slow: { type: 'boolean', default: false }, connections: { type: 'string', default: '2000' }, modes: { type: 'string', default: MODES.join('') },
  },
});
const number = (name: 'minutes' | 'workers' | 'rate' | 'part' | 'every' | 'seed' | 'connections', least: number): number => {
  const given = Number(values[name]);
  if (!(given >= least)) { console.error(`--${name} ${values[name]}: a number from ${least} was expected`); process.exit(2); }
  return given;
};
const { runtime } = values;
if (runtime !== 'node' && runtime !== 'bun') { console.error(`--runtime ${runtime}: node or bun was expected`); process.exit(2); }
const started = new Date();
const tell = (line: string): void => { console.log(line); };
process.exit(await (values.slow ? slow(runtime) : long(runtime)) ? 0 : 1);

async function slow(runtime: 'node' | 'bun'): Promise<boolean> {
  const plan = { runtime, modes: MODES.filter((mode) => values.modes.includes(mode)), connections: number('connections', 1), rate: 500, seconds: 120 };
  const modes = await slowModes({ ...plan, tell });
  const passed = modes.every((mode) => mode.passed);
  keep(`${started.toISOString().slice(0, 10)}-${runtime}-slow${plan.modes.length === MODES.length ? '' : `-${plan.modes.join('')}`}`, { ...circumstances(runtime, started), plan, passed, modes });
  tell(passed ? 'Passed: everybody else was served all the time.' : 'Did not pass.');
  return passed;
}

async function long(runtime: 'node' | 'bun'): Promise<boolean> {
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : number('seed', 0);
  const minutes = number('minutes', 0.1);
  const plan = { runtime, workers: number('workers', 1), seconds: minutes * 60, seed, rate: values.rate === undefined ? undefined : number('rate', 1), part: number('part', 0.01), every: number('every', 0.1), long: true };
  tell(`A soak of ${minutes} minutes on ${runtime}, seed ${seed}`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stop.abort(); }); // what it found until then counts
  const outcomes = await soak({ ...plan, stop: stop.signal, tell });
  const flat = outcomes.seconds < LONG_ENOUGH * 60 ? 'too short to tell' : outcomes.memory.growth <= FLAT;
  const passed = outcomes.failed === 0 && flat !== false;
  keep(`${started.toISOString().slice(0, 10)}-${runtime}`, { ...circumstances(runtime, started), plan, passed, flat, ...outcomes });
  tell(JSON.stringify(outcomes, undefined, 2));
  tell(passed ? 'Passed: no wrong byte, no lost answer, nothing twice, nothing left open.' : 'Did not pass.');
  return passed;
}

function keep(name: string, result: object): void {
  if (!values['no-result']) tell(`written to ${writeResult(name, result)}`);
}
