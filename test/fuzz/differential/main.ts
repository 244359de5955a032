/** Runs the differential fuzzer for so many inputs: `npm run fuzz -- --inputs 10000000 --seed 1`. A breach is printed with what repeats it. Ended by SIGINT or SIGTERM it writes what it has done; `--from` goes on there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { CARRIERS, type CarrierKind } from './carriers.ts';
import { Fuzzer, KINDS, type Kind } from './fuzzer.ts';

const { values } = parseArgs({ options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string' }, from: { type: 'string', default: '0' }, only: { type: 'string' }, through: { type: 'string' }, most: { type: 'string', default: '20' }, out: { type: 'string' } } });
const inputs = Number(values.inputs);
const from = Number(values.from);
const seed = values.seed === undefined ? Date.now() % 2 ** 32 : Number(values.seed);
if (![inputs, from, seed].every((number) => Number.isSafeInteger(number) && number >= 0)) throw new Error('--inputs, --from and --seed want whole numbers');
if (values.only !== undefined && !KINDS.includes(values.only as Kind)) throw new Error(`--only wants one of ${KINDS.join(', ')}`);
if (values.through !== undefined && !CARRIERS.includes(values.through as CarrierKind)) throw new Error(`--through wants one of ${CARRIERS.join(', ')}`);
const only = values.through === undefined ? values.only : 'names';

Error.stackTraceLimit = 0; // parsers make an Error for each refusal
console.log(`seed ${seed}: ${inputs} inputs from number ${from}, ${process.versions.bun === undefined ? `Node ${process.versions.node}` : `Bun ${process.versions.bun}`}, llhttp ${process.versions['llhttp']}`);
const fuzzer = new Fuzzer(seed, { only: only as Kind | undefined, through: values.through as CarrierKind | undefined });
const began = performance.now();
const cpu = process.cpuUsage();
let said = began;
let breaches = 0;
let done = 0;
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { stopped = true; }); // looked at between thousands of inputs
for (let n = from; n < from + inputs && !stopped; n++, done++) {
  const breach = fuzzer.run(n);
  if (breach !== undefined) {
    console.error(`BREACH by input ${n} (${breach.kind}): npm run fuzz -- --seed ${seed} --from ${n} --inputs 1${only === undefined ? '' : ` --only ${only}`}${values.through === undefined ? '' : ` --through ${values.through}`}\n${breach.message}`);
    if (++breaches === Number(values.most)) { done++; break; }
  }
  const now = performance.now();
  if (now - said > 60_000) {
    said = now;
    console.log(`${done} inputs, ${Math.round(done / (now - began) * 1000)} a second, ${breaches} breaches`);
  }
  if (done % 2_000 === 0) await new Promise((resolve) => { setImmediate(resolve); });
}
fuzzer.close();

const { user, system } = process.cpuUsage(cpu);
const result = {
  date: new Date().toISOString(), seed, from, inputs: done, breaches, ...fuzzer.counts(),
  seconds: Math.round((performance.now() - began) / 1000), cpuSeconds: Math.round((user + system) / 1e6),
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, platform: `${process.platform} ${process.arch}` },
  versions: { node: process.versions.node, bun: process.versions.bun, llhttp: process.versions['llhttp'] },
};
console.log(JSON.stringify(result, undefined, 1));
if (values.out !== undefined) {
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(result, undefined, 2)}\n`);
}
process.exitCode = breaches === 0 ? 0 : 1;
