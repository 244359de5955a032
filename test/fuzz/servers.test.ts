// Invariant: whatever the servers of an app do, a request that may not be sent twice is sent once at most, none is sent again after a byte of an answer, every client gets its own answers in its order, who waits for a place waits only while all are taken, and in the end no server counts as busy and no place as taken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TIMEOUTS } from '../../src/config/defaults.ts';
import type { UpstreamSettings } from '../../src/config/settings/settings.ts';
import { MemoryFront, appRoute, servers, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';
import { turn } from '../helpers/node-http.ts';
import { Random } from '../helpers/random.ts';

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 3);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 32);

const TWICE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
const METHODS = [...TWICE, 'POST', 'POST', 'PATCH'];
const TOKEN = /token-\d+-/g;

interface Asked { readonly token: string; readonly method: string; readonly size: number; whole: boolean }
interface Client { readonly wire: MemoryWire; readonly asked: Asked[]; gone: boolean }
type Made = MemoryFront['transport']['made'][number];

/** One app with its clients; each move is a thing that may happen to them. */
class Play {
  readonly story: string[] = [];
  readonly clients: Client[] = [];
  readonly front: MemoryFront;
  readonly streams: boolean;
  readonly #random: Random;
  readonly #up = new Set<Made>();
  /** How often a request had been sent when the first byte of an answer to it came. */
  readonly #sentWhenAnswered = new Map<string, number>();
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
    this.streams = random.chance(0.4);
    const changes: Partial<UpstreamSettings> = {
      servers: servers(...[1, 2, 3].slice(0, random.pick([1, 2, 2, 3]))),
      balance: random.pick(['least-conn', 'round-robin', 'client']), fails: random.pick([1, 3]), pause: random.pick([1, 1000]),
      ...(random.chance(0.5) && { maxConcurrent: random.pick([1, 2, 3]), queue: random.pick([0, 1, 5]) }),
      ...(random.chance(0.4) && { sticky: { cookie: 'server', secretFile: undefined } }), ...(random.chance(0.2) && { sendProxy: 'v1' }),
    };
    this.story.push(JSON.stringify({ ...changes, streams: this.streams }));
    this.front = new MemoryFront(settings({
      log: 'off', timeouts: { ...DEFAULT_TIMEOUTS, connect: 20, answer: 30, answerIdle: 30, queue: 30 },
      sites: [siteSettings({ routes: [appRoute({ streamBodies: this.streams, app: upstream(changes) })] })],
    }));
  }

  async move(): Promise<void> {
    const what = this.#random.next();
    if (what < 0.35) this.#asks();
    else if (what < 0.42) this.#sendsTheRest();
    else if (what < 0.46) this.#leaves();
    else if (what < 0.64) this.#connects();
    else if (what < 0.98) this.#answers();
    else await new Promise((resolve) => { setTimeout(resolve, this.#random.pick([3, 50])); });
    if (this.#random.chance(0.3)) await turn();
    const { places, settings: { maxConcurrent, queue } } = this.#upstream;
    const { taken, waiting } = places;
    assert.ok(taken <= maxConcurrent && waiting <= queue && (waiting === 0 || taken === maxConcurrent), `${taken} of ${maxConcurrent} places taken, ${waiting} of ${queue} wait\n${this.story.join('\n')}`);
  }

  get #upstream() {
    const lead = this.front.context.sites.pick('shop.test')!.app('/');
    assert.ok(lead !== undefined && 'target' in lead);
    return lead.target.upstream;
  }

  #asks(): void {
    const random = this.#random;
    const free = this.clients.filter((client) => !client.gone && client.wire.gone === undefined && client.asked.every(({ whole }) => whole));
    let client = free.length > 0 && random.chance(0.4) ? random.pick(free) : undefined;
    if (client === undefined) this.clients.push(client = { wire: this.front.client({ tls: true, peer: `192.0.2.${1 + random.int(4)}` }), asked: [], gone: false });
    const method = random.pick(METHODS);
    const size = method === 'GET' || method === 'HEAD' ? 0 : random.pick([0, 5]);
    const asked = { token: `token-${this.#count++}-`, method, size, whole: size === 0 || random.chance(0.7) };
    client.asked.push(asked);
    this.story.push(`client ${this.clients.indexOf(client)}: ${method} ${asked.token} with ${asked.whole ? size : `1 of ${size}`} bytes`);
    client.wire.say(`${method} /${asked.token} HTTP/1.1\r\nHost: shop.test\r\n${size > 0 ? `Content-Length: ${size}\r\n` : ''}\r\n${'b'.repeat(asked.whole ? size : 1)}`);
  }

  #sendsTheRest(): void {
    const client = this.clients.find(({ wire, asked }) => wire.gone === undefined && asked.some(({ whole }) => !whole));
    if (client === undefined) return;
    const last = client.asked.at(-1)!;
    last.whole = true;
    this.story.push(`client ${this.clients.indexOf(client)}: the rest`);
    client.wire.say('b'.repeat(last.size - 1));
  }

  #leaves(): void {
    const there = this.clients.filter(({ gone, wire }) => !gone && wire.gone === undefined);
    if (there.length === 0) return;
    const client = this.#random.pick(there);
    this.story.push(`client ${this.clients.indexOf(client)}: leaves`);
    client.gone = true;
    client.wire.break();
  }

  #connects(): void {
    const waiting = this.front.transport.made.filter((made) => !this.#up.has(made) && made.wire.gone === undefined);
    if (waiting.length === 0) return;
    const made = this.#random.pick(waiting);
    this.#up.add(made);
    const up = this.#random.chance(0.7);
    this.story.push(`${this.#name(made)}: ${up ? 'up' : 'refused'}`);
    if (up) made.up();
    else made.wire.break(this.#random.pick(['ECONNREFUSED', 'EHOSTUNREACH']));
  }

  /** One server says something of an answer to what it was asked last, or closes. */
  #answers(): void {
    const random = this.#random;
    const open = this.front.transport.made.filter((made) => this.#up.has(made) && made.wire.gone === undefined);
    if (open.length === 0) return;
    const made = random.pick(open);
    const token = made.wire.text.match(TOKEN)?.at(-1);
    const how = random.next();
    if (token === undefined || how > 0.8 || this.#sentWhenAnswered.has(token)) {
      this.story.push(`${this.#name(made)}: closes`);
      this.#closes(made);
      return;
    }
    this.#sentWhenAnswered.set(token, this.#timesSent(token));
    const content = made.wire.text.includes(`HEAD /${token}`) ? '' : token;
    const whole = `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
    const said = how < 0.6 ? whole : how < 0.7 ? whole.slice(0, 1 + random.int(whole.length - 1)) : how < 0.75 ? 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' : 'nonsense\r\n\r\n';
    this.story.push(`${this.#name(made)}: says ${JSON.stringify(said)}`);
    made.wire.say(said);
    if (said !== whole && made.wire.gone === undefined) this.#closes(made);
  }

  #closes({ wire }: Made): void {
    if (this.#random.chance(0.5)) wire.break();
    else wire.fin();
  }

  #name(made: Made): string { return `connection ${this.front.transport.made.indexOf(made)} to server ${made.port}`; }

  #timesSent(token: string): number { return this.front.transport.made.reduce((times, { wire }) => times + wire.text.split(`/${token} `).length - 1, 0); }

  async judge(about: string): Promise<void> {
    for (const client of this.clients) if (!client.gone && client.wire.gone === undefined) client.wire.break();
    await turn();
    for (const { wire, asked } of this.clients) {
      for (const { token, method, size, whole } of asked) {
        const times = this.#timesSent(token);
        if (!TWICE.has(method) || (this.streams && size > 0)) assert.ok(times <= 1, `${method} ${token} was sent ${times} times\n${about}`);
        if (!whole && !this.streams) assert.equal(times, 0, `${token} was sent before it was whole\n${about}`);
        assert.equal(times, this.#sentWhenAnswered.get(token) ?? times, `${token} was sent again after a byte of its answer\n${about}`);
      }
      const answers = [...wire.text.matchAll(/\r\n\r\n(token-\d+-)/g)].map(([, token]) => token);
      assert.deepEqual(answers, asked.map(({ token }) => token).filter((token) => answers.includes(token)), `answers of others, or not in order\n${about}`);
    }
    const { servers: all, places } = this.#upstream;
    assert.deepEqual([places.taken, places.waiting], [0, 0], `places are taken by nobody\n${about}`);
    for (const { busy, pool } of all) assert.equal(busy, 0, `${pool.written} is busy with nothing\n${about}`);
    this.#upstream.close();
  }
}

test('fuzzing the servers of an app', async () => {
  const end = Date.now() + SECONDS * 1000;
  let seed = SEED;
  do {
    const random = new Random(seed);
    const play = new Play(random);
    for (let moves = 20 + random.int(60); moves > 0; moves--) await play.move();
    await play.judge(`seed ${seed}\n${play.story.join('\n')}`);
    seed = (seed + 1) >>> 0;
  } while (Date.now() < end);
  console.log(`# servers: ${(seed - SEED) >>> 0} runs, first seed ${SEED}`);
});
