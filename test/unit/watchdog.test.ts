import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { keepWatchdog, watchdogTime } from '../../src/cli/watchdog.ts';

test('a service manager wants to hear from the process that it names, or from whichever it started', () => {
  assert.equal(watchdogTime({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 7), 30_000);
  assert.equal(watchdogTime({ WATCHDOG_USEC: '30000000' }, 7), 30_000);
  assert.equal(watchdogTime({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, 7), undefined);
  for (const written of [undefined, '', '0', '-1', 'soon', '1e99']) assert.equal(watchdogTime({ WATCHDOG_USEC: written }), undefined, written);
});

test('it is told twice in the time, and not while a worker owes an answer', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => { mock.timers.reset(); });
  const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
  let told = 0;
  let answer = Promise.resolve();
  const end = keepWatchdog({ time: 1000, answers: () => answer, tell: () => { told++; return Promise.resolve(); } });
  await turn();
  assert.equal(told, 1, 'at once');
  for (const count of [2, 3]) {
    mock.timers.tick(500);
    await turn();
    assert.equal(told, count);
  }
  let late!: () => void;
  answer = new Promise((resolve) => { late = resolve; });
  for (let i = 0; i < 4; i++) {
    mock.timers.tick(500);
    await turn();
  }
  assert.equal(told, 3);
  late();
  await turn();
  assert.equal(told, 4, 'it has answered after all');
  mock.timers.tick(500);
  await turn();
  assert.equal(told, 5);
  end();
  mock.timers.tick(5000);
  await turn();
  assert.equal(told, 5);
});
