// Runs the named groups of tests (folders of test/) on both runtimes, single files on Node; TypeScript goes through tsx.
// Usage: node scripts/test.mjs [--runtime=node|bun] unit wire fuzz types e2e | node scripts/test.mjs test/unit/some.test.ts
// `fuzz` alone takes longer; `fuzz --inputs N` is scripts/fuzz.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const find = (dir) => readdirSync(dir).flatMap((name) => {
  const path = join(dir, name);
  return statSync(path).isDirectory() ? find(path) : name.endsWith('.test.ts') ? [path] : [];
});

/** What is about Node, or about a client that Bun is not. Each with its reason. */
const NODE_ONLY = [
  'unit/certs-local.test.ts', // its clients would be BoringSSL's, which takes no address in a Name Constraint
];

/** What goes end to end on Bun as well whenever everything is tested: what sockets, TLS and bytes can differ in. The rest by `npm run test:bun`, which takes as long again. */
const BUN_TOO = [
  'admin', 'app-trouble', 'bodies', 'client-certificates', 'descriptors', 'doors', 'exchange', 'faults', 'handshakes', 'live',
  'memory', 'proxy-protocol', 'slow-clients', 'static', 'stopping', 'tls-upstreams', 'trusted-proxies', 'truth', 'uwsgi',
  'websocket',
].map((name) => `e2e/${name}.test.ts`);

const words = process.argv.slice(2);
if (words[0] === 'fuzz' && words.length > 1 && !words[1].startsWith('--runtime=')) process.exit(spawnSync(process.execPath, [join(root, 'scripts/fuzz.mjs'), ...words.slice(1)], { stdio: 'inherit', cwd: root }).status ?? 1);
if (words.join() === 'fuzz') process.env.FUZZ_SECONDS ??= '60'; // for each fuzzer that counts in seconds
const runtime = words.find((word) => word.startsWith('--runtime='))?.slice('--runtime='.length);
const asked = words.filter((word) => !word.startsWith('--'));
const files = asked.flatMap((what) => {
  if (what.endsWith('.ts')) return [what];
  const dir = join(root, 'test', what);
  return existsSync(dir) ? find(dir) : [];
});
if (files.length === 0) {
  console.error(`scripts/test.mjs: no test files for: ${asked.join(' ') || '(nothing named)'}`);
  process.exit(1);
}

const notes = mkdtempSync(join(tmpdir(), 'sallyport-tests-'));
process.env.TEST_FAILURES = join(notes, 'failures');
/** What did not pass, for the end of the log. */
const failures = [];
const run = (command, args, env = process.env) => spawnSync(command, args, { stdio: 'inherit', cwd: root, env }).status ?? 1;
// Three at a time on two cores: end-to-end tests wait for servers of their own to start, and for time to pass.
const onNode = (some, env) => run(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=3', '--test-reporter=./scripts/test-reporter.mjs', ...some], env);

/** Bun runs the tests of the parts itself; end to end it runs the program, and Node the clients and the tests. */
const onBun = (some) => {
  const endToEnd = some.filter((file) => /(?:^|\/)e2e\//.test(file));
  const whole = runtime === 'bun' ? endToEnd : endToEnd.filter((file) => BUN_TOO.some((too) => file.endsWith(too)));
  const parts = some.filter((file) => !endToEnd.includes(file) && !NODE_ONLY.some((only) => file.endsWith(only)));
  let status = 0;
  // Each file by itself, as Node runs them. `bun test` takes a word for a filter unless it is a path.
  if (parts.length > 0) status = run(join(root, 'node_modules/.bin/bun'), ['test', '--parallel=2', '--only-failures', '--timeout', '60000', ...parts.map((file) => file.startsWith('/') ? file : `./${file}`)]);
  if (status !== 0) failures.push('on Bun, the parts: see above');
  if (whole.length > 0) status = onNode(whole, { ...process.env, SALLYPORT_TEST_RUNTIME: 'bun' }) || status;
  return status;
};

const both = runtime === undefined && asked.some((what) => !what.endsWith('.ts'));
let status = 0;
if (runtime !== 'bun') status = onNode(files) || status;
if (both || runtime === 'bun') status = onBun(files) || status;
if (existsSync(process.env.TEST_FAILURES)) failures.push(...readFileSync(process.env.TEST_FAILURES, 'utf8').trimEnd().split('\n'));
rmSync(notes, { recursive: true });
console.log(status === 0 ? 'All of it passed.' : ['Did not pass:', ...failures].join('\n  '));
process.exit(status);
