import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock } from '../../src/transport/clock.ts';

class Held {
  deadline = Infinity;
  told = 0;
  onDeadline(): void { this.told++; }
}

test('a deadline is told once, when its time is over', () => {
  let time = 5000;
  const clock = new Clock(() => time);
  const held = new Held();
  clock.add(held);
  held.deadline = clock.now + 500;
  for (const [at, told] of [[5200, 0], [5400, 0], [5600, 1], [5800, 1]] as const) {
    time = at;
    clock.tick();
    assert.equal(held.told, told, `at ${at}`);
  }
});

test('time in which the process was held up does not count', () => {
  // On a machine without a processor to spare, timers ran before sockets were read, and clients were closed as late whose
  // bytes had been there for seconds.
  let time = 0;
  const clock = new Clock(() => time);
  const held = new Held();
  clock.add(held);
  held.deadline = clock.now + 1000;
  time = 30_000;
  clock.tick();
  assert.equal(held.told, 0, 'what came in these 30 seconds has not been looked at yet');
  for (let i = 0; i < 5; i++) { time += 200; clock.tick(); }
  assert.equal(held.told, 1, 'nothing came');
});

test('a process that is slow all the time ends what is late nevertheless', () => {
  let time = 0;
  const clock = new Clock(() => time);
  const held = new Held();
  clock.add(held);
  held.deadline = clock.now + 1000;
  for (let i = 0; i < 3; i++) { time += 1000; clock.tick(); }
  assert.equal(held.told, 1);
});

test('how long ago a tick was is told by the time outside', () => {
  let time = 100;
  const clock = new Clock(() => time);
  clock.add(new Held());
  time = 60_100;
  clock.tick();
  assert.equal(clock.tickedAt, 60_100);
  assert.ok(clock.now <= 400);
});

test('a deadline from this moment is never nearer than was asked', () => {
  let time = 0;
  const clock = new Clock(() => time);
  const held = new Held();
  clock.add(held);
  time = 190;
  clock.allow(held, 150);
  time = 200;
  clock.tick();
  assert.equal(held.told, 0);
  time = 400;
  clock.tick();
  assert.equal(held.told, 1);
});
