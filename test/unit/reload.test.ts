/** A configuration takes another's place: what is exchanged, what stays, and what cannot be exchanged. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { unchangeable } from '../../src/config/changes.ts';
import type { Settings, SiteSettings } from '../../src/config/settings/settings.ts';
import { startFront, type Front } from '../../src/front/front.ts';
import { appRoute, servers, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import { MemoryTransport, type MemoryWire } from '../helpers/memory-transport.ts';

const mark = (value: string): NonNullable<SiteSettings['answerHeaders']> => ({ set: [{ name: 'X-Mark', value }], add: [], remove: [] });

/** One site with a mark on what the app is told and on its answers. */
const marked = (value: string, more: Partial<Settings> = {}, app = upstream()): Settings => settings({
  https: { kind: 'off' }, http: { kind: 'at', address: { kind: 'ip', host: '127.0.0.1', port: 8080 } }, log: 'json',
  sites: [siteSettings({ schemes: [['/', 'either']], routes: [appRoute({ app, requestHeaders: mark(value), answerHeaders: mark(value) })] })], ...more,
});

const open = async (t: TestContext, first: Settings): Promise<{ front: Front; transport: MemoryTransport; reload: (next: Settings) => Promise<void>; logged: () => string }> => {
  const transport = new MemoryTransport();
  let text = '';
  const front = await startFront(first, { transport, out: { write: (line: string) => { text += line; } } });
  t.after(() => { front.stopNow(); });
  return { front, transport, logged: () => { front.log.flush(); return text; }, reload: async (next) => { (await front.prepare(next)).commit(); } };
};

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const LAST = OK.replace('\r\n', '\r\nConnection: close\r\n');

it('a front makes the key of session tickets anew every hour, for as long as it is there', async (t) => {
  const { setInterval } = globalThis;
  const timers: NodeJS.Timeout[] = [];
  t.mock.method(globalThis, 'setInterval', (what: () => void, every: number) => {
    const timer = setInterval(what, every);
    if (every === 3_600_000) timers.push(timer);
    return timer;
  });
  const { front } = await open(t, marked('x'));
  assert.equal(timers.length, 1);
  const cleared = t.mock.method(globalThis, 'clearInterval');
  front.stopNow();
  assert.ok(cleared.mock.calls.some(({ arguments: [timer] }) => timer === timers[0]));
});

describe('a reload', () => {
  it('leaves a request that runs as it began, and judges the next one of the same connection anew', async (t) => {
    const { transport, reload } = await open(t, marked('old'));
    const client = transport.client({ tls: false });
    client.say(GET + GET); // the second one is read once the first has its answer
    const first = transport.app();
    await reload(marked('new'));
    assert.equal(transport.made.length, 1);
    assert.match(first.text, /\r\nX-Mark: old\r\n/);
    first.say(OK);
    assert.match(client.text, /^HTTP\/1\.1 200 OK\r\n[^]*X-Mark: old\r\n[^]*ok$/);
    assert.equal(transport.made.length, 2, 'over a connection of the new configuration');
    assert.equal(first.gone, 'destroyed', 'the old one is kept for nobody');
    const second = transport.app();
    assert.match(second.text, /\r\nX-Mark: new\r\n/);
    second.say(OK);
    assert.match(client.text, /ok(HTTP\/1\.1 200 OK\r\n[^]*X-Mark: new\r\n[^]*ok)$/);
  });

  it('that was made ready and dropped changes nothing', async (t) => {
    const { front, transport } = await open(t, marked('old'));
    (await front.prepare(marked('never'))).drop();
    const client = transport.client({ tls: false });
    client.say(GET);
    transport.app().say(OK);
    assert.match(client.text, /X-Mark: old/);
  });

  it('goes on with what is known of an app\'s servers, where the app stays as it was', async (t) => {
    const app = upstream({ servers: servers(8001, 8002), fails: 1, pause: 60_000 });
    const { transport, reload } = await open(t, marked('1', {}, app));
    const asked = (): number => {
      const client = transport.client({ tls: false });
      client.say(GET);
      const { port } = transport.made.at(-1)!;
      transport.app().say(LAST);
      assert.match(client.text, /^HTTP\/1\.1 200/);
      return port;
    };
    const client = transport.client({ tls: false });
    client.say(GET);
    const { port: down } = transport.made.at(-1)!;
    transport.made.at(-1)!.wire.break('ECONNREFUSED');
    transport.app().say(LAST);
    assert.match(client.text, /^HTTP\/1\.1 200/);
    await reload(marked('2', {}, app));
    assert.deepEqual([1, 2, 3, 4].map(asked).filter((port) => port === down), [], 'it is out still');
    await reload(marked('3', {}, { ...app, pause: 50_000 }));
    assert.ok([1, 2, 3, 4].map(asked).includes(down), 'another app is asked as any new one is');
  });

  it('ends WebSockets and event streams from before after reloadGrace, and nothing else', async (t) => {
    const { transport, reload, logged } = await open(t, marked('old'));
    const tunnel = (): MemoryWire => {
      const socket = transport.client({ tls: false });
      socket.say('GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
      transport.app().say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      assert.match(socket.text, /^HTTP\/1\.1 101/);
      return socket;
    };
    const socket = tunnel();
    const stream = transport.client({ tls: false });
    stream.say(GET);
    transport.app().say('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
    const slow = transport.client({ tls: false });
    slow.say(GET);
    const app = transport.app();
    await reload(marked('new'));
    await reload(marked('newer', { reloadGrace: 0 }));
    assert.deepEqual([socket.gone, stream.gone], [undefined, undefined]);
    const later = tunnel();
    await new Promise((resolve) => { setTimeout(resolve, 5); }); // behind the timer of 0 seconds
    assert.deepEqual([socket.gone, stream.gone], ['destroyed', 'destroyed']);
    assert.doesNotMatch(stream.text, /\r\n0\r\n/);
    assert.equal(later.gone, undefined, 'it is none from before');
    assert.match(logged(), /"event":"outlived-ended"/);
    app.say(OK);
    assert.match(slow.text, /X-Mark: old/);
  });
});

describe('what a reload cannot change', () => {
  const base = marked('1');
  const keys = (after: Settings, placed = true): string[] => unchangeable(base, after, placed).map(({ key, how }) => `${key}: ${how}`);

  it('is named with what does', () => {
    assert.deepEqual(keys(marked('2', { trust: ['loopback'], grace: 5 })), []);
    assert.deepEqual(keys({ ...base, workers: 2, logFile: '/tmp/log' }), ['workers: upgrade', 'logFile: upgrade']);
    assert.deepEqual(keys({ ...base, http: { kind: 'port', port: 1 } }), ['http: restart']);
  });

  it('is the address of a door too, which follows the certificates where it has none of its own', () => {
    const real = { ...base, certificates: [{ cert: '/a.pem', key: '/a.key' }] };
    assert.deepEqual(keys(real), []);
    assert.deepEqual(keys(real, false), ['certificates: restart']);
    assert.deepEqual(unchangeable(real, { ...real, certificates: [{ cert: '/b.pem', key: '/b.key' }] }, false), []);
  });
});
