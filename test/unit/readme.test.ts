/** What the documents say of the program is so: its flags, its scripts, its files. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { createJudge } from '../../src/app/judge.ts';
import { addSettingsFlags } from '../../src/cli/app-settings.ts';
import { addFlags } from '../../src/cli/flags.ts';
import { main } from '../../src/cli/program.ts';
import { configSchema } from '../../src/config/schema/schema.ts';
import { configTypes } from '../../scripts/config-types.ts';
import { withFlags } from '../../scripts/readme-flags.ts';
import { settingsPage } from '../../scripts/settings-page.ts';
import { pageNames } from '../helpers/docs-page.ts';
import { tempDir } from '../helpers/scope.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string>; bin: { sallyport: string }; files: string[]; engines: { node: string } };
const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...pageNames().map((name) => `docs/${name}.md`)];

test('the README has every flag, in the words of the help (npm run docs writes them)', () => {
  const readme = read('README.md');
  assert.equal(readme, withFlags(readme));
  for (const { flags } of addFlags(new Command()).options) assert.ok(readme.includes(`| \`${flags.replaceAll('|', '\\|')}\` |`), flags);
});

for (const name of DOCUMENTS) {
  test(`${name} names no file, script, command or flag that is not there`, () => {
    assert.ok(existsSync(join(ROOT, name)), `${name} is missing`);
    const text = read(name);
    const wrong: string[] = [];
    for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (!/^(https?|mailto):/.test(target!) && !existsSync(join(ROOT, dirname(name), target!))) wrong.push(`link to ${target}`);
    }
    for (const [, path] of text.matchAll(/`((?:src|test|docs|bench|examples|scripts|bin|\.ci)\/[\w./-]*)`/g)) {
      if (!existsSync(join(ROOT, path!))) wrong.push(path!);
    }
    for (const [, script] of text.matchAll(/npm run ([\w:-]+)/g)) if (!(script! in manifest.scripts)) wrong.push(`npm run ${script}`);
    const flags = new Set(addFlags(new Command()).options.map(({ long }) => long));
    const ofSettings = new Set(addSettingsFlags(new Command()).options.map(({ long }) => long));
    for (const [, call] of text.matchAll(/(?:npx sallyport|bin\/sallyport\.js|^sallyport) ([^\n`#]*)/gm)) {
      for (const [flag] of call!.replace(/ -- .*/, '').matchAll(/(?<![\w-])--[a-z][\w-]*/g)) if (!(call!.startsWith('settings') ? ofSettings : flags).has(flag) && flag !== '--help' && flag !== '--version') wrong.push(`sallyport ${call}: ${flag}`);
    }
    assert.deepEqual(wrong, []);
  });
}

test('the configuration in the README is right', async (t) => {
  const [, code] = /```ts\n(\/\/ sallyport\.config\.ts\n[^]*?)```/.exec(read('README.md')) ?? [];
  const cwd = tempDir(t);
  mkdirSync(join(cwd, 'media'));
  writeFileSync(join(cwd, 'sallyport.config.ts'), code ?? '');
  let said = '';
  const say = (text: string): void => { said += text; };
  assert.equal(await main(['check'], { out: say, err: say, interactive: false, cwd, env: {} }), 0, said);
  assert.match(said, /site shop\.localhost[^]*\/media\/ +files in [^]*site blog\.localhost[^]*scheme +\/feed\/ http, all else https/);
});

test('the README has a line for every profile', () => {
  const { speaks } = configSchema.shape;
  for (const profile of speaks.unwrap().options) assert.ok(read('README.md').includes(`| \`${profile}\``), profile);
});

test('what editors show of a configuration is what the schema says (npm run docs writes it)', () => {
  assert.equal(read('src/config/types.ts'), configTypes());
});

test('docs/settings.md is what the command says (npm run docs writes it)', () => {
  assert.equal(read('docs/settings.md'), settingsPage());
});

test('docs/app.md names every option of the app\'s half', () => {
  const said = /expected one of (.*)\./.exec(String(assertThrown(() => createJudge({ nothing: true } as never))))?.[1] ?? '';
  assert.match(said, /trust/);
  for (const option of said.split(', ')) assert.match(read('docs/app.md'), new RegExp(`^\\| [^|]*\`${option}\``, 'm'), option);
});

const assertThrown = (run: () => unknown): unknown => {
  try { run(); } catch (error) { return error; }
  return assert.fail('nothing was thrown');
};

test('the package ships what it runs with', () => {
  assert.ok(existsSync(join(ROOT, manifest.bin.sallyport)));
  for (const path of manifest.files.filter((path) => !path.startsWith('!') && path !== 'dist')) assert.ok(existsSync(join(ROOT, path)), path);
  for (const name of ['build', 'typecheck', 'lint', 'test', 'test:unit', 'test:e2e', 'start']) assert.ok(name in manifest.scripts, name);
});
