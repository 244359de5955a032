/** What the order of events rests on; that it tells one end from the other is tested with real sockets (transport-secure.test.ts). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EndWatch } from '../../src/transport/bun/end-watch.ts';
import type { BunSocket, Handlers } from '../../src/transport/bun/runtime.ts';
import type { BunWire } from '../../src/transport/bun/wire.ts';

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

test('between two reads everything is told; then it is read on, unless somebody wants a pause', async () => {
  const calls: string[] = [];
  const above = { pause: () => calls.push('pause'), resume: () => calls.push('resume') } as unknown as BunSocket;
  let heard: Handlers = {};
  const below = { reload: ({ socket }: { socket: Handlers }) => { heard = socket; } } as unknown as BunSocket;
  const wire = { gone: false, paused: false };
  const read = (): void => { heard.data!(below, Buffer.alloc(0)); };
  const watch = new EndWatch(wire as BunWire, below, above);
  assert.deepEqual([calls.splice(0), watch.telling], [['pause'], true], 'nothing is read while the first read is told');
  await Promise.resolve();
  assert.equal(watch.telling, true, 'microtasks run between two events of one read');
  await turn();
  assert.deepEqual([calls.splice(0), watch.telling], [['resume'], false]);
  read();
  read();
  assert.deepEqual([calls.splice(0), watch.telling], [['pause'], true]);
  wire.paused = true;
  await turn();
  assert.deepEqual([calls.splice(0), watch.telling], [[], false], 'who wants a pause resumes by itself');
  wire.paused = false;
  wire.gone = true;
  read();
  await turn();
  assert.deepEqual(calls, ['pause']);
});
