/** How many requests an app has at once, who waits, and how many clients may connect. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_TIMEOUTS, DEFAULT_UPSTREAM } from '../../src/config/defaults.ts';
import type { AppRoute, UpstreamSettings } from '../../src/config/settings/settings.ts';
import { createCrowd } from '../../src/front/doors/crowd.ts';
import { Fellows } from '../../src/front/fellows.ts';
import { createLog } from '../../src/front/log/index.ts';
import { Counters } from '../../src/front/metrics/counters.ts';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';
import { turn } from '../helpers/node-http.ts';

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const ok = (body = 'fine', more = ''): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n';

class Limited extends MemoryFront {
  constructor(limits: Partial<UpstreamSettings>, route: Partial<AppRoute> = {}, fellows?: Fellows) {
    super(settings({ timeouts: { ...DEFAULT_TIMEOUTS, queue: 5_000 }, sites: [siteSettings({ routes: [appRoute({ ...route, app: upstream(limits) })] })] }), fellows && { fellows });
  }

  ask(text: string): MemoryWire {
    const client = this.client();
    client.say(text);
    return client;
  }

  get places(): { readonly taken: number; readonly waiting: number } {
    const lead = this.context.sites.pick('shop.test')!.app('/');
    assert.ok(lead !== undefined && 'target' in lead);
    const { taken, waiting } = lead.target.upstream.places;
    return { taken, waiting };
  }

  /** The paths that the app has been asked for, in order. */
  get asked(): string[] { return this.transport.made.flatMap(({ wire }) => [...wire.text.matchAll(/^[A-Z]+ (\S+) HTTP/gm)].map(([, path]) => path!)); }
}

