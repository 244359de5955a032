/** A soak of seconds: the code and the verdicts of `npm run soak`, but for memory, which takes longer to find its level. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onBun } from '../helpers/front.ts';
import { requires } from '../helpers/real.ts';
import { soak } from '../soak/soak.ts';

test('under load, with apps killed, answers broken off and clients that go away, every answer that is owed comes, and comes right', requires('openssl'), async (t) => {
  const seed = Date.now() % 1_000_000;
  const { failures, failed, requests, faults } = await soak({ runtime: onBun ? 'bun' : 'node', workers: 1, seconds: 7, seed, rate: 60, part: 1, every: 0.6, long: false, tell: (line) => { t.diagnostic(line); } });
  assert.deepEqual(failures, [], `${failed} with seed ${seed}: npm run soak -- --seed ${seed}`);
  assert.ok(requests['right']! > 20 && Object.keys(faults).length > 4, JSON.stringify({ requests, faults })); // it did run
});
