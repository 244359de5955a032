import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_TIMEOUTS } from '../../src/config/defaults.ts';
import type { Clock } from '../../src/transport/clock.ts';
import { Patience } from '../../src/front/downstream/patience.ts';

/** A connection's patience and a clock that the test moves, in milliseconds. */
function patience(leastRates = { body: 500, send: 500 }): { readonly of: Patience; at(ms: number): boolean; everySecond(seconds: number, bytes: number): void } {
  const clock = { now: 1_000_000, add() {}, remove() {} };
  const of = new Patience(clock as unknown as Clock, { timeouts: { ...DEFAULT_TIMEOUTS, body: 60_000, send: 60_000 }, leastRates }, () => {});
  /** Moves the clock to so much after the start; gives whether the time is over. */
  const at = (ms: number): boolean => { clock.now = 1_000_000 + ms; return of.deadline <= clock.now; };
  return {
    of, at,
    /** So much of a body comes in each second, and in none the time is over. */
    everySecond(seconds, bytes) {
      for (let second = 0; second < seconds; second++) {
        assert.equal(at(second * 1000), false, `after ${second} s`);
        of.bodyCame(bytes);
      }
    },
  };
}

describe('a request body', () => {
  // Each byte gave the next one the whole time anew: a body of 100 MiB sent a byte a minute held its connection for two centuries.
  it('that comes a byte now and then has its time, and no more', () => {
    const { of, at, everySecond } = patience();
    of.beginBody();
    everySecond(60, 1);
    assert.equal(at(60_500), true);
    assert.match(of.bodyTrouble, /^60 bytes of the body in 60500 ms, which is less than 500 a second after the first 60000 ms \(--body-rate\)$/);
  });

  it('that is slow but comes has as long as it needs', () => {
    const { of, everySecond } = patience();
    of.beginBody();
    everySecond(10_000, 501);
  });

  it('that stops has the time between two pieces, however fast it was', () => {
    const { of, at } = patience();
    of.beginBody();
    of.bodyCame(100_000_000);
    assert.equal(at(59_900), false);
    assert.equal(at(60_000), true);
    assert.equal(of.bodyTrouble, 'no byte of the body for 60000 ms');
  });

  it('begins anew when the front or the app was the slow one', () => {
    const { of, at } = patience();
    of.beginBody();
    of.bodyCame(1000);
    of.forever();
    assert.equal(at(3_600_000), false);
    of.beginBody();
    assert.equal(at(3_659_000), false);
    assert.equal(at(3_660_000), true);
  });

  it('may be as slow as it likes where the rate is off', () => {
    const { of, at } = patience({ body: 0, send: 0 });
    of.beginBody();
    for (let minute = 0; minute < 600; minute++) {
      assert.equal(at(minute * 59_000), false);
      of.bodyCame(1);
    }
  });
});

describe('an answer that a client takes', () => {
  const watch = ({ of, at }: ReturnType<typeof patience>, bytesASecond: number, seconds: number): number | undefined => {
    of.watchSending(7);
    for (let second = 1; second <= seconds; second++) {
      if (at(second * 1000) && !of.stillTakes(7 + bytesASecond * second)) return second;
    }
    return undefined;
  };

  // A client that took a byte before each deadline held its connection, and a megabyte that was read ahead for it, for ever.
  it('a few bytes at a time is dropped when its time is over', () => {
    assert.equal(watch(patience(), 5, 600), 61);
    assert.equal(watch(patience(), 0, 600), 60);
  });

  it('slowly, but at the rate, is sent to its end', () => { assert.equal(watch(patience(), 501, 100_000), undefined); });

  it('a few bytes at a time is sent to its end where the rate is off', () => { assert.equal(watch(patience({ body: 0, send: 0 }), 5, 100_000), undefined); });

  it('and then no more is dropped after the time to take something', () => {
    const { of, at } = patience();
    of.watchSending(0);
    assert.equal(at(60_000), true);
    assert.equal(of.stillTakes(10_000_000), true);
    assert.equal(at(119_000), false);
    assert.equal(at(120_000), true);
    assert.equal(of.stillTakes(10_000_000), false);
  });
});
