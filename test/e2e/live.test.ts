import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { answerOf, open } from '../helpers/client.ts';
import { authority, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope } from '../helpers/scope.ts';

describe('server-sent events from a real Gunicorn', requires('gunicorn', 'python3-django'), () => {
  const here = scope();
  let front: Front;
  before(async () => { front = await startFront(here, [(await startDjango(here)).address]); });

  // A proxy that buffers event streams shows nothing for minutes and then everything at once.
  test('arrive one by one, when they are sent', async () => {
    const request = open(`${front.https}/events?count=5&gap=0.3`, { ca: authority() });
    request.end();
    const answer = await answerOf(request);
    assert.match(answer.headers['content-type'] ?? '', /^text\/event-stream/);
    const arrivals: { at: number; id: string }[] = [];
    for await (const piece of answer as AsyncIterable<Buffer>) {
      for (const [, id = ''] of piece.toString().matchAll(/id: (\d+)/g)) arrivals.push({ at: performance.now(), id });
    }
    assert.deepEqual(arrivals.map(({ id }) => id), ['0', '1', '2', '3', '4']);
    for (let i = 1; i < arrivals.length; i += 1) {
      const gap = (arrivals[i]?.at ?? 0) - (arrivals[i - 1]?.at ?? 0);
      assert.ok(gap > 100 && gap < 900, `event ${i} came ${Math.round(gap)} ms after the one before`);
    }
  });

  test('end at the app when the client goes away', async () => {
    const request = open(`${front.https}/events?count=100&gap=0.2`, { ca: authority() });
    request.on('error', () => undefined);
    request.end();
    const answer = await answerOf(request);
    answer.on('error', () => undefined);
    await new Promise((resolve) => { answer.once('data', resolve); });
    request.destroy();
    // Both workers answer again: the one that streamed for 20 seconds has seen its client go.
    const started = performance.now();
    await eventually('both workers to be free', async () => {
      const both = await Promise.all([front.get('/slow?seconds=0.3'), front.get('/slow?seconds=0.3')]);
      return Math.max(...both.map((got) => got.ms)) < 550;
    }, 6000);
    assert.ok(performance.now() - started < 6000);
  });
});

for (const [what, lines] of [
  ['an event stream', 'Content-Type: text/event-stream; charset=utf-8'],
  ['an answer with X-Accel-Buffering: no', 'Content-Type: text/plain\r\nX-Accel-Buffering: no'],
] as const) {
  test(`${what} passes live, piece by piece`, async (t) => {
    let next: (() => void) | undefined;
    const app = await startRawApp(t, async (connection) => {
      if (await connection.head() === undefined) return;
      connection.write(`HTTP/1.1 200 OK\r\n${lines}\r\nTransfer-Encoding: chunked\r\n\r\n`);
      for (const piece of ['one', 'two', 'six']) {
        await new Promise<void>((resolve) => { next = resolve; });
        connection.write(`3\r\n${piece}\r\n`);
      }
      connection.write('0\r\n\r\n');
    });
    const front = await startFront(t, [app.address]);
    const talk = await front.talk();
    talk.say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await talk.until('\r\n\r\n'); // the head comes before any piece exists
    for (const piece of ['one', 'two', 'six']) {
      await eventually('the app to wait', () => next);
      next?.();
      next = undefined;
      await talk.until(piece);
    }
    await talk.until('0\r\n\r\n');
    talk.drop();
  });
}

test('the first bytes of an ordinary answer are not held back until it is whole', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    if (await connection.head() !== undefined) connection.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<html>first');
  });
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await talk.until('first');
  talk.drop();
});
