/** What the order of events rests on; that it tells one end from the other is tested with real sockets (transport-secure.test.ts). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BunSocket, Handlers } from '../../src/transport/bun/runtime.ts';
import { BunWire } from '../../src/transport/bun/wire.ts';

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

test('between two reads everything is told; then it is read on, unless somebody wants a pause', async () => {
  const calls: string[] = [];
  const above = { pause: () => calls.push('pause'), resume: () => calls.push('resume'), close: () => calls.push('close') } as unknown as BunSocket;
  let heard: Handlers = {};
  const below = { reload: ({ socket }: { socket: Handlers }) => { heard = socket; } } as unknown as BunSocket;
  const wire = new BunWire({ kind: 'unix', path: '/app.sock' }).open(above, 'plain');
  wire.below = below;
  const ends: string[] = [];
  wire.handler = { onData() {}, onDrain() {}, onEnd() { ends.push('end'); }, onClose(error) { ends.push(error?.code ?? 'close'); } };
  const read = (): void => { heard.data!(below, Buffer.alloc(0)); };
  wire.expectCompleteClose();
  assert.deepEqual(calls.splice(0), ['pause'], 'nothing is read while the first read is told');
  await Promise.resolve();
  assert.deepEqual(calls, [], 'microtasks run between two events of one read');
  await turn();
  assert.deepEqual(calls.splice(0), ['resume']);
  read();
  read();
  assert.deepEqual(calls.splice(0), ['pause']);
  wire.pause();
  wire.resume();
  assert.deepEqual(calls.splice(0), ['pause'], 'who wants no pause any more waits for that too');
  wire.pause();
  await turn();
  assert.deepEqual(calls.splice(0), ['pause'], 'who wants a pause resumes by itself');
  wire.resume();
  assert.deepEqual(calls.splice(0), ['resume']);
  read();
  wire.onEnd();
  assert.deepEqual(ends.splice(0), ['end'], 'an end among the bytes of a read is a complete one');
  await turn();
  calls.splice(0);
  wire.onEnd();
  assert.deepEqual(calls.splice(0), ['close']);
  wire.onClosed(undefined);
  await turn();
  assert.deepEqual(ends, ['ERR_TLS_INCOMPLETE_CLOSE'], 'any other is not');
  read();
  await turn();
  assert.deepEqual(calls, ['pause'], 'nothing is read of what is gone');
});
