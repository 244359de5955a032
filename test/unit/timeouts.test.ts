/** Every timeout: its default, its flag, its option, and that nothing else ends what it is there to end. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { addFlags, type Flags } from '../../src/cli/flags.ts';
import { readSettings } from '../../src/cli/settings.ts';
import { DEFAULT_TIMEOUTS } from '../../src/config/defaults.ts';
import { parseDuration } from '../../src/config/values/quantities.ts';
import { resolveConfig } from '../../src/config/resolve/resolve.ts';
import type { Settings, Timeouts } from '../../src/config/settings/settings.ts';
import { doorTerms } from '../../src/front/doors/door-plan.ts';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import { eventually } from '../helpers/scope.ts';

const NAMES = Object.keys(DEFAULT_TIMEOUTS) as (keyof Timeouts)[];
const HOUR = 3_600_000;
const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const POST = 'POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100000\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

const byFlags = async (...args: string[]): Promise<Settings> => {
  const command = addFlags(new Command().argument('[app]')).exitOverride();
  command.parse(['8000', ...args], { from: 'user' });
  return (await readSettings('8000', command.opts<Flags>(), { out: () => {}, err: () => {}, interactive: false, cwd: '/', env: {} })).settings;
};

describe('each timeout', () => {
  it('has a flag and an option that set it and no other, and a default that the manual names', async () => {
    assert.deepEqual((await byFlags()).timeouts, DEFAULT_TIMEOUTS);
    const manual = readFileSync(new URL('../../src/config/types.ts', import.meta.url), 'utf8');
    const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const help = addFlags(new Command()).helpInformation();
    for (const [i, name] of NAMES.entries()) {
      const expected = { ...DEFAULT_TIMEOUTS, [name]: 1000 * (i + 1) };
      assert.deepEqual((await byFlags('--timeout', `${name}=${i + 1}s`)).timeouts, expected);
      assert.deepEqual(resolveConfig({ app: 8000, timeouts: { [name]: i + 1 } }, { folder: '/', defaultLog: 'json' }).timeouts, expected);
      await assert.rejects(byFlags('--timeout', `${name}=0`), /above 0/);
      await assert.rejects(byFlags('--timeout', `${name}=soon`), new RegExp(`${name}[^]*soon`));
      assert.match(help, new RegExp(`\\b${name}\\b`));
      const told = new RegExp(`Default: (\\w+)\\. \\*/\\n +readonly ${name}\\?: number \\| string`).exec(manual)?.[1];
      assert.equal(parseDuration(told!), DEFAULT_TIMEOUTS[name], `${name}: ${told}`);
      const row = new RegExp(`^\\| \`${name}\` \\|[^|]*\\| (\\w+) \\|`, 'm').exec(operations)?.[1];
      assert.equal(parseDuration(row!), DEFAULT_TIMEOUTS[name], `docs/operations.md, ${name}: ${row}`);
    }
  });
});