describe('the places of an app', () => {
  it('are given in order, and what waits does not reach the app', () => {
    const front = new Limited({ maxConcurrent: 1, queue: 5 });
    const clients = ['/1', '/2', '/3'].map((path) => front.ask(get(path)));
    const app = front.app();
    assert.deepEqual(front.asked, ['/1']);
    assert.deepEqual(front.places, { taken: 1, waiting: 2 });
    app.say(ok('one'));
    assert.deepEqual(front.asked, ['/1', '/2'], 'over the connection that the first one left');
    app.say(ok('two'));
    app.say(ok('three'));
    assert.deepEqual(clients.map(({ text }) => text.slice(text.indexOf('\r\n\r\n') + 4)), ['one', 'two', 'three']);
    assert.deepEqual(front.places, { taken: 0, waiting: 0 });
    assert.equal(front.context.clock.size, 3 + 1, 'nothing but connections is watched any more');
  });

  it('one more than may wait is answered 503 with Retry-After at once, and the log tells it once', () => {
    const front = new Limited({ maxConcurrent: 1, queue: 1 });
    front.ask(get('/1'));
    front.ask(get('/2'));
    const refused = [front.ask(get('/3')), front.ask(get('/4', 'Accept: application/json\r\n'))];
    for (const { text } of refused) assert.match(text, /^HTTP\/1\.1 503 Service Unavailable\r\n[^]*\r\nRetry-After: \d+\r\n/);
    assert.match(refused[1]!.text, /"code":"app-busy"/);
    const busy = front.events().filter(({ event }) => event === 'app-busy');
    assert.equal(busy.length, 1);
    assert.match(String(busy[0]!['message']), /1 requests run and 1 wait.*--max-concurrent.*--queue/);
  });

  it('with a queue of 0 nobody waits', () => {
    const front = new Limited({ maxConcurrent: 1, queue: 0 });
    front.ask(get('/1'));
    assert.match(front.ask(get('/2')).text, /^HTTP\/1\.1 503 /);
  });

  it('are not waited for longer than timeouts.queue', async () => {
    const front = new Limited({ maxConcurrent: 1, queue: 5 });
    front.ask(get('/1'));
    const client = front.ask(get('/2'));
    const lead = front.context.sites.pick('shop.test')!.app('/');
    assert.ok(lead !== undefined && 'target' in lead);
    const { places } = lead.target.upstream;
    assert.equal(places.deadline, front.context.clock.now + 5_000);
    front.context.clock.now += 5_001; // as its tick would have it
    places.onDeadline();
    assert.match(client.text, /^HTTP\/1\.1 503 [^]*\r\nRetry-After: /);
    assert.deepEqual(front.places, { taken: 1, waiting: 0 });
    await turn();
  });

  it('a client that leaves while it waits is taken out, and never asked for', () => {
    const front = new Limited({ maxConcurrent: 1, queue: 5 });
    front.ask(get('/1'));
    const [left, stays] = [front.ask(get('/2')), front.ask(get('/3'))];
    left.break();
    assert.deepEqual(front.places, { taken: 1, waiting: 1 });
    front.app().say(ok());
    assert.deepEqual(front.asked, ['/1', '/3']);
    assert.equal(stays.text, '');
  });

  it('bodies that wait arrive whole: collected ones, and those that are passed on as they come', () => {
    for (const streamBodies of [false, true]) {
      const front = new Limited({ maxConcurrent: 1, queue: 5 }, { streamBodies });
      front.ask(get('/1'));
      const client = front.ask('POST /2 HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 6\r\n\r\nabc');
      client.say('def');
      const app = front.app();
      app.say(ok('one', 'Connection: close\r\n'));
      const second = front.app();
      assert.notEqual(second, app, 'a POST takes a connection of its own');
      assert.match(second.text, /^POST \/2 [^]*\r\n\r\nabcdef$/, String(streamBodies));
      second.say(ok('two'));
      assert.match(client.text, /two$/);
      assert.deepEqual(front.places, { taken: 0, waiting: 0 });
    }
  });

  it('a thousand that wait for an app that is gone are all answered, one after the other', () => {
    const front = new Limited({ maxConcurrent: 1, queue: 1000 });
    const clients = Array.from({ length: 1000 }, (_, i) => front.ask(get(`/${i}`)));
    for (const { wire } of front.transport.made) wire.break('ECONNREFUSED'); // grows as each gets its turn
    for (const { text } of clients) assert.match(text, /^HTTP\/1\.1 502 /);
    assert.deepEqual(front.places, { taken: 0, waiting: 0 });
  });

  const ENDS: readonly (readonly [how: string, end: (client: MemoryWire, app: MemoryWire) => void])[] = [
    ['the answer is whole', (_, app) => { app.say(ok()); }],
    ['the client leaves before the answer', (client) => { client.break(); }],
    ['the client leaves in the middle of the answer', (client, app) => { app.say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab'); client.fin(); }],
    ['the app closes without a word', (_, app) => { app.break(); }],
    ['the app closes in the middle of its answer', (_, app) => { app.say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab'); app.break(); }],
    ['the app talks nonsense', (_, app) => { app.say('nonsense\r\n\r\n'); }],
    ['the app switches without having been asked', (_, app) => { app.say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'); }],
    ['the front stops at once', (client) => { client.destroy(); }],
  ];
  for (const [how, end] of ENDS) {
    it(`are given back when ${how}`, async () => {
      const front = new Limited({ maxConcurrent: 2 });
      const client = front.ask('POST /1 HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\n\r\nx');
      assert.equal(front.places.taken, 1);
      end(client, front.app());
      await turn();
      assert.equal(front.places.taken, 0);
    });
  }

  it('a WebSocket and an event stream hold none once they have begun', () => {
    const front = new Limited({ maxConcurrent: 1, queue: 5 });
    const socket = front.ask(get('/socket', UPGRADE));
    const app = front.app();
    assert.equal(front.places.taken, 1);
    app.say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    assert.match(socket.text, /^HTTP\/1\.1 101 /);
    assert.equal(front.places.taken, 0);
    const stream = front.ask(get('/events'));
    front.app().say('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n');
    assert.match(stream.text, /data: 1/);
    assert.equal(front.places.taken, 0);
    for (const wire of [socket, stream]) wire.break();
    assert.equal(front.places.taken, 0, 'and give none back twice');
  });

  it('of a worker are its part of those of the whole', () => {
    const front = new Limited({ maxConcurrent: 4, queue: 2 }, {}, new Fellows(true, () => {}, 2));
    const clients = ['/1', '/2', '/3', '/4'].map((path) => front.ask(get(path)));
    assert.deepEqual(front.places, { taken: 2, waiting: 1 });
    assert.match(clients[3]!.text, /^HTTP\/1\.1 503 /);
  });

  it('are there without being asked for', () => {
    assert.deepEqual([DEFAULT_UPSTREAM.maxConcurrent, DEFAULT_UPSTREAM.queue], [4096, 1024]);
  });
});

describe('clients at once', () => {
  const crowd = (most: number, { connections = new Set<unknown>(), arriving = 0 } = {}) => {
    const lines: string[] = [];
    const counters = new Counters([]);
    const listener = { address: { kind: 'ip', host: '127.0.0.1', port: 1 } as const, fd: undefined, arriving, change: () => () => undefined, close: () => Promise.resolve(), abandon: () => {} };
    const door = { listeners: [listener], port: 1, url: '', insteadOf: undefined };
    const doors = { https: door, http: door };
    const log = createLog('json', { write: (text: string) => { lines.push(text); } });
    return { admits: createCrowd({ most, connections, doors, log, counters }), connections, counters, log, lines };
  };
  const PEER = { kind: 'ip', address: '192.0.2.1' } as const;

  it('are let in up to the limit, those in their handshake counted; beyond it each is counted, and said now and then', () => {
    const { admits, connections, counters, log, lines } = crowd(4, { arriving: 1 });
    connections.add(1);
    assert.equal(admits(PEER), true);
    connections.add(2);
    for (let i = 0; i < 100; i++) assert.equal(admits(PEER), false);
    assert.deepEqual(counters.snapshot().refused, { 'too-many-connections': 100 });
    log.flush();
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /"event":"too-many-connections".*192\.0\.2\.1.*--max-connections/);
    connections.delete(1);
    assert.equal(admits(PEER), true);
  });

  it('of a worker are its part of those of the whole', () => {
    const { context } = new MemoryFront(settings({ maxConnections: 4 }), { fellows: new Fellows(true, () => {}, 2) });
    const { connections } = context as unknown as { readonly connections: Set<unknown> };
    connections.add(1);
    assert.equal(context.admits(PEER), true);
    connections.add(2);
    assert.equal(context.admits(PEER), false);
  });
});
