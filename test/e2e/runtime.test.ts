import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { onBun, runFront, startFront } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { eventually, sleep, tempDir, within } from '../helpers/scope.ts';
import { Talk } from '../helpers/talk.ts';

/** The processes that a process has started. */
const children = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
const OTHER = onBun ? 'node' : 'bun';
const gone = (port: number): Promise<boolean> => Talk.open(port).then((talk) => { talk.drop(); return false; }, () => true);

test('--runtime serves on the other runtime and says so; a signal is passed on, and the status back', async (t) => {
  const app = await startRawApp(t, answering(reply('hello')));
  const front = await startFront(t, [app.address, '--runtime', OTHER]);
  assert.match(String(front.ready['runtime']), onBun ? /^Node \d/ : /^Bun \d/);
  assert.equal((await front.get('/')).text, 'hello');
  assert.equal(children(front.pid).length, 1);
  front.child.kill('SIGTERM');
  assert.deepEqual(await within(10_000, 'the exit', front.exited), { code: 0, signal: null });
  assert.ok(await gone(front.httpsPort));
});

test('a second signal ends it at once there too; one sent to both processes, as by Ctrl-C, is one', async (t) => {
  const app = await startRawApp(t, async (connection) => { await connection.head(); });
  const front = await startFront(t, [app.address, '--runtime', OTHER]);
  const talk = await front.talk();
  talk.say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await eventually('the request at the app', () => app.connections.length > 0);
  const [served] = children(front.pid);
  process.kill(served!, 'SIGINT');
  front.child.kill('SIGINT');
  await eventually('the door to be closed', () => gone(front.httpsPort));
  await sleep(300);
  assert.equal(front.child.exitCode, null, 'the answer under way is waited for');
  front.child.kill('SIGINT');
  assert.deepEqual(await within(10_000, 'the exit', front.exited), { code: 130, signal: null });
});

test('the front ends with its launcher, even where that one is killed; and the launcher as the front', async (t) => {
  const app = await startRawApp(t, answering(reply('hello')));
  const left = await startFront(t, [app.address, '--runtime', OTHER]);
  left.child.kill('SIGKILL');
  await eventually('the door to be closed', () => gone(left.httpsPort), 15_000);
  const killed = await startFront(t, [app.address, '--runtime', OTHER]);
  process.kill(children(killed.pid)[0]!, 'SIGKILL');
  assert.deepEqual(await within(10_000, 'the exit', killed.exited), { code: null, signal: 'SIGKILL' });
});

test('what is wrong with a call is said once, with its status', async () => {
  const { exit, stderr } = await runFront(['8000', '--runtime', OTHER, '--grace', 'soon']);
  assert.equal(exit.code, 2);
  assert.equal(stderr.match(/--grace/g)?.length, 1, stderr);
  const unknown = await runFront(['8000', '--runtime', 'deno']);
  assert.equal(unknown.exit.code, 2);
  assert.match(unknown.stderr, /--runtime is "deno"; expected auto, node or bun/);
});

test('an app that is started does not take itself for a launched front', async (t) => {
  const dir = tempDir(t);
  writeFileSync(join(dir, 'app.mjs'), `import { createServer } from 'node:http';
createServer((_, answer) => answer.end(String(process.env.SALLYPORT_LAUNCHER))).listen(Number(process.env.PORT), '127.0.0.1');`);
  const front = await startFront(t, ['run', '--runtime', OTHER, '--', process.execPath, join(dir, 'app.mjs')]);
  assert.equal((await front.get('/')).text, 'undefined');
});
