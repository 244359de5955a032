import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_TIMEOUTS } from '../../src/config/defaults.ts';
import type { AppRoute, Timeouts } from '../../src/config/settings/settings.ts';
import { MemoryFront, appRoute, settings, siteSettings } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';
import { eventually, sleep } from '../helpers/scope.ts';

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const post = (more: string): string => `POST / HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n\r\n`;
const ok = (body: string, more = ''): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nDate: x\r\n${more}\r\n${body}`;
const frontWith = (route: Partial<AppRoute> = {}, timeouts: Partial<Timeouts> = {}): MemoryFront =>
  new MemoryFront(settings({ log: 'off', timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts }, sites: [siteSettings({ routes: [appRoute(route)] })] }));

/** The name of a body's file. Other tests of the same process have files of theirs open beside it. */
const BODY = /^sallyport-[\da-f]{24}(?: \(deleted\))?$/;
/** Descriptors of bodies' files that this process holds. */
const held = (): number => readdirSync('/proc/self/fd').filter((fd) => {
  try {
    const path = readlinkSync(`/proc/self/fd/${fd}`);
    return dirname(path) === tmpdir() && BODY.test(basename(path));
  } catch { return false; }
}).length;
const named = (): string[] => readdirSync(tmpdir()).filter((name) => BODY.test(name));

/** Nothing is left: no connection, no deadline, no timer, no file. */
async function nothingLeft(front: MemoryFront): Promise<void> {
  for (const { wire } of front.transport.made) wire.break();
  const { connections, clock } = front.context;
  await eventually('every connection to be forgotten', () => connections.size === 0);
  assert.equal(clock.size, 0, 'deadlines of connections that are gone');
  await eventually('files to be closed', () => held() === 0);
}

const linux = { skip: process.platform === 'linux' ? false : 'looks into /proc' };

describe('whoever leaves at whatever moment, nothing is left behind', linux, () => {
  // In a folder of its own: a front of another test, in this process or beside it, had a file in the common one just then.
  const common = process.env['TMPDIR'];
  before(() => { process.env['TMPDIR'] = mkdtempSync(join(tmpdir(), 'sallyport-leaks-')); });
  after(() => {
    rmSync(tmpdir(), { recursive: true });
    if (common === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = common;
  });

  const big = 'x'.repeat(100_000);
  const steps: readonly (readonly [name: string, play: (front: MemoryFront, client: MemoryWire) => Promise<void> | void])[] = [
    ['in the request\'s head', (_front, client) => { client.say('GET / HT'); }],
    ['in a body in memory', (_front, client) => { client.say(post('Content-Length: 10') + 'x'); }],
    ['in a body on disk', async (_front, client) => { client.say(post('Content-Length: 200000') + big); await sleep(20); }],
    ['in a body that is just going to disk', (_front, client) => { client.say(post('Transfer-Encoding: chunked') + `${(100_000).toString(16)}\r\n${big}\r\n`); }],
    ['in a chunk\'s size', (_front, client) => { client.say(post('Transfer-Encoding: chunked') + '5'); }],
    ['while the app is being connected', (_front, client) => { client.say(get('/')); }],
    ['while a body is read back from disk', async (front, client) => {
      client.say(post('Content-Length: 100000') + big);
      front.app().slow = true;
      await sleep(20);
    }],
    ['before the answer', (front, client) => { client.say(get('/')); front.app(); }],
    ['in the answer\'s head', (front, client) => { client.say(get('/')); front.app().say('HTTP/1.1 200 OK\r\nX'); }],
    ['in the answer', (front, client) => { client.say(get('/')); front.app().say('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx'); }],
    ['in an answer read ahead', (front, client) => {
      client.slow = true;
      client.say(get('/'));
      front.app().say('HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n' + 'x'.repeat(2_000_000));
    }],
    ['between requests', (front, client) => { client.say(get('/')); front.app().say(ok('x')); }],
    ['with requests sent ahead', (front, client) => { client.say(get('/') + get('/2')); front.app(); }],
    ['in a tunnel', (front, client) => {
      client.say(get('/', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n'));
      front.app().say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    }],
  ];
  for (const [name, play] of steps) {
    for (const who of ['client', 'app', 'both', 'client in order', 'app in order'] as const) {
      for (const streamBodies of [false, true]) {
        it(`${name}: ${who}${streamBodies ? ', bodies streamed' : ''}`, async () => {
          const front = frontWith({ streamBodies });
          const client = front.client();
          await play(front, client);
          const app = front.transport.made.at(-1)?.wire;
          if (who === 'client in order') client.fin();
          else if (who === 'app in order') app?.fin();
          else {
            if (who !== 'client') app?.break();
            if (who !== 'app') client.break();
          }
          client.drain(); // whatever comes late is told to nobody
          if (app !== undefined && app.gone === undefined) app.drain();
          client.break();
          await nothingLeft(front);
        });
      }
    }
  }

  it('leaves no file with a name', () => { assert.deepEqual(named(), []); });
});

describe('what one client can make the front keep', () => {
  it('idle connections to an app are bounded, and all of them are let go at the end', () => {
    const front = frontWith();
    const clients = Array.from({ length: 200 }, () => {
      const client = front.client();
      client.say(get('/'));
      return client;
    });
    for (const { up } of [...front.transport.made]) up();
    for (const { wire } of [...front.transport.made]) wire.say(ok('x'));
    assert.equal(front.transport.made.length, 200);
    assert.equal(front.transport.made.filter(({ wire }) => wire.gone === undefined).length, 128);
    for (const client of clients) assert.match(client.text, /200 OK/);
  });

  it('bytes on an idle connection end it, and reach nobody', () => {
    const front = frontWith();
    const client = front.client();
    client.say(get('/'));
    const app = front.app();
    app.say(ok('x'));
    app.say('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison');
    assert.equal(app.gone, 'destroyed');
    client.say(get('/2'));
    assert.equal(front.transport.made.length, 2);
    front.app().say(ok('2'));
    assert.doesNotMatch(client.text, /poison/);
  });

  it('is used again after 204, 304 and answers in chunks, and not after HTTP/1.0 or an answer before the request was whole', () => {
    for (const [answer, again] of [
      ['HTTP/1.1 204 No Content\r\n\r\n', true], ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', true], ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', true],
      ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', true], ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', false], ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n', true],
      ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', false], ['HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', false],
    ] as const) {
      const front = frontWith();
      const client = front.client();
      client.say(get('/1'));
      front.app().say(answer);
      client.say(get('/2'));
      assert.equal(front.transport.made.length, again ? 1 : 2, answer);
    }
  });

  it('interim answers without end wait for a client that does not read them', () => {
    const front = frontWith({ readAhead: 100_000 });
    const client = front.client();
    client.slow = true;
    client.say(get('/'));
    const app = front.app();
    const many = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(1000);
    for (let i = 0; i < 100 && !app.paused; i++) app.say(many);
    assert.equal(app.paused, true);
    assert.ok(client.buffered < 200_000, String(client.buffered));
  });

  it('a head of 64 KiB byte by byte, and a body of one-byte chunks, cost no more than they weigh', () => {
    const front = frontWith();
    const started = performance.now();
    const slow = front.client();
    for (const byte of get('/', `X: ${'x'.repeat(60_000)}\r\n`)) slow.say(byte);
    assert.equal(front.transport.made.length, 1);
    const chunks = front.client();
    for (const byte of post('Transfer-Encoding: chunked') + '1\r\nx\r\n'.repeat(10_000) + '0\r\n\r\n') chunks.say(byte);
    assert.equal(front.transport.made.length, 2);
    assert.match(front.app().text, /Content-Length: 10000\r\n/);
    assert.ok(performance.now() - started < 3000, `${performance.now() - started} ms`);
  });
});
