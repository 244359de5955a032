import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requires } from '../helpers/real.ts';
import { attack, descriptors, letGo, startSite } from '../helpers/slow-attack.ts';

// With two thousand connections in each way: test/long/slow-attacks.test.ts.
describe('two sync workers under slowhttptest in all four modes at once', requires('slowhttptest', 'gunicorn', 'python3-django'), () => {
  test('everybody else is served, and no slow connection is held longer than stated', async (t) => {
    const front = await startSite(t);
    const before = descriptors(front);
    const { reports, served, otherwise, slowest } = await attack(t, front, [
      { mode: 'H', door: 'https', connections: 200, rate: 200, seconds: 30 },
      { mode: 'B', door: 'http', connections: 200, rate: 200, seconds: 30 },
      { mode: 'R', door: 'http', connections: 40, rate: 20, seconds: 30 },
      // Its clients see no end: what is closed here is still in the system's buffers for them.
      { mode: 'X', door: 'http', connections: 30, rate: 15, seconds: 6 },
    ]);
    const told = `${served} others served, the slowest in ${slowest} ms; ${JSON.stringify(reports)}`;
    assert.deepEqual(otherwise, [], told);
    assert.ok(slowest < 10_000, told);
    for (const { mode, ending, unavailable, closed, connected } of reports) {
      if (mode !== 'X') assert.equal(ending, 'No open connections left', told);
      assert.deepEqual(unavailable, [], `-${mode}: seconds in which its own probe got no answer. ${told}`);
      assert.ok(closed + connected > 0, told);
    }
    await letGo(front, before, 15_000);
  });
});
