/** Two thousand slow connections in each of slowhttptest's modes, one after the other: node scripts/test.mjs test/long/slow-attacks.test.ts */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requires } from '../helpers/real.ts';
import { attack, descriptors, letGo, startSite } from '../helpers/slow-attack.ts';
import { MODES } from '../helpers/slowhttptest.ts';

const CONNECTIONS = Number(process.env['SLOW_CONNECTIONS'] ?? 2000);

describe(`two sync workers and ${CONNECTIONS} slow connections`, requires('slowhttptest', 'gunicorn', 'python3-django'), () => {
  for (const mode of MODES) {
    for (const door of ['https', 'http'] as const) {
      test(`-${mode} over ${door}: everybody else is served, and no slow connection is held longer than stated`, async (t) => {
        const front = await startSite(t);
        const before = descriptors(front);
        // Whole requests are work for two workers, whoever sends them: those come no faster than such a site can serve.
        // It ends when none is left open; clients of -X see no end, as what is closed here is still in the system's buffers for them.
        const rate = mode === 'H' || mode === 'B' ? 400 : 40;
        const { reports: [report], served, otherwise, slowest } = await attack(t, front, [{ mode, door, connections: CONNECTIONS, rate, seconds: mode === 'X' ? CONNECTIONS / rate + 15 : 300 }]);
        const told = `${served} others served, the slowest in ${slowest} ms; ${JSON.stringify(report)}`;
        console.log(`# -${mode} ${door}: ${told}`);
        assert.deepEqual(otherwise, [], told);
        assert.ok(slowest < 10_000, told);
        if (mode !== 'X') assert.equal(report!.ending, 'No open connections left', told);
        assert.deepEqual(report!.unavailable, [], told);
        await letGo(front, before, 15_000);
      });
    }
  }
});
