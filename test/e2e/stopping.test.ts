import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { eventually, sleep, within } from '../helpers/scope.ts';
import { Talk } from '../helpers/talk.ts';

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`on ${signal} running answers end whole, idle connections close, nothing new is accepted, and it exits 0`, async (t) => {
    let finish: (() => void) | undefined;
    const app = await startRawApp(t, async (connection) => {
      if (await connection.request() === undefined) return;
      connection.write('HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nfirst ');
      await new Promise<void>((resolve) => { finish = resolve; });
      connection.write('later');
    });
    const front = await startFront(t, [app.address]);
    const idle = await front.talk();
    const busy = await front.talk();
    busy.say(GET);
    await busy.until('first ');
    front.child.kill(signal);
    await idle.toTheEnd(3000);
    await eventually('new connections to be refused', () => Talk.open(front.httpsPort, { tls: true }).then((talk) => { talk.drop(); return false; }, () => true));
    await sleep(300);
    assert.equal(busy.ended, undefined, 'the running answer goes on');
    finish?.();
    await busy.until('later');
    assert.deepEqual(await within(3000, 'the exit', front.exited), { code: 0, signal: null });
    idle.drop();
    busy.drop();
  });
}

test('an answer that begins after the signal says Connection: close', async (t) => {
  const app = await startRawApp(t, async (connection) => {
    if (await connection.request() === undefined) return;
    await sleep(700);
    connection.write(reply('done'));
  });
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say(GET);
  await eventually('the request at the app', () => app.connections.length > 0);
  await sleep(100);
  front.child.kill('SIGTERM');
  const text = await talk.toTheEnd();
  assert.match(text, /^HTTP\/1\.1 200 [^]*connection: close\r\n[^]*done$/i);
  assert.equal((await front.exited).code, 0);
  talk.drop();
});

test('a second signal ends it at once', async (t) => {
  const app = await startRawApp(t, async (connection) => { await connection.head(); });
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say(GET);
  await eventually('the request at the app', () => app.connections.length > 0);
  front.child.kill('SIGTERM');
  await sleep(300);
  assert.equal(front.child.exitCode, null);
  front.child.kill('SIGTERM');
  await within(2000, 'the exit', front.exited);
  talk.drop();
});

test('--grace bounds the wait', async (t) => {
  const app = await startRawApp(t, async (connection) => { await connection.head(); });
  const front = await startFront(t, [app.address, '--grace', '1']);
  const talk = await front.talk();
  talk.say(GET);
  await eventually('the request at the app', () => app.connections.length > 0);
  const started = performance.now();
  front.child.kill('SIGTERM');
  await within(4000, 'the exit', front.exited);
  const took = performance.now() - started;
  assert.ok(took > 800, `${took} ms`);
  talk.drop();
});

test('a stop without clients is immediate, with kept connections to the app too', async (t) => {
  const app = await startRawApp(t, answering(() => reply('ok')));
  const front = await startFront(t, [app.address]);
  assert.equal((await front.getKept('/')).text, 'ok');
  const started = performance.now();
  assert.deepEqual(await front.stop(), { code: 0, signal: null });
  assert.ok(performance.now() - started < 2000);
});
