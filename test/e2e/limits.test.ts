/** What one program lets in: clients at once, and requests that an app has at once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, describe, it } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { eventually, scope } from '../helpers/scope.ts';
import { Talk } from '../helpers/talk.ts';

/** An app whose answers are given when the test says so, in the order of the requests. */
const startApp = async (on: ReturnType<typeof scope>) => {
  const held: { readonly path: string; readonly answer: ServerResponse }[] = [];
  const server = createServer((asked, answer) => { held.push({ path: asked.url ?? '', answer }); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  on.after(() => { server.closeAllConnections(); server.close(); });
  return { port: (server.address() as AddressInfo).port, held };
};

describe('one front with small limits', () => {
  const on = scope();
  let app: Awaited<ReturnType<typeof startApp>>;
  let front: Front;
  before(async () => {
    app = await startApp(on);
    front = await startFront(on, [String(app.port), '--max-connections', '6', '--max-concurrent', '1', '--queue', '1']);
  });

  it('closes whoever connects beyond the limit, and lets in again when somebody leaves', async () => {
    const open: Talk[] = [];
    for (let i = 0; i < 7; i++) {
      // The first ones say nothing to the https door: a handshake that has not begun counts as well.
      const talk = await Talk.open(i < 2 ? front.httpsPort : front.httpPort);
      on.after(() => { talk.drop(); });
      open.push(talk);
    }
    const stillThere = (): Talk[] => open.filter(({ ended }) => ended === undefined);
    await eventually('one to be closed', () => stillThere().length < 7);
    const { message } = await front.event('that there are too many', ({ event }) => event === 'too-many-connections');
    assert.match(String(message), /6 connections are open, as many as may be: one more was closed/);
    assert.equal(stillThere().length, 6);
    for (const talk of open) talk.drop();
    const answers = await eventually('room for four', async () => {
      const asked = await Promise.allSettled(Array.from({ length: 4 }, () => front.getHttp('/')));
      return asked.every(({ status }) => status === 'fulfilled') && asked;
    });
    assert.equal(answers.length, 4);
  });

  it('gives its app one request at a time, lets one wait, and refuses the next', async () => {
    const first = front.get('/1');
    await eventually('the first request', () => app.held.length === 1);
    const [second, third] = [front.get('/2'), front.get('/3')];
    const early = await Promise.race([second, third]);
    assert.deepEqual([early.status, Number(early.headers['retry-after']) > 0, app.held.length], [503, true, 1]);
    app.held[0]!.answer.end('first');
    await eventually('the second request', () => app.held.length === 2);
    app.held[1]!.answer.end('second');
    const texts = (await Promise.all([first, second, third])).map(({ text }) => text);
    assert.equal(texts[0], 'first');
    assert.ok(texts.includes('second'), 'the one that waited is answered, whichever of the two it was');
  });
});
