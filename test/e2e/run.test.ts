import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runFront, startFront } from '../helpers/front.ts';
import { gunicornCommand, SITE } from '../helpers/gunicorn.ts';
import { program, requires } from '../helpers/real.ts';
import { eventually, tempDir, within } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';

const alive = (pid: number): boolean => { try { process.kill(pid, 0); return true; } catch { return false; } };

describe('sallyport run -- gunicorn', requires('gunicorn', 'python3-django', 'procps'), () => {
  test('starts the app on a free loopback port, fronts it, passes its output on, and ends with it', async (t) => {
    const { command, env } = await gunicornCommand(t, { site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO' } });
    const front = await startFront(t, ['run', '--', ...command.slice(0, -1), '--bind', '{host}:{port}', 'wsgi:application'], { env, cwd: SITE });
    const told = (await front.get('/truth')).json<Told>();
    assert.equal(told.secure, true);
    assert.match(front.stdout() + front.stderr(), /Booting worker with pid: (\d+)/);
    assert.doesNotMatch(front.stdout() + front.stderr(), /can forge/, 'loopback alone needs no warning');
    const workers = [...(front.stdout() + front.stderr()).matchAll(/Booting worker with pid: (\d+)/g)].map(([, pid]) => Number(pid));
    const master = Number(execFileSync(program('procps'), ['-o', 'ppid=', '-p', String(workers[0])]).toString());
    assert.ok(alive(master));
    // The signal reaches the app too: nothing is left behind.
    assert.equal((await front.stop('SIGTERM')).code, 0);
    await eventually('the app to be gone', () => [master, ...workers].every((pid) => !alive(pid)));
  });

  // Gunicorn with PORT in its environment binds every address: whoever reaches it there can forge everything.
  test('warns where the app turns out to listen on more than loopback', async (t) => {
    const { command, env } = await gunicornCommand(t, { workers: 1 });
    // In a network of its own, where that is possible, so that no other machine can reach it meanwhile.
    const apart = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', '--'];
    const possible = spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
    const front = await startFront(t, ['run', '--', ...command], { env, cwd: SITE, ...(possible ? { as: apart } : {}) });
    await front.prints(/0\.0\.0\.0:\d+/);
    await front.prints(/listens on [^\n]*0\.0\.0\.0:\d+[^\n]*forge/);
    await front.stop();
  });

  test('an app that ends takes the front with it, and the status says so', async (t) => {
    const { command, env } = await gunicornCommand(t, { workers: 1 });
    const front = await startFront(t, ['run', '--', ...command.slice(0, -1), '--bind', '{host}:{port}', 'wsgi:application'], { env, cwd: SITE });
    const worker = Number(/Booting worker with pid: (\d+)/.exec(front.stdout() + front.stderr())?.[1]);
    const master = Number(execFileSync(program('procps'), ['-o', 'ppid=', '-p', String(worker)]).toString());
    process.kill(master, 'SIGKILL');
    const exit = await within(5000, 'the front to end with its app', front.exited);
    assert.equal(exit.code, 1);
    await eventually('the worker to be gone', () => !alive(worker)); // its master had no chance to end it
  });
});

test('PORT and HOST are in the app\'s environment, and {port} and {host} in its arguments', async (t) => {
  const script = join(tempDir(t), 'app.mjs');
  writeFileSync(script, 'import { createServer } from "node:http"; console.log("hello from the app"); console.error("and from its stderr");\n'
    + 'createServer((q, a) => a.end(JSON.stringify([process.env.HOST, process.env.PORT, ...process.argv.slice(2)]))).listen(Number(process.env.PORT), process.env.HOST);');
  const front = await startFront(t, ['run', '--', process.execPath, script, '--at={host}:{port}', '{port}', '--https', 'for the app']);
  const [host, port, ...args] = (await front.get('/')).json<string[]>();
  assert.equal(host, '127.0.0.1');
  assert.deepEqual(args, [`--at=127.0.0.1:${port}`, port, '--https', 'for the app']);
  await front.prints(/hello from the app/);
  await front.prints(/and from its stderr/);
});

test('the app gets SIGINT as SIGINT, and its time to end', async (t) => {
  const script = join(tempDir(t), 'app.mjs');
  writeFileSync(script, 'import { createServer } from "node:http"; const s = createServer((q, a) => a.end("x")).listen(Number(process.env.PORT), process.env.HOST);\n'
    + 'process.on("SIGINT", () => { console.log("app: SIGINT"); s.close(); s.closeAllConnections(); setTimeout(() => console.log("app: done"), 300); });');
  const front = await startFront(t, ['run', '--', process.execPath, script]);
  const exit = await front.stop('SIGINT');
  assert.equal(exit.code, 0);
  assert.match(front.stdout() + front.stderr(), /app: SIGINT[^]*app: done/);
});

test('an app that cannot be started, or ends before it listens, is said plainly', async () => {
  const missing = await runFront(['run', '--https', '127.0.0.1:0', '--http', 'off', '--', '/no/such/program']);
  assert.ok(missing.exit.code === 1 || missing.exit.code === 2);
  assert.match(missing.stderr + missing.stdout, /\/no\/such\/program/);
  const ended = await runFront(['run', '--https', '127.0.0.1:0', '--http', 'off', '--', process.execPath, '-e', 'process.exit(7)']);
  assert.equal(ended.exit.code, 1);
  assert.match(ended.stderr + ended.stdout, /7/);
  const nothing = await runFront(['run']);
  assert.equal(nothing.exit.code, 2);
});
