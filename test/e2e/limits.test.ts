/** What one program lets in: clients at once, and requests that an app has at once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';
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

describe('the rates and guards of several workers', requires('openssl'), () => {
  const on = scope();
  const PREFIXES = Array.from({ length: 12 }, (_, i) => `/${i}/`);
  let front: Front;
  before(async () => {
    const server = createServer((asked, answer) => { answer.end(`password: ${asked.headers.authorization ?? 'none'}`); }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    on.after(() => { server.closeAllConnections(); server.close(); });
    const dir = tempDir(on);
    const { cert, key } = makeCertificate(dir, 'site', ['localhost']);
    const passwords = join(dir, 'passwords');
    writeFileSync(passwords, 'ada:$2y$04$p5/FKSFYOYkUP7gw1ddrzeYKpWf9AP.BF/AyjQbYlCzzxQyOH/I3O\n'); // htpasswd -nbB -C 4 ada 'open sesame'
    const rates = PREFIXES.flatMap((prefix) => ['--rate', `${prefix}=1/h burst=3`]);
    front = await startFront(on, [String((server.address() as AddressInfo).port), '--cert', cert, '--key', key, '--workers', '2', ...rates, '--rate', '/many/=1/h burst=40',
      '--guard', `/guarded/=basic:${passwords}`, '--guard', '/far/=allow:192.0.2.1']);
  });

  const ask = async (count: number, path: string): Promise<{ statuses: number[]; workers: Set<string | undefined> }> => {
    const answers = await Promise.all(Array.from({ length: count }, () => front.get(path)));
    return { statuses: answers.map(({ status }) => status), workers: new Set(answers.flatMap(({ headers }) => (headers['x-request-id'] as string | undefined)?.split('-')[0] ?? [])) };
  };

  it('are those of one: exactly as many are let through, whichever worker they come to', async () => {
    let both = 0;
    for (const prefix of PREFIXES) {
      const { statuses, workers } = await ask(12, prefix);
      assert.equal(statuses.filter((status) => status === 200).length, 3, statuses.join());
      assert.equal(statuses.filter((status) => status === 429).length, 9, statuses.join());
      both += Number(workers.size === 2); // refusals have an id, which names the process
      if (both === 2) break;
    }
    assert.ok(both > 0, 'two workers have answered');
    assert.deepEqual((await ask(4, '/elsewhere')).statuses, [200, 200, 200, 200]);
  });

  it('may leave some of a large bucket in the hands of a worker that is not asked any more, and never give out more', async () => {
    const { statuses } = await ask(60, '/many/');
    const through = statuses.filter((status) => status === 200).length;
    assert.ok(through <= 40 && through >= 20, `${through} of 60`);
  });

  it('a password is asked for, found right, and kept from the app, by whichever worker', async () => {
    const right = { headers: { Authorization: `Basic ${Buffer.from('ada:open sesame').toString('base64')}` } };
    const answers = await Promise.all(Array.from({ length: 8 }, () => front.get('/guarded/', right)));
    assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))], ['200 password: none']);
    const without = await front.get('/guarded/', { headers: { Authorization: `Basic ${Buffer.from('ada:sesame').toString('base64')}` } });
    assert.deepEqual([without.status, without.headers['www-authenticate']], [401, 'Basic realm="Restricted", charset="UTF-8"']);
    assert.equal((await front.get('/far/')).status, 403);
  });
});
