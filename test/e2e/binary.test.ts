/** The single executable, built once, and run without Node and without the package. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { frontEnv, ROOT, runFront, startFront } from '../helpers/front.ts';
import type { FrontOptions } from '../helpers/front.ts';
import { runProgram } from '../helpers/program.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { program, requires } from '../helpers/real.ts';
import { scope, tempDir } from '../helpers/scope.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

const NOBODY = 65534;

describe('npm run build:binary', () => {
  const dir = tempDir(scope());
  const sallyport = join(dir, 'bin/sallyport');
  // A folder of an app that uses Bun itself: nothing in it is for the front.
  const cwd = join(dir, 'app');
  const alone: FrontOptions = { program: [sallyport], cwd, env: { PATH: '/usr/bin:/bin' } };

  before(async () => {
    const began = performance.now();
    const { exit, stdout, stderr } = await runProgram(['npm', 'run', '--silent', 'build:binary', '--', sallyport], { cwd: ROOT, ms: 60_000 });
    assert.equal(exit.code, 0, stderr);
    assert.match(stdout, /\/bin\/sallyport: \d+ MiB, Sallyport \S+ on Bun \d/);
    console.log(`built in ${Math.round(performance.now() - began)} ms`);
    mkdirSync(cwd);
    writeFileSync(join(cwd, '.env'), 'FROM_DOTENV=1\n');
    writeFileSync(join(cwd, 'bunfig.toml'), 'preload = ["./not-there.js"]\n');
    writeFileSync(join(cwd, 'tsconfig.json'), '{ "extends": "./not-there.json" }');
  });

  test('says its version and its help, and what to put into an app', async () => {
    assert.equal((await runFront(['--version'], alone)).stdout.trim(), version);
    assert.match((await runFront(['--help'], alone)).stdout, /--runtime <name>/);
    assert.match((await runFront(['settings', 'django'], alone)).stdout, /SECURE_PROXY_SSL_HEADER/);
  });

  test('serves TLS before an app, names its runtime, and stops in order', async (t) => {
    const app = await startRawApp(t, answering(reply('hello')));
    for (const runtime of [[], ['--runtime', 'auto', '--workers', '2']]) {
      const front = await startFront(t, [app.address, ...runtime], alone);
      assert.match(String(front.ready['runtime']), /^Bun \d/);
      front.child.kill('SIGUSR1'); // would open an inspector, or end it
      assert.equal((await front.get('/')).text, 'hello');
      assert.deepEqual(await front.stop(), { code: 0, signal: null });
    }
  });

  test('is Bun, and says so where Node is asked for', async () => {
    const { exit, stderr } = await runFront(['8000', '--runtime', 'node'], alone);
    assert.equal(exit.code, 2);
    assert.match(stderr, /--runtime node: this executable has Bun inside.* leave --runtime out/);
  });

  test('shows its demo, whose page comes along', async (t) => {
    const front = await startFront(t, ['demo'], alone);
    for (const [path, holds] of [['/', '<!doctype html>'], ['/page.css', '{'], ['/page.js', 'fetch']] as const) {
      const { status, text } = await front.get(path);
      assert.equal(status, 200);
      assert.ok(text.toLowerCase().includes(holds), path);
    }
  });

  test('starts an app, which sees nothing of how the front was made', async (t) => {
    copyFileSync(join(ROOT, 'package.json'), join(cwd, 'package.json')); // an ES module
    writeFileSync(join(cwd, 'app.js'), `import { createServer } from 'node:http';
createServer((_, answer) => answer.end(JSON.stringify({ argv: process.argv, execPath: process.execPath, env: process.env }))).listen(Number(process.env.PORT), '127.0.0.1');`);
    const front = await startFront(t, ['run', '--', process.execPath, 'app.js'], alone);
    const { argv, execPath, env } = JSON.parse((await front.get('/')).text) as { argv: string[]; execPath: string; env: NodeJS.ProcessEnv };
    assert.equal(execPath, process.execPath);
    assert.deepEqual(argv.slice(1), [join(cwd, 'app.js')]);
    assert.deepEqual(Object.keys(env).filter((name) => !['PORT', 'HOST', '_', ...Object.keys(frontEnv())].includes(name)), []);
  });

  test('reads a configuration in TypeScript that imports the package', async () => {
    writeFileSync(join(cwd, 'front.config.ts'), "import { defineConfig } from 'sallyport';\nconst app: number = 8123;\nexport default defineConfig({ app });\n");
    const { exit, stdout, stderr } = await runFront(['check', '--config', 'front.config.ts'], alone);
    assert.equal(exit.code, 0, stderr);
    assert.match(stdout, /app at 127\.0\.0\.1:8123/);
  });

  test('brings its authority to the browsers of a user', { ...requires('libnss3-tools', 'util-linux'), ...(process.geteuid?.() !== 0 && { skip: 'needs root, to be a user without rights' }) }, async () => {
    const home = join(dir, 'home');
    mkdirSync(home);
    for (const path of [dir, home, join(dir, 'bin')]) chmodSync(path, 0o755);
    chownSync(home, NOBODY, NOBODY); // root would change what this machine itself believes
    const { stdout, stderr } = await runFront(['trust'], {
      ...alone, env: { ...alone.env, HOME: home, SALLYPORT_DATA_DIR: join(home, 'data') },
      as: [program('util-linux'), `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
    });
    assert.match(stdout, /✓ Chromium, Chrome, Edge and Brave/, stderr);
    assert.match(execFileSync('certutil', ['-d', `sql:${home}/.pki/nssdb`, '-L'], { encoding: 'utf8' }), /Sallyport local authority/);
  });
});

test('nothing but one module reads files of the package while it runs', () => {
  const readers = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && /import\.meta|__dirname|__filename/.test(readFileSync(join(ROOT, 'src', file), 'utf8')));
  assert.deepEqual(readers.sort(), ['cli/launch.ts', 'cli/own-files.ts', 'transport/bun/bind.ts'], 'cli/launch.ts looks for the package bun, and transport/bun/bind.ts for a module of Bun\'s own: the executable has both inside');
});
