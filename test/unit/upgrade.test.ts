/** What `sallyport upgrade` does where the new program does not come up. With one that does: test/e2e/upgrade.test.ts. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createUpgrade } from '../../src/cli/upgrade.ts';
import { linux, wordsOf } from '../helpers/processes.ts';
import { eventually, tempDir } from '../helpers/scope.ts';

test('a new program that never serves is ended; the old one serves on, and can be asked again', { skip: linux }, async (t) => {
  const dir = tempDir(t);
  const [script, pid] = [join(dir, 'hangs.mjs'), join(dir, 'pid')];
  writeFileSync(script, `import { writeFileSync } from 'node:fs'; process.on('SIGTERM', () => {}); writeFileSync(${JSON.stringify(pid)}, String(process.pid)); setInterval(() => {}, 1000);`);
  const own = process.argv[1]!;
  process.argv[1] = script;
  const options = process.execArgv.splice(0); // what compiles these tests takes a second to start
  t.after(() => { process.argv[1] = own; process.execArgv.push(...options); });
  const log = { event: () => assert.fail('nothing was upgraded') };
  const upgrade = createUpgrade({ sockets: () => [], log } as unknown as Parameters<typeof createUpgrade>[0], 2000);
  let over = false;
  void upgrade.succeeded.then(() => { over = true; });
  for (const time of [1, 2]) {
    const asked = assert.rejects(async () => upgrade.commands['upgrade']!(), /did not serve within 2 seconds and was ended; this one serves on/, `time ${time}`);
    await assert.rejects(async () => upgrade.commands['upgrade']!(), /under way/);
    await asked;
    const started = Number(readFileSync(pid, 'utf8'));
    t.after(() => { if (wordsOf(started).length > 1) process.kill(started, 'SIGKILL'); });
    await eventually('it was ended', () => wordsOf(started).length <= 1); // a zombie has no words either
  }
  assert.equal(over, false);
  assert.throws(() => upgrade.commands['serves-now']!(), /No upgrade is under way/);
});
