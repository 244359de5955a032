/** The load of a soak: so many requests a second, on kept connections, new ones and several at once behind each other. */
import { Random } from '../helpers/random.ts';
import { sleep } from '../helpers/scope.ts';
import { Line, type Ground, type Manner } from './line.ts';
import { makeOrder, type Order } from './order.ts';
import type { Tally } from './tally.ts';

const TICK = 20;
/** Connections of each door that are kept; at most as many requests as MOST run at once. */
const KEPT = 24;
const MOST = 200;
/** A connection that was idle so long (milliseconds) is not used again: the front may be about to close it. */
const STALE = 30_000;

export class Load {
  running = 0;
  #n = 0;
  readonly #random: Random;
  readonly #kept: Line[] = [];
  readonly #ground: Ground;
  readonly #tally: Tally;

  constructor(ground: Ground, tally: Tally, seed: number) {
    this.#ground = ground;
    this.#tally = tally;
    this.#random = new Random(seed);
  }

  /** The next order; what `asked` says stands. */
  order(asked: Partial<Order> = {}): Order { return makeOrder(this.#random, this.#n += 1, asked); }

  /** As fast as so many clients take it, for so many seconds; gives answers per second. */
  async flatOut(clients: number, seconds: number): Promise<number> {
    const from = performance.now();
    const before = this.#n;
    await Promise.all(Array.from({ length: clients }, async () => {
      while (performance.now() - from < seconds * 1000) await this.#one();
    }));
    return (this.#n - before) / ((performance.now() - from) / 1000);
  }

  /** So many requests a second until `over`; ends when all are answered. */
  async paced(rate: number, over: AbortSignal): Promise<void> {
    const running = new Set<Promise<void>>();
    let owed = 0;
    for (let last = performance.now(); !over.aborted;) {
      await sleep(TICK);
      const now = performance.now();
      owed = Math.min(owed + rate * (now - last) / 1000, rate / 2 + 1); // after a pause of the machine not all at once
      last = now;
      for (; owed >= 1; owed -= 1) {
        if (this.running >= MOST) { this.#tally.count('held back'); continue; }
        const one = this.#one().finally(() => running.delete(one));
        running.add(one);
      }
    }
    await Promise.all(running);
    for (const line of this.#kept) line.end();
  }

  /** One request in the usual manner: mostly on a kept connection. */
  async #one(): Promise<void> {
    const how = this.#random.next();
    if (how < 0.1) await this.alone(this.order());
    else if (how < 0.15) await this.#behindEachOther();
    else await this.#onKept(this.order());
  }

  /** On a connection of its own. */
  async alone(order: Order, manner: Manner = { last: true }, reads = 0): Promise<void> {
    const line = await this.open(order.door, this.#random.chance(0.5));
    if (line === undefined) return;
    line.reads = reads;
    await this.#ask(line, order, manner);
    line.end();
  }

  async #onKept(order: Order): Promise<void> {
    const line = await this.#take(order.door);
    if (line === undefined) return;
    await this.#ask(line, order);
    this.#give(line);
  }

  /** Pipelined: only what may be sent twice, as a client does who does not know what the last one will do. */
  async #behindEachOther(): Promise<void> {
    const { door } = this.order();
    const line = await this.#take(door);
    if (line === undefined) return;
    const asked = Array.from({ length: 2 + this.#random.int(4) }, () => this.#ask(line, this.order({ door, method: 'GET', sends: 0, chunks: false })));
    this.#tally.count('pipelined', asked.length);
    await Promise.all(asked);
    this.#give(line);
  }

  async #ask(line: Line, order: Order, manner?: Manner): Promise<void> {
    this.running += 1;
    const outcome = await line.ask(order, manner);
    this.running -= 1;
    this.#tally.judge(order, outcome);
  }

  /** A new connection; undefined, and counted, where none came up. */
  async open(door: Order['door'], resume = false): Promise<Line | undefined> {
    const began = performance.now();
    try {
      const line = await Line.open(door, this.#ground, resume);
      this.#tally.count(`connections to ${door}`);
      return line;
    } catch (error) {
      const detail = `no connection to the ${door} door after ${Math.round(performance.now() - began)} ms: ${String(error)}`;
      if (this.#tally.frontExcuse(began, performance.now())) this.#tally.count('worker was killed');
      else this.#tally.fail({ kind: 'no connection', n: this.#n, detail });
      return undefined;
    }
  }

  async #take(door: Order['door']): Promise<Line | undefined> {
    for (let i = this.#kept.length - 1; i >= 0; i -= 1) {
      const line = this.#kept[i]!;
      const stale = performance.now() - line.idleSince > STALE;
      if (line.door === door || line.over || stale) this.#kept.splice(i, 1);
      if (!line.over && stale) line.end();
      else if (!line.over && line.door === door) return line;
    }
    return this.open(door, this.#random.chance(0.5));
  }

  #give(line: Line): void {
    if (line.over || this.#kept.length >= KEPT || this.#random.chance(0.01)) line.end();
    else this.#kept.unshift(line); // the one that waited longest is taken next
  }
}