/** A front whose other timeouts are all of an hour, its app one request at a time; and somebody to whom this one applies. */
type Play = (front: MemoryFront) => { readonly over: () => unknown };
const closed = (client: { readonly ended: boolean; readonly gone: unknown }): boolean => client.ended || client.gone !== undefined;
const PLAYS: Readonly<Record<string, Play>> = {
  'head: nothing comes': (front) => {
    const client = front.client();
    return { over: () => closed(client) };
  },
  'head: half of the first': (front) => {
    const client = front.client();
    client.say('GET / HT');
    return { over: () => /^HTTP\/1\.1 408 /.test(client.text) };
  },
  'head: half of the second': (front) => {
    const client = front.client();
    client.say(get('/'));
    front.app().say(OK);
    client.say('GET / HT');
    return { over: () => /okHTTP\/1\.1 408 /.test(client.text) };
  },
  'body: none comes': (front) => {
    const client = front.client();
    client.say(POST);
    return { over: () => /^HTTP\/1\.1 408 /.test(client.text) };
  },
  'body: half of it': (front) => {
    const client = front.client();
    client.say(`${POST}half`);
    return { over: () => /^HTTP\/1\.1 408 /.test(client.text) };
  },
  keepAlive(front) {
    const client = front.client();
    client.say(get('/'));
    front.app().say(OK);
    return { over: () => closed(client) };
  },
  connect(front) {
    const client = front.client();
    client.say(get('/'));
    return { over: () => /^HTTP\/1\.1 504 [^]*app-connect-timeout/.test(client.text) };
  },
  answer(front) {
    const client = front.client();
    client.say(get('/'));
    front.app();
    return { over: () => /^HTTP\/1\.1 504 [^]*app-answer-timeout/.test(client.text) };
  },
  answerIdle(front) {
    const client = front.client();
    client.say(get('/'));
    front.app().say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    return { over: () => closed(client) };
  },
  tunnelIdle(front) {
    const client = front.client();
    client.say(get('/', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n'));
    const app = front.app();
    app.say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    return { over: () => client.gone !== undefined && app.gone !== undefined };
  },
  send(front) {
    const client = front.client();
    client.slow = true;
    client.say(get('/'));
    const app = front.app();
    app.say(`HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n${'x'.repeat(200_000)}`);
    return { over: () => client.gone !== undefined && app.gone !== undefined };
  },
  queue(front) {
    front.client().say(get('/'));
    front.app();
    const client = front.client();
    client.say(get('/'));
    return { over: () => /^HTTP\/1\.1 503 /.test(client.text) };
  },
};

describe('a timeout', () => {
  const start = (timeouts: Partial<Timeouts>): MemoryFront => new MemoryFront(settings({
    timeouts: { ...Object.fromEntries(NAMES.map((name) => [name, HOUR])) as unknown as Timeouts, ...timeouts },
    sites: [siteSettings({ routes: [appRoute({ app: upstream({ maxConcurrent: 1 }) })] })],
  }));

  it('ends what it is for, and nothing else does', async () => {
    const plays = Object.entries(PLAYS).map(([name, play]) => ({ name, short: play(start({ [name.split(':')[0]!]: 1 })), long: play(start({})) }));
    await Promise.all(plays.map(({ name, short }) => eventually(`the end of ${name}`, short.over, 20_000)));
    for (const { name, long } of plays) assert.ok(!long.over(), `${name}: another timeout ended it`);
    for (const name of NAMES) assert.ok(name === 'handshake' || plays.some((play) => play.name.startsWith(name)), name);
  });

  // Whenever a piece of a large body was on the disk its time began anew: a byte a minute of an announced megabyte held its
  // connection for ever.
  it('for bodies is all that one gets which comes slower than its least rate, in memory and on disk', async (t) => {
    const { now } = performance;
    let later = 0;
    t.after(() => { performance.now = now; });
    performance.now = () => now.call(performance) + later;
    const fronts = [9000, 100_000].map((length) => {
      const front = start({ body: 60_000 });
      const client = front.client();
      client.say(POST.replace('100000', String(length)));
      return { front, client };
    });
    for (let i = 0; i < 4; i++) {
      for (const { client } of fronts) if (!client.ended) client.say('x'); // sooner than a minute after the last, and nothing like 500 a second
      await new Promise((resolve) => { setTimeout(resolve, 20); }); // the disk has it
      for (let ms = 0; ms < 30_000; ms += 200) { // in steps, as a jump would be time in which the front was held up
        later += 200;
        for (const { front } of fronts) front.context.clock.tick();
      }
    }
    for (const { client } of fronts) assert.match(client.text, /^HTTP\/1\.1 408 /);
  });

  it('for handshakes is the door\'s', () => {
    const front = start({ handshake: 1234 });
    assert.equal(doorTerms('https', front.context, () => undefined).tls?.handshakeTimeout, 1234);
  });
});
