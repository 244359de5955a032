// Runs the named groups of tests (folders of test/) with Node's own runner; TypeScript goes through tsx.
// Usage: node scripts/test.mjs unit wire fuzz types e2e | node scripts/test.mjs test/unit/some.test.ts
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const find = (dir) => readdirSync(dir).flatMap((name) => {
  const path = join(dir, name);
  return statSync(path).isDirectory() ? find(path) : name.endsWith('.test.ts') ? [path] : [];
});

const asked = process.argv.slice(2);
const files = asked.flatMap((what) => {
  if (what.endsWith('.ts')) return [what];
  const dir = join(root, 'test', what);
  return existsSync(dir) ? find(dir) : [];
});
if (files.length === 0) {
  console.error(`scripts/test.mjs: no test files for: ${asked.join(' ') || '(nothing named)'}`);
  process.exit(1);
}
// Two at a time: the machines that run this have two cores, and end-to-end tests each start servers of their own.
const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=2', ...files], { stdio: 'inherit', cwd: root });
process.exit(status ?? 1);
