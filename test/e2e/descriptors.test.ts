import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fetchOnce } from '../helpers/client.ts';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { quietPort } from '../helpers/ports.ts';
import { reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawApp } from '../helpers/raw-app.ts';
import { eventually, scope, sleep, tempDir } from '../helpers/scope.ts';
import type { Talk } from '../helpers/talk.ts';

/** Node opens some 150 files at once as it starts. */
const LIMIT = 256;
const ask = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;

/** Processor time that a process has used, in seconds. */
const cpu = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

/** A connection that says nothing. `gone`: the front has ended it. */
interface Silent { readonly socket: Socket; gone: boolean; up: boolean }
const silent = (port: number): Silent => {
  const one: Silent = { socket: connect(port, '127.0.0.1'), gone: false, up: false };
  one.socket.on('connect', () => { one.up = true; }).on('end', () => { one.gone = true; }).on('error', () => { one.gone = true; }).on('close', () => { one.gone = true; }).resume();
  return one;
};

// At its limit Bun tried to accept without end and served nobody; Node closed whoever came, told nobody, and had no
// descriptor left for an app or a file.
describe('a process whose file descriptors run out', { skip: process.platform !== 'linux' && 'looks into /proc' }, () => {
  const here = scope();
  let front: Front;
  let app: RawApp;
  let admin: number;
  let hold = true;
  before(async () => {
    const dir = tempDir(here);
    mkdirSync(join(dir, 'files'));
    writeFileSync(join(dir, 'files', 'a.txt'), 'a file');
    admin = await quietPort();
    app = await startRawApp(here, async (connection) => {
      for (;;) {
        const request = await connection.request();
        if (request === undefined) { connection.end(); return; }
        if (request.target === '/held') await eventually('the end of the wait', () => !hold || connection.ended !== undefined, 30_000);
        connection.write(reply(request.method === 'POST' ? String(request.body.length) : 'ok'));
      }
    });
    front = await startFront(here, [app.address, '--scheme', '/=either', '--static', `/files/=${join(dir, 'files')}`, '--admin', String(admin)],
      { as: ['sh', '-c', `ulimit -n ${LIMIT} && exec "$@"`, 'sh'] });
  });
  const count = async (metric: RegExp): Promise<number> => Number(metric.exec((await fetchOnce(`http://127.0.0.1:${admin}/metrics`)).text)?.[1] ?? 0);
  const refused = (): Promise<number> => count(/sallyport_faults_total\{site="-",code="no-descriptors",kind="refused",blame="operator"\} (\d+)/);

  /** Waits until every client's descriptor is free again. */
  const left = (): Promise<unknown> => eventually('the front to let go of those who left', () => readdirSync(`/proc/${front.pid}/fd`).length < 60, 20_000);

  test('closes new connections at once, counts them and says so, and serves those that it has: app, file and upload', async () => {
    const kept = await Promise.all([front.talk('http'), front.talk('https'), front.talk('http')]);
    const crowd = Array.from({ length: 400 }, (_, i) => silent(i % 4 === 0 ? front.httpsPort : front.httpPort));
    await eventually('every one of the crowd to be let in or closed', () => crowd.every(({ up, gone }) => up || gone), 20_000);
    const closed = await eventually('as many to be closed as were counted', async () => {
      const count = crowd.filter(({ gone }) => gone).length;
      return count > 400 - LIMIT && count === await refused() && count;
    }, 20_000);
    assert.ok(closed < 380, `${closed} were closed`);

    const said = await front.event('what happens', ({ event }) => event === 'no-descriptors');
    assert.equal(said['level'], 'error');
    assert.match(String(said['message']), /closed at once: 192 of the 256 file descriptors .*LimitNOFILE=/);
    for (const [talk, path, answer] of [[kept[0], '/', 'ok'], [kept[1], '/', 'ok'], [kept[2], '/files/a.txt', 'a file']] as const) {
      talk.say(ask(path));
      assert.match(await talk.until(answer), /^HTTP\/1\.1 200 /);
    }
    kept[0].say(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(200_000)}`);
    assert.match(await kept[0].until('200000'), /^HTTP\/1\.1 200 /);

    const used = cpu(front.pid);
    await sleep(1000);
    assert.ok(cpu(front.pid) - used < 0.5, 'it waits, and does not try without end');
    assert.ok(front.events().filter(({ event }) => event === 'no-descriptors').length <= 3, 'and does not say it for each connection');
    for (const { socket } of crowd) socket.destroy();
    for (const talk of kept) talk.drop();
  });

  test('and serves as before when they have left', async () => {
    await left();
    for (let i = 0; i < 20; i++) assert.equal((await front.get('/files/a.txt')).text, 'a file');
  });

  // Idle clients cost one descriptor each, and two once all of them ask.
  test('clients that all ask at once are answered, or told 503, and none takes the last descriptors', async () => {
    hold = true;
    const talks: Talk[] = [];
    while (talks.length < 120) talks.push(await front.talk('http'));
    await eventually('all of them to be let in', async () => await count(/^sallyport_connections (\d+)/m) >= talks.length, 20_000);
    for (const talk of talks) talk.say(ask('/held', 'Connection: close\r\n'));
    await eventually('some to be told that there is no more', () => talks.some(({ text }) => text.startsWith('HTTP/1.1 503 ')), 20_000);
    const used = cpu(front.pid);
    await sleep(500);
    assert.ok(cpu(front.pid) - used < 0.4, 'it waits, and does not try without end');
    assert.ok(await refused() >= 0, 'the admin address answers');
    hold = false;
    await eventually('all of them to have an answer', () => talks.every(({ ended }) => ended !== undefined), 20_000);
    const statuses = talks.map(({ text }) => text.slice(0, 12));
    assert.deepEqual([...new Set(statuses)].sort(), ['HTTP/1.1 200', 'HTTP/1.1 503']);
    assert.ok(statuses.filter((status) => status.endsWith('200')).length > 5);
    await front.event('the reason', ({ event, requestId }) => event === 'no-descriptors' && requestId !== undefined);
    const metrics = (await fetchOnce(`http://127.0.0.1:${admin}/metrics`)).text;
    assert.match(metrics, /sallyport_upstream_up\{[^}]*\} 1/, 'which says nothing against the app');
    for (const talk of talks) talk.drop();
    await eventually('a new connection to be served', async () => (await front.getHttp('/').catch(() => undefined))?.status === 200);
    assert.equal((await front.get('/')).text, 'ok');
  });
});
