import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { descriptors, isNewEnough, serveElsewhere } from '../../src/cli/launch.ts';
import { RunError, type Terminal } from '../../src/cli/terminal.ts';
import { tempDir } from '../helpers/scope.ts';
import { onBun } from '../helpers/transport.ts';

test('a Bun that is too old, or a package whose program was never put in place, is not taken', (t) => {
  const file = join(tempDir(t), 'bun');
  for (const [said, enough] of [['1.4.5', true], ['1.4.10', true], ['2.0.0', true], ['1.4.4', false], ['0.9.9', false], ['Error: postinstall', false]] as const) {
    writeFileSync(file, `#!/bin/sh\necho '${said}'\n`);
    chmodSync(file, 0o755);
    assert.equal(isNewEnough(file), enough, said);
  }
  assert.equal(isNewEnough(join(tempDir(t), 'nothing')), false);
});

test('sockets of a service manager are passed on, those that were meant for another process are not', () => {
  assert.deepEqual(descriptors({}), ['inherit', 'inherit', 'inherit']);
  assert.deepEqual(descriptors({ LISTEN_PID: String(process.pid), LISTEN_FDS: '2' }), ['inherit', 'inherit', 'inherit', 3, 4]);
  assert.throws(() => descriptors({ LISTEN_PID: String(process.pid), LISTEN_FDS: 'many' }), /expected how many sockets/);
  assert.deepEqual(descriptors({ LISTEN_PID: '1', LISTEN_FDS: '2' }), ['inherit', 'inherit', 'inherit']);
});

test('without --runtime, and where it names the one at hand, this process serves', async () => {
  const terminal: Terminal = { out: () => {}, err: () => {}, interactive: false, cwd: '/', env: { PATH: '' } };
  for (const wanted of [undefined, onBun ? 'bun' : 'node']) assert.equal(await serveElsewhere(wanted, [], terminal), undefined);
  await assert.rejects(serveElsewhere('deno', [], terminal), (error) => error instanceof RunError && error.status === 2 && /expected auto, node or bun/.test(error.message));
  if (onBun) await assert.rejects(serveElsewhere('node', [], terminal), /--runtime node: there is none; expected node on the PATH/);
});
