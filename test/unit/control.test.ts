import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { controlFolder, socketOf } from '../../src/cli/control/place.ts';
import { openControl } from '../../src/cli/control/server.ts';
import { tellFront } from '../../src/cli/control/tell.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

const place = (t: TestContext): { env: NodeJS.ProcessEnv; terminal: Terminal; said: string[] } => {
  const dir = mkdtempSync(join(tmpdir(), 'sp-'));
  t.after(() => { rmSync(dir, { recursive: true, force: true }); });
  const env = { SALLYPORT_DATA_DIR: dir };
  const said: string[] = [];
  return { env, said, terminal: { out: (text) => { said.push(text); }, err: () => undefined, interactive: false, cwd: dir, env } };
};
const COMMANDS = { call: () => '8000 --log-file x', reopen: () => 'done', bad: () => { throw new Error('no room'); } };

test('a running front is found and told, and what it says is printed', async (t) => {
  const { env, said, terminal } = place(t);
  const control = await openControl(COMMANDS, env);
  t.after(() => { control.close(); });
  assert.equal(await tellFront('reopen', {}, terminal), 0);
  assert.deepEqual(said, ['done\n']);
  await assert.rejects(tellFront('bad', {}, terminal), /^RunError: no room/);
  await assert.rejects(tellFront('dance', {}, terminal), /knows no command "dance"; it knows call, reopen, bad/);
  await assert.rejects(tellFront('reopen', { pid: '1' }, terminal), new RegExp(`number 1\\. There are:\\n  ${process.pid}  sallyport 8000 --log-file x`));
  assert.equal(statSync(controlFolder(env)).mode & 0o077, 0, 'others may not even come near');
});

test('what is no command is answered or dropped, and harms nobody', async (t) => {
  const { env, terminal } = place(t);
  const control = await openControl(COMMANDS, env);
  t.after(() => { control.close(); });
  for (const [bytes, expected] of [['x\n', /"ok":false/], ['{"do":"constructor"}\n', /knows no command/], ['null\n', /"ok":false/], ['a'.repeat(5000), /^$/]] as const) {
    const socket = connect({ path: control.path }).setEncoding('utf8');
    let got = '';
    socket.on('data', (text: string) => { got += text; }).on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    assert.match(got, expected);
  }
  assert.equal(await tellFront('reopen', {}, terminal), 0);
});

test('the socket of a front that was killed is cleared away; without a front that is said, with where it was looked for', async (t) => {
  const { env, terminal } = place(t);
  await assert.rejects(tellFront('reopen', {}, terminal), /No front is running.*control.*SALLYPORT_DATA_DIR/);
  const control = await openControl(COMMANDS, env);
  control.close();
  // A bound socket that nobody listens on any more: its file stays.
  const folder = controlFolder(env);
  const stale = createServer().listen(socketOf(folder, 999_999));
  await once(stale, 'listening');
  (stale as unknown as { _handle: { unref(): void } })._handle.unref();
  await new Promise((resolve) => { stale.close(resolve); });
  await assert.rejects(tellFront('reopen', {}, terminal), /No front is running/);
  assert.deepEqual(readdirSync(folder), []);
});

test('a folder that others may enter is not used', async (t) => {
  const { env } = place(t);
  (await openControl(COMMANDS, env)).close();
  chmodSync(controlFolder(env), 0o755);
  await assert.rejects(openControl(COMMANDS, env), /chmod 700/);
});

test('a data directory too deep for a socket\'s path gets a folder elsewhere', () => {
  const folder = controlFolder({ SALLYPORT_DATA_DIR: `/tmp/${'d'.repeat(120)}` });
  assert.ok(folder.startsWith(tmpdir()) && Buffer.byteLength(socketOf(folder, 4_194_304)) < 104, folder);
});
