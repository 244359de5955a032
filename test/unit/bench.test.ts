/** The benchmark's own arithmetic, and that no figure in a document is older than the results. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { processorTime, readStat, residentMemory, treeOf } from '../../bench/accounting.ts';
import { withSpeed } from '../../bench/documents.ts';
import { timesOf } from '../../bench/load/latency.ts';
import { connectionsOf } from '../../bench/load/s-time.ts';
import { checked, requestsOf } from '../../bench/load/wrk.ts';
import { coresFor } from '../../bench/machine.ts';
import { figure, median, percentile, rounded, shown } from '../../bench/numbers.ts';
import { readOptions } from '../../bench/options.ts';
import { picture } from '../../bench/picture.ts';
import { inWords, planOf } from '../../bench/plan.ts';
import { peers } from '../../bench/peers/index.ts';
import type { Peer } from '../../bench/peers/peer.ts';
import { caseTable } from '../../bench/report.ts';
import { newestResults, withAgain, type CaseResult, type Results } from '../../bench/results.ts';
import { figuresOf, withRatios } from '../../bench/rounds.ts';
import { growthOf } from '../../bench/soak.ts';

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

test('a process is read from its stat line, whatever its name is', () => {
  const line = '42 (a ) R 7 (x) S 17 42 42 0 -1 4194560 100 200 0 0 300 40 5 6 20 0 11 0 12345 1000 200';
  assert.deepEqual(readStat(line), { parent: 17, ticks: 351 });
});

test('a tree of processes has all generations, and nobody else', () => {
  assert.deepEqual(treeOf(2, new Map([[2, 1], [3, 2], [4, 3], [5, 1], [6, 5]])).sort(), [2, 3, 4]);
});

test('work shows in this process\'s own account', { skip: process.platform !== 'linux' }, () => {
  const before = processorTime(process.pid);
  const until = performance.now() + 10_000;
  while (processorTime(process.pid) - before < 50_000 && performance.now() < until) Math.sqrt(until);
  assert.ok(processorTime(process.pid) - before >= 50_000);
  assert.ok(residentMemory(process.pid) > 1000);
});

test('medians, ranks and how figures are written', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 2, 9]), 3);
  assert.throws(() => median([]), /no values/);
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile([7], 0.99)], [50, 99, 7]);
  assert.deepEqual(figure([3, 1.23456, 2]), { median: 2, min: 1.235, max: 3 });
  assert.equal(rounded(123456), 123500);
  assert.deepEqual([1.254, 15.64, 381.4, -2.21].map(shown), ['1.25', '15.6', '381', '-2.21']);
});

test('each figure counts the rounds that have it; the ratio is to nginx in the same case', () => {
  const figures = figuresOf([{ cpu: 10, rate: 5 }, { cpu: 30 }, { cpu: 20, rate: 7 }]);
  assert.deepEqual(figures, { cpu: { median: 20, min: 10, max: 30 }, rate: { median: 6, min: 5, max: 7 } });
  const rows = withRatios([{ peer: 'nginx', title: 'nginx', figures }, { peer: 'x', title: 'X', figures: { cpu: figure([25]) } }, { peer: 'y', title: 'Y', figures: {}, trouble: 'gone' }], 'cpu');
  assert.deepEqual(rows.map(({ ratio }) => ratio), [1, 1.25, undefined]);
  assert.equal(withRatios(rows.slice(1), 'cpu')[1]!.ratio, undefined);
});

test('what the load programs write is read, and what went wrong with them is not passed over', () => {
  assert.equal(requestsOf('Running 1s test\n  14181 requests in 1.00s, 2.06MB read\n'), 14_181);
  assert.throws(() => checked('  12 requests in 1s\n  Non-2xx or 3xx responses: 7\n'), /responses: 7/);
  assert.throws(() => checked('  Socket errors: connect 0, read 3, write 0, timeout 0\n'), /read 3/);
  assert.equal(connectionsOf('\n\n593 connections in 0.44s; 1347.73 connections/user sec, bytes read 0\n593 connections in 2 real seconds, 0 bytes read per connection\n'), 593);
  assert.deepEqual(timesOf('1795248858251252\t200\t14549\n1795248858265849\t200\t41622\n'), [14_549, 41_622]);
});

test('memory that grows in the second half shows, and what a start takes does not', () => {
  assert.equal(growthOf([10, 50, 90, 100, 100, 100, 100, 100, 100, 100]), 0);
  assert.equal(growthOf(Array.from({ length: 100 }, (_, i) => 100 + i)), 26.76);
});

test('the front and the load have cores of their own where there are two', () => {
  assert.deepEqual(coresFor(1, 2), { front: '0', load: '1' });
  assert.deepEqual(coresFor(2, 2), { front: '0-1', load: '0-1' });
  assert.deepEqual(coresFor(2, 8), { front: '0-1', load: '2-3' });
  assert.deepEqual(coresFor(1, 1), { front: '0', load: '0' });
});

const peer = (name: string): Peer => ({ name, title: name, can: ['files', 'log', 'workers'], needs: { file: '/', from: 'here' }, version: () => '1', prepare: () => ({ line: [] }) });

test('the plan says what will run and for how long, and knows its cases', () => {
  const there = ['nginx', 'sallyport-bun', 'sallyport-node', 'caddy'].map(peer);
  const words = inWords(planOf(readOptions([]), there));
  assert.match(words, /^15 cases, about \d+ min \d+ s[^]*\n {2}1k: [^\n]* 4 fronts[^]*idle: [^\n]*during the soak[^]*soak: 2 fronts at once, 600 s$/);
  assert.doesNotMatch(inWords(planOf(readOptions(['--quick']), there)), /soak/);
  const minutes = (...args: string[]): number => Number(/about (\d+) min/.exec(inWords(planOf(readOptions(args), peers())))![1]);
  // A minute is left for a machine that is slower and for the build.
  assert.ok(minutes() < 19 && minutes('--quick') < 3, 'as bench/README.md says');
  assert.throws(() => planOf(readOptions(['--case', 'none']), there), /none: there are 1k, /);
  assert.throws(() => readOptions(['--rounds', 'x']), /--rounds is x; expected a whole number/);
  assert.throws(() => readOptions(['--fast']), /--fast/);
  for (const args of [[], ['--again', '--case', '1k']]) assert.throws(() => readOptions(['--against', '.', ...args]), /--against compares two builds in some cases/);
  assert.deepEqual(peers('.').filter(({ name }) => name.startsWith('sallyport-')).map(({ title }) => title), ['Sallyport (Bun)', 'Sallyport (Node)', 'Sallyport there (Bun)', 'Sallyport there (Node)']);
});

const oneCase: CaseResult = {
  name: '1k', title: '1 KiB answers', unit: 'request', compares: 'cpu', rounds: 3,
  rows: [
    { peer: 'nginx', title: 'nginx', figures: { cpu: { median: 15.6, min: 15, max: 16.1 }, memory: { median: 2048, min: 2048, max: 2048 } }, ratio: 1 },
    { peer: 'sallyport-bun', title: 'Sallyport (Bun)', figures: { cpu: { median: 14.9, min: 14, max: 15 } }, ratio: 0.96 },
    { peer: 'x', title: 'A <b> & "c"', figures: { cpu: { median: 156, min: 156, max: 156 } }, ratio: 10 },
    { peer: 'caddy', title: 'Caddy', figures: {}, trouble: 'it ended at once' },
  ],
};
const results: Results = { date: '2030-01-02', commit: 'abc', mode: 'full', machine: { processor: 'P & Q', cores: 2, memory: '4 GiB', kernel: '6', system: 'Debian' }, load: 0.1, tls: { version: 'TLSv1.3' }, versions: { nginx: '1' }, missing: ['hitch'], cases: [oneCase] };

test('the table has every row, the reach of the compared figure, and the words of what failed', () => {
  const lines = caseTable(oneCase).split('\n');
  assert.equal(lines[0], '1 KiB answers (medians of 3 rounds)');
  assert.match(lines[2]!, /^nginx +15\.6 \(15\.0–16\.1\) +2\.00 +1\.00$/);
  assert.match(lines[4]!, / 156 +10\.00$/);
  assert.equal(lines[6], 'Caddy: it ended at once');
});

test('the picture shows what was measured, with bars in proportion and text that cannot break it', () => {
  const svg = picture(results);
  assert.deepEqual([...svg.matchAll(/<rect x="202"[^>]* width="(\d+)"/g)].map(([, width]) => Number(width)), [56, 53, 560]);
  assert.match(svg, /A &lt;b&gt; &amp; &quot;c&quot;/);
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.doesNotMatch(svg, /Caddy/);
});

test('the README\'s section says which fronts were missing or failed', () => {
  const written = withSpeed('a\n<!-- speed: written by `npm run bench:docs` from bench/results/ -->\nold\n<!-- /speed -->\nb', results);
  assert.match(written, /\| 1 KiB answers: µs per request \| 15\.6 \| 14\.9 \(0\.96\) \| {2}\|\n[^]*\| Caddy \| failed \|[^]*Missing: hitch\./);
  assert.doesNotMatch(written, /old/);
  assert.throws(() => withSpeed('no place', results), /has no/);
});

test('a case that is measured again takes the place of the old one, and the README says when', () => {
  const again = withAgain(results, { ...results, date: '2030-02-03', commit: 'def', mode: 'part', load: 0.2, cases: [{ ...oneCase, rounds: 9 }] });
  assert.deepEqual([again.date, again.mode, again.cases.map(({ rounds }) => rounds)], ['2030-01-02', 'full', [9]]);
  const twice = withAgain(again, { ...results, date: '2030-03-04', commit: 'ghi', mode: 'part', cases: [oneCase] });
  assert.deepEqual(twice.again?.map(({ commit }) => commit), ['ghi']);
  assert.match(withSpeed('<!-- speed: written by `npm run bench:docs` from bench/results/ -->\n<!-- /speed -->', twice), new RegExp(`Measured again by themselves: ${oneCase.name} \\(2030-03-04, commit ghi, load average 0\\.1\\)\\.`));
  assert.throws(() => withAgain(results, { ...results, cases: [{ ...oneCase, name: 'other' }] }), /--again other: not in the newest results/);
  assert.throws(() => readOptions(['--again']), /name them with --case/);
});

test('no figure in the README or its picture is older than the results (npm run bench:docs writes them)', () => {
  const newest = newestResults();
  assert.equal(newest.mode, 'full');
  assert.equal(read('README.md'), withSpeed(read('README.md'), newest));
  assert.equal(read('docs/speed.svg'), picture(newest));
});
