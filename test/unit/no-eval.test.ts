/** No shell and no eval, in everything that runs: a name of a client's that reached either would be a program. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ESLint, Linter } from 'eslint';
import { ROOT } from '../helpers/front.ts';

const RULES = ['no-eval', 'no-new-func', 'no-implied-eval', 'no-restricted-syntax'];

/** Each of these would run text as a program, or as code. */
const WAYS = [
  'import { exec } from "node:child_process"; exec("ls");',
  'import { execSync } from "node:child_process"; execSync("ls");',
  'import { exec as run } from "child_process"; run("ls");',
  'import * as processes from "node:child_process"; processes.exec("ls");',
  'import processes from "node:child_process"; processes.exec("ls");',
  'const processes = await import("node:child_process"); processes.exec("ls");',
  'import { spawn } from "node:child_process"; spawn("ls", { shell: true });',
  'import { execFileSync } from "node:child_process"; execFileSync("ls", [], { shell: "/bin/sh" });',
  'import { spawn } from "node:child_process"; spawn("sh", ["-c", "ls"]);',
  'import { spawn } from "node:child_process"; spawn("/bin/bash", ["-c", "ls"]);',
  'import vm from "node:vm"; vm.runInNewContext("1");',
  'import { Script } from "vm"; new Script("1");',
  'eval("1");',
  'globalThis.eval("1");',
  'new Function("return 1")();',
  'setTimeout("1");',
];

test('the linter refuses every way to a shell and to code made of text, in every room', async () => {
  const eslint = new ESLint({ cwd: ROOT });
  const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((one) => one.isDirectory()).map(({ name }) => name);
  assert.ok(rooms.length >= 6);
  for (const room of rooms) {
    const { rules } = await eslint.calculateConfigForFile(join(ROOT, 'src', room, 'any.ts')) as { rules: Linter.RulesRecord };
    const own = Object.fromEntries(RULES.map((name) => [name, rules[name]])) as Linter.RulesRecord;
    const refused = (code: string): boolean => {
      const found = new Linter().verify(code, { languageOptions: { globals: { setTimeout: 'readonly', globalThis: 'readonly' } }, rules: own });
      assert.deepEqual(found.filter(({ fatal }) => fatal), [], code);
      return found.length > 0;
    };
    for (const code of WAYS) assert.equal(refused(code), true, `${room}: ${code}`);
    assert.equal(refused('import { spawn } from "node:child_process"; spawn("ls", ["-l"]);'), false);
  }
});

test('no line of the sources turns the linter off', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  assert.ok(files.length > 100);
  for (const name of files) assert.doesNotMatch(readFileSync(join(ROOT, 'src', name), 'utf8'), /eslint-disable/, name);
});
