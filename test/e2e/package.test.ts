/** The package as npm packs it, in a project of its own, with the dependencies it names and no other. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fetchOnce } from '../helpers/client.ts';
import { authority, frontEnv, ROOT } from '../helpers/front.ts';
import { runProgram, startProgram } from '../helpers/program.ts';
import { scope, tempDir } from '../helpers/scope.ts';

interface Lock { readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>> }

describe('the package', () => {
  const ends = scope();
  const project = tempDir(ends);
  const own = join(project, 'node_modules/sallyport');
  const bin = join(project, 'node_modules/.bin/sallyport');
  let files: string[] = [];

  before(() => {
    const [packed] = JSON.parse(execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })) as [{ filename: string; files: { path: string }[] }];
    files = packed.files.map(({ path }) => path);
    mkdirSync(own, { recursive: true });
    execFileSync('tar', ['-xzf', join(project, packed.filename), '--strip-components=1', '-C', own]);
    // Copies: a link would lead Node to the checkout's own folder, where the development's packages are too.
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    for (const [path, { dev, optional }] of Object.entries(packages)) {
      if (path === '' || dev === true || (optional === true && !existsSync(join(ROOT, path)))) continue;
      cpSync(join(ROOT, path), join(project, path), { recursive: true });
    }
    mkdirSync(dirname(bin), { recursive: true });
    symlinkSync('../sallyport/bin/sallyport.js', bin);
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  });

  test('holds what runs, and neither sources nor tests', () => {
    for (const path of ['bin/sallyport.js', 'dist/index.js', 'dist/index.d.ts', 'dist/schema.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'package.json']) assert.ok(files.includes(path), path);
    assert.deepEqual(files.filter((path) => !/^(bin|dist|docs|examples)\/|^[A-Z]+\.md$|^LICENSE$|^package\.json$/.test(path)), []);
    assert.deepEqual(files.filter((path) => path.endsWith('.map')), [], 'maps of sources that are not there');
    // The program's own modules are in a few files that the bundler names; what they are made of is not there twice.
    const bundled = /^dist\/cli\/[\w-]+-[A-Z0-9]{8}\.js$/;
    assert.ok(!files.includes('dist/cli/program.js') && files.includes('dist/cli/LICENSES.txt'));
    for (const path of files.filter((path) => /^dist\/.*\.js$/.test(path) && !bundled.test(path))) assert.ok(existsSync(join(ROOT, path.replace(/^dist(.*)\.js$/, 'src$1.ts'))) || existsSync(join(ROOT, path.replace(/^dist/, 'src'))), `${path} has no source any more`);
  });

  test('runs by its name', async () => {
    const { exit, stdout } = await runProgram([bin, '--version'], { cwd: project, env: frontEnv() });
    assert.equal(exit.code, 0);
    assert.equal(stdout.trim(), (JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as { version: string }).version);
  });

  test('shows its demo', async (t) => {
    const demo = startProgram(t, [bin, 'demo', '--https', '127.0.0.1:0', '--http', '127.0.0.1:0', '--log', 'json'], { cwd: project, env: frontEnv() });
    const [, https] = await demo.prints(/"event":"ready","https":"([^"]+)"/);
    const page = await fetchOnce(`${https}/`, { ca: authority() });
    assert.equal(page.status, 200);
    assert.match(page.text, /Sallyport/);
    assert.deepEqual(await demo.stop('SIGINT'), { code: 0, signal: null });
  });

  test('reads a TypeScript configuration that imports it, and gives programs its schema', async () => {
    writeFileSync(join(project, 'sallyport.config.ts'), "import { defineConfig, type Config } from 'sallyport';\nconst config: Config = { app: 8123 };\nexport default defineConfig(config);\n");
    const { exit, stdout, stderr } = await runProgram([bin, 'check'], { cwd: project, env: frontEnv() });
    assert.equal(exit.code, 0, stderr);
    assert.match(stdout, /app at 127\.0\.0\.1:8123/);
    writeFileSync(join(project, 'uses.mjs'), "import { defineConfig } from 'sallyport';\nimport { createRequire } from 'node:module';\n"
      + "console.log(defineConfig({ app: 1 }).app, createRequire(import.meta.url)('sallyport/schema.json').title);\n");
    assert.equal((await runProgram([process.execPath, 'uses.mjs'], { cwd: project, env: frontEnv() })).stdout, '1 Sallyport configuration\n');
  });

  test('types a configuration for whoever has strict TypeScript and nothing else', async () => {
    writeFileSync(join(project, 'typed.ts'), "import { defineConfig } from 'sallyport';\nexport default defineConfig({ app: 8000, trust: ['loopback'], scheme: { '/': 'either' } } as const);\n"
      + '// @ts-expect-error no such policy\ndefineConfig({ app: 1, scheme: { "/": "both" } });\n');
    writeFileSync(join(project, 'tsconfig.json'), '{ "compilerOptions": { "noEmit": true, "strict": true, "exactOptionalPropertyTypes": true, "skipLibCheck": false, "module": "nodenext", "target": "es2022", "types": [] }, "files": ["typed.ts"] }');
    const { exit, stdout } = await runProgram([process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], { cwd: project, env: frontEnv() });
    assert.deepEqual([exit.code, stdout], [0, '']);
  });
});
