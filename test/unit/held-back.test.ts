/** Who sends faster than the other side takes is held, whatever is between them: what waits for a slow side stays bounded. */
import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Fault } from '../../src/core/errors.ts';
import { CollectedBody } from '../../src/front/forwarding/collected-body.ts';
import { sendBody } from '../../src/front/upstream/pump.ts';
import { MemoryFront, appRoute, settings, siteSettings } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';

const MIB = 1024 * 1024;
const WEBSOCKET = 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

describe('a file', () => {
  const dir = tempDir(scope());
  const file = join(dir, 'large.bin');
  const ask = (minor = 1): { client: MemoryWire; front: MemoryFront } => {
    writeFileSync(file, Buffer.alloc(4 * MIB, 'x'));
    const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [{ kind: 'static', path: '/', dir, cacheControl: undefined, fallback: undefined, missing: '404' }] })] }));
    const client = front.client();
    client.slow = true;
    client.say(`GET /large.bin HTTP/1.${minor}\r\nHost: shop.test\r\n\r\n`);
    return { client, front };
  };
  /** Until nothing more comes for a client that takes nothing. */
  const held = async (client: MemoryWire): Promise<void> => {
    let before = -1;
    await eventually('it to be held', () => {
      const still = client.buffered > 0 && client.buffered === before;
      before = client.buffered;
      return still;
    });
  };

  it('is read no further than a little ahead of its client, and to its end when that takes it', async () => {
    const { client } = ask();
    await held(client);
    assert.ok(client.buffered < MIB, `${client.buffered} bytes wait`);
    await eventually('all of it', () => { client.drain(); return client.text.length - client.text.indexOf('\r\n\r\n') - 4 === 4 * MIB; });
  });

  it('that becomes shorter while it is sent: the client sees the cut, and no other answer in the place of the rest', async () => {
    for (const minor of [1, 0]) {
      const { client, front } = ask(minor);
      await held(client);
      truncateSync(file, MIB);
      await eventually('the end', () => { client.drain(); return client.ended || client.gone !== undefined; });
      assert.match(client.text, /\r\nContent-Length: 4194304\r\n/);
      assert.ok(client.text.length < 2 * MIB);
      client.say('GET /large.bin HTTP/1.1\r\nHost: shop.test\r\n\r\n');
      assert.equal(client.text.match(/HTTP\/1\.1 /g)?.length, 1);
      assert.ok(front.events().some(({ event, fault }) => event === 'file-trouble' || fault === 'file-trouble'));
    }
  });
});

describe('a tunnel', () => {
  for (const [slow, fast] of [['client', 'app'], ['app', 'client']] as const) {
    it(`holds the ${fast} while the ${slow} does not take what it is sent`, () => {
      const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute()] })] }));
      const client = front.client();
      client.say(WEBSOCKET);
      const app = front.app();
      app.say(SWITCH);
      const ends = { client, app };
      ends[slow].slow = true;
      for (let i = 0; i < 100 && !ends[fast].paused; i++) ends[fast].say('x'.repeat(16_000));
      assert.equal(ends[fast].paused, true);
      assert.ok(ends[slow].buffered < 200_000);
      ends[slow].drain();
      assert.equal(ends[fast].paused, false);
    });
  }
});

describe('a body that is collected', () => {
  it('comes no faster than the disk takes it', async (t) => {
    let room = 0;
    const body = new CollectedBody(100 * MIB, (fault) => { throw fault; }, () => { room++; });
    t.after(() => { body.dispose(); });
    const piece = Buffer.alloc(64 * 1024, 'x');
    let taken = 1;
    while (body.add(piece) && taken < 100) taken++; // in one turn of the loop: nothing of it is on the disk yet
    assert.ok(taken < 12, `${taken} pieces of 64 KiB wait`);
    await body.settled();
    assert.ok(room > 0, 'and goes on when it has');
    assert.equal(body.size, taken * piece.length);
    const back = Buffer.alloc(10);
    assert.equal(await body.readAt(body.size - 10, back), 10);
    assert.equal(back.toString(), 'x'.repeat(10));
  });

  it('holds its client meanwhile, and is the app\'s whole', async () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute()] })] }));
    const client = front.client();
    client.say(`POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: ${2 * MIB}\r\n\r\n`);
    let held = 0;
    for (let sent = 0; sent < 2 * MIB; sent += 64 * 1024) {
      client.say('x'.repeat(64 * 1024));
      if (!client.paused) continue;
      held++;
      await eventually('the disk', () => !client.paused);
    }
    assert.ok(held > 0);
    await eventually('the app to be asked', () => front.transport.made.length === 1);
    const app = front.app();
    await eventually('all of it', () => app.text.length - app.text.indexOf('\r\n\r\n') - 4 === 2 * MIB);
  });

  it('that the disk does not give back is never ended as if it were whole', async () => {
    let ended = 0;
    const fault = await new Promise<Fault>((resolve) => {
      const body = { size: 9, memory: undefined, settled: () => Promise.resolve(), readAt: () => Promise.resolve(0) };
      sendBody(body as unknown as CollectedBody, { content: () => true, endContent: () => { ended++; } }, resolve);
    });
    assert.deepEqual([fault.code, ended], ['disk-trouble', 0]);
  });
});
