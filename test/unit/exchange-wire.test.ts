import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { Wire } from '../../src/transport/wire.ts';
import { eventually, sleep, within } from '../helpers/scope.ts';
import { openDoor } from '../helpers/wires.ts';

/** A wire to a client that reads only when it is told to. */
async function stalled(test: TestContext): Promise<{ wire: Wire; client: Socket; drained: () => number }> {
  const door = await openDoor(test);
  const client = connect({ host: '127.0.0.1', port: door.port });
  client.pause();
  test.after(() => { client.destroy(); });
  const { wire, seen } = await door.next();
  return { wire, client, drained: () => seen.calls.filter((call) => call === 'drain').length };
}

describe('a wire whose client is slow', () => {
  it('owes a drain to whoever was told to wait, whatever small thing is written in between', async (test) => {
    // The later write found little waiting and took the debt back: an answer held until the drain was held for ever.
    const { wire, client, drained } = await stalled(test);
    const piece = Buffer.alloc(8 * 1024 * 1024);
    assert.equal(wire.write(piece), false);
    assert.equal(wire.write('x'.repeat(1000)), false);
    let read = 0;
    client.on('data', (bytes: Buffer) => { read += bytes.length; });
    client.resume();
    // The first write has left and the second has not, for a moment; it is played here, as it cannot be waited for.
    const { socket } = wire as unknown as { socket: Socket };
    Object.defineProperty(socket, 'writableLength', { configurable: true, get: () => 1000 });
    wire.write('y');
    delete (socket as { writableLength?: number }).writableLength;
    await eventually('the drain', () => drained() > 0);
    await eventually('all of it', () => read === piece.length + 1001);
  });

  it('can still be reset after its end was asked for, as long as something waits to be sent', async (test) => {
    // An end behind megabytes was taken for a shutdown under way: the socket was closed in order, and half an answer looked whole.
    // At once: a client that has waited with bytes unread is told of a RST as of an end by Node 20.
    const door = await openDoor(test, { handler: (wire) => {
      wire.write(Buffer.alloc(32 * 1024 * 1024));
      wire.end();
      wire.reset();
    } });
    const client = connect({ host: '127.0.0.1', port: door.port });
    test.after(() => { client.destroy(); });
    client.resume();
    const how = await within(5000, 'the client to see the end', Promise.race([
      once(client, 'end').then(() => 'end'), once(client, 'error').then(([error]: NodeJS.ErrnoException[]) => error!.code),
    ]).catch((error: NodeJS.ErrnoException) => error.code));
    assert.equal(how, 'ECONNRESET');
  });

  it('says that something is taken long before a large write is through', async (test) => {
    // What waited was counted in whole writes: a client that took a megabyte in more than the send timeout was dropped while it read.
    const { wire, client } = await stalled(test);
    wire.write(Buffer.alloc(32 * 1024 * 1024));
    await sleep(50);
    const before = wire.taken;
    const waiting = wire.buffered;
    client.on('data', () => {
      client.pause();
      setTimeout(() => { client.resume(); }, 1);
    });
    client.resume();
    await eventually('something to be taken', () => wire.taken > before);
    assert.ok(wire.buffered > waiting / 2, 'and all of it is not through');
  });
});
