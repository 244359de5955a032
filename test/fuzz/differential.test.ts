// Invariants: see the files of test/fuzz/differential, each in its first line. Here for a few seconds; `npm run fuzz -- --inputs N --seed S` runs so many inputs, or repeats the one that is printed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CARRIERS } from './differential/carriers.ts';
import { Fuzzer, KINDS } from './differential/fuzzer.ts';
import { WAYS } from './differential/make-names.ts';
import { PLANTED } from './differential/planted.ts';

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 5);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 32);

test(`requests, answers and names against another strict parser and a reader of the grammar (seed ${SEED})`, () => {
  const end = performance.now() + SECONDS * 1000;
  const fuzzer = new Fuzzer(SEED);
  const frames = Error.stackTraceLimit;
  Error.stackTraceLimit = 0; // parsers make an Error for each refusal
  try {
    for (let n = 0; n < 1000 || performance.now() < end; n++) {
      const breach = fuzzer.run(n);
      if (breach !== undefined) assert.fail(`${breach.message}\nRepeat it: npm run fuzz -- --seed ${SEED} --from ${n} --inputs 1`);
    }
  } finally {
    Error.stackTraceLimit = frames;
    fuzzer.close();
  }
  const { kinds } = fuzzer.counts();
  console.log(`# ${JSON.stringify(kinds)}`);
  for (const kind of KINDS) {
    const { inputs, forwarded, refused } = kinds[kind];
    assert.ok(inputs >= 40 && forwarded > inputs / 5, `${kind}: ${inputs} inputs, ${forwarded} messages compared`);
    assert.ok(refused > 0 || inputs < 500, `${kind}: ${refused} refused`);
  }
});

test('names come in every way through every carrier', () => {
  const fuzzer = new Fuzzer(1, { only: 'names' });
  const missing = (): string[] => CARRIERS.flatMap((carrier) => WAYS.filter((way) => fuzzer.counts().ways[carrier][way] === 0).map((way) => `${way} through ${carrier}`));
  try {
    for (let n = 0; n < 2000 && (n % 50 > 0 || missing().length > 0); n++) assert.equal(fuzzer.run(n)?.message, undefined);
  } finally {
    fuzzer.close();
  }
  assert.deepEqual(missing(), []);
});

test(`the ${PLANTED.length} leniencies that \`npm run fuzz -- --planted\` plants fit into the sources`, () => {
  for (const { what, file, from, to } of PLANTED) {
    const text = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');
    assert.equal(text.split(from).length, 2, `${what}: src/${file} has to have this once: ${from}`);
    assert.notEqual(from, to, what);
  }
});

// What it is bundled with once declared a name that one of its modules declares too: the fuzzer did not start, and no test did it.
test('`npm run fuzz -- --inputs N` runs, and one that is planted is found', () => {
  const call = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('node', ['scripts/fuzz.mjs', ...args], { cwd: new URL('../..', import.meta.url), encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  assert.match(call('--inputs', '200', '--seed', '1'), /"inputs": 200,\n "breaches": 0/);
  assert.match(call('--planted', '--like', 'a cut answer is ended', '--inputs', '20000', '--seed', '1'), /^caught a cut answer is ended .*\n1 of 1 caught\n$/);
});
