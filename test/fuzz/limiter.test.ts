// Invariants, whatever is asked when, by however many workers:
// 1. A bucket lets `burst` + span / `interval` through in any span of time at most, and its first `burst` at once.
// 2. Who waits as long as it is told gets one; who is let through was never told to wait.
// 3. Workers together let no more through than that since the beginning, and in any span what a lease earns more.
// 4. A sole client of a small bucket gets from several workers all that one bucket would have given.
// 5. What is remembered is bounded.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Buckets, type Rate } from '../../src/core/policy/buckets.ts';
import { lend } from '../../src/front/limiter/lend.ts';
import { OwnLimiter } from '../../src/front/limiter/limiter.ts';
import { LEASE, SharedLimiter } from '../../src/front/limiter/shared.ts';

const NUM_RUNS = process.env['FUZZ_SECONDS'] === undefined ? 300 : Number(process.env['FUZZ_SECONDS']) * 300;

const rate: fc.Arbitrary<Rate> = fc.record({ interval: fc.double({ min: 0.5, max: 12_000, noNaN: true }), burst: fc.integer({ min: 1, max: 50 }) });
/** Milliseconds between two requests. */
const pauses = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3000, noNaN: true })), { minLength: 1, maxLength: 120 });

/** No span of time has more in it than a bucket gives in that span, and `more`. */
const withinRate = (times: readonly number[], { interval, burst }: Rate, more = 0): void => {
  for (let from = 0; from < times.length; from++) {
    for (let to = from; to < times.length; to++) {
      const span = times[to]! - times[from]!;
      assert.ok(to - from + 1 <= burst + span / interval + more + 1e-6, `${to - from + 1} in ${span} ms`);
    }
  }
};

describe('one bucket', () => {
  it('lets no more through than its rate, and all of that', () => {
    fc.assert(fc.property(rate, pauses, (its, gaps) => {
      let now = 1000;
      const limiter = new OwnLimiter(() => now);
      const through: number[] = [];
      for (const gap of gaps) {
        now += gap;
        const wait = limiter.take('a', its);
        if (wait === 0) { through.push(now); continue; }
        assert.ok(wait > 0 && wait <= its.interval + 1e-6, `${wait} ms`);
        now += wait;
        assert.equal(limiter.take('a', its), 0, 'who waits as long as it is told gets one');
        through.push(now);
      }
      withinRate(through, its);
      const fresh = new OwnLimiter(() => now);
      for (let i = 0; i < its.burst; i++) assert.equal(fresh.take('b', its), 0);
      assert.ok(fresh.take('b', its) > 0);
    }), { numRuns: NUM_RUNS });
  });

  it('is one of so many, and what is forgotten is what was not used for longest', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 }), (most, keys) => {
      const buckets = new Buckets(most);
      const its = { interval: 1000, burst: 1000 };
      for (const key of keys) {
        buckets.take(String(key), its, { now: 0, count: 1 });
        assert.ok(buckets.size <= most);
      }
      const newest = [...new Set([...keys].reverse())].slice(0, most);
      for (const key of newest) assert.ok(buckets.left(String(key), its, 0) < 1000, `${key} is remembered`);
    }), { numRuns: NUM_RUNS });
  });
});

/** Workers that share one table of buckets, over lines that take a while. */
class Whole {
  now = 1000;
  readonly workers: SharedLimiter[];
  readonly #buckets = new Buckets();
  readonly #letters: (() => void)[] = [];

  constructor(count: number) {
    this.workers = Array.from({ length: count }, () => new SharedLimiter((wanted) => new Promise((resolve) => {
      this.#letters.push(() => { resolve(wanted.map((one) => lend(this.#buckets, one, { workers: count, now: this.now }))); });
    }), () => this.now));
  }

  /** Until nobody waits for an answer. */
  async settle(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => { setImmediate(resolve); });
      if (this.#letters.length === 0) return;
      for (const letter of this.#letters.splice(0)) letter();
      await new Promise((resolve) => { setImmediate(resolve); });
    }
  }
}

describe('the buckets of several workers', () => {
  it('let no more through than one would', async () => {
    const requests = fc.array(fc.record({ worker: fc.nat(3), gap: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2500, noNaN: true })), together: fc.integer({ min: 1, max: 5 }) }), { minLength: 1, maxLength: 40 });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 4 }), rate, requests, async (count, its, asked) => {
      const whole = new Whole(count);
      const through: number[] = [];
      let answers = 0;
      let all = 0;
      for (const { worker, gap, together } of asked) {
        whole.now += gap;
        for (let i = 0; i < together; i++) {
          all++;
          const told = (wait: number): void => { answers++; if (wait === 0) through.push(whole.now); else assert.ok(wait > 0); };
          const wait = whole.workers[worker % count]!.take('a', its, told);
          if (wait !== undefined) told(wait);
        }
        await whole.settle();
      }
      assert.equal(answers, all, 'everybody is answered, once');
      for (const [i, at] of through.entries()) assert.ok(i + 1 <= its.burst + (at - 1000) / its.interval + 1e-6, `${i + 1} after ${at - 1000} ms`);
      withinRate(through, its, LEASE / its.interval);
    }), { numRuns: NUM_RUNS });
  });

  it('give a sole client of a small bucket all that one bucket would have given', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 7 }), fc.array(fc.nat(3), { minLength: 8, maxLength: 30 }), async (count, burst, order) => {
      const its = { interval: 60_000, burst: Math.min(burst, 2 * count - 1) };
      const whole = new Whole(count);
      let through = 0;
      for (const worker of order) {
        const told = (wait: number): void => { if (wait === 0) through++; };
        const wait = whole.workers[worker % count]!.take('a', its, told);
        if (wait !== undefined) told(wait);
        await whole.settle();
      }
      assert.equal(through, Math.min(its.burst, order.length));
    }), { numRuns: 100 });
  });

  it('are not asked again and again for who is refused', async () => {
    let asked = 0;
    let now = 0;
    const buckets = new Buckets();
    const limiter = new SharedLimiter((wanted) => { asked++; return Promise.resolve(wanted.map((one) => lend(buckets, one, { workers: 2, now }))); }, () => now);
    const its = { interval: 1000, burst: 1 };
    const refused = await Promise.all(Array.from({ length: 1000 }, () => new Promise<number>((resolve) => {
      const wait = limiter.take('a', its, resolve);
      if (wait !== undefined) resolve(wait);
    })));
    assert.equal(refused.filter((wait) => wait === 0).length, 1);
    for (let i = 0; i < 1000; i++) assert.ok(limiter.take('a', its, () => assert.fail())! > 0);
    assert.equal(asked, 1);
    now = 1001;
    assert.equal(limiter.take('a', its, () => {}), undefined, 'when its time has come it may ask again');
  });

  it('let go on what runs when the parent is gone', async () => {
    const limiter = new SharedLimiter(() => Promise.reject(new Error('gone')));
    const waits = await Promise.all([1, 2].map(() => new Promise<number | undefined>((resolve) => { limiter.take('a', { interval: 1, burst: 1 }, resolve); })));
    assert.deepEqual(waits, [0, 0]);
  });
});
