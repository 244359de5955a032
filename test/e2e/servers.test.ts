/** Several real Gunicorns behind one front: one is killed under load and started again, and nobody notices. */
import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { answerOf, open, readAll } from '../helpers/client.ts';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import type { Gunicorn } from '../helpers/gunicorn.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { eventually, tempDir } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';
import { startUwsgi } from '../helpers/uwsgi.ts';

/** As long as a busy machine may take to start a Gunicorn, and a pause that has grown meanwhile. */
const LONG = 90_000;
const HOST = 'shop.test';
/** A site that knows its hosts and wants https: what a health check that is told less does not get past. */
const STRICT = { SITE_ALLOWED_HOSTS: HOST, SITE_SSL_REDIRECT: '1', SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO' };

const startFrontOf = (scope: Scope, app: readonly string[], upstream: object): Promise<Front> => {
  const file = join(tempDir(scope), 'sallyport.config.json');
  writeFileSync(file, JSON.stringify({ https: '127.0.0.1:0', http: '127.0.0.1:0', log: 'json', domains: [HOST], app, upstream }));
  return startFront(scope, ['--config', file]);
};

/** SIGKILL for it and its workers, all at once: they share the listening socket. */
const kill = async (server: Gunicorn): Promise<void> => {
  const workers = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(server.pid);
    } catch {
      return false; // it has ended meanwhile
    }
  });
  for (const pid of [server.pid, ...workers.map(Number)]) process.kill(pid, 'SIGKILL');
  await server.exited;
};

interface Load {
  /** Answers so far, by the server's port. */
  readonly by: Map<number, number>;
  /** What went wrong before a byte of the answer. */
  readonly failures: string[];
  stop(): Promise<void>;
}

/** Clients of a mode: where each comes from, and whether it keeps its cookies. */
interface Clients { readonly from?: readonly string[]; readonly cookies?: 'some' }

const METHODS = ['GET', 'GET', 'HEAD', 'OPTIONS', 'GET', 'DELETE', 'PUT'];

/** Four clients that ask one request after the other, all of them such as may be sent twice. */
const load = (scope: Scope, front: Front, { from, cookies }: Clients = {}): Load => {
  const by = new Map<number, number>();
  const failures: string[] = [];
  let over = false;
  const client = async (n: number): Promise<void> => {
    const agents = (from ?? ['127.0.0.1']).map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
    let cookie: string | undefined;
    for (let i = 0; !over; i++) {
      const which = i % agents.length;
      const method = METHODS[(i + n) % METHODS.length]!;
      const path = method === 'GET' ? '/truth' : '/echo';
      const headers = ['Host', HOST, ...(method === 'PUT' ? ['Content-Length', '4'] : []), ...(cookie === undefined ? [] : ['Cookie', cookie])];
      try {
        const request = open(`${front.https}${path}`, { method, headers, agent: agents[which]!, ...(from && { from: from[which]! }) });
        request.end(method === 'PUT' ? 'body' : undefined);
        const answer = await answerOf(request, 60_000);
        // Cut after its beginning: that is nothing a front could hide.
        const body = await readAll(answer, 60_000).catch(() => undefined);
        if (answer.statusCode !== 200) failures.push(`${method} ${path}: ${answer.statusCode} ${body?.toString() ?? ''}`);
        if (method === 'GET' && body !== undefined && answer.statusCode === 200) {
          const port = Number((JSON.parse(body.toString()) as Told).environ['SERVER_PORT']);
          by.set(port, (by.get(port) ?? 0) + 1);
        }
        const set = answer.headers['set-cookie']?.[0]?.split(';')[0];
        // Every second client keeps its cookie; the others are new each time.
        if (cookies === 'some' && n % 2 === 0) cookie = set ?? cookie;
      } catch (error) {
        failures.push(`${method} ${path}: ${String(error)}`);
      }
    }
    for (const agent of agents) agent.destroy();
  };
  const clients = [0, 1, 2, 3].map(client);
  const stop = async (): Promise<void> => { over = true; await Promise.all(clients); };
  scope.after(stop);
  return { by, failures, stop };
};

const count = ({ by }: Load, { port }: Gunicorn): number => by.get(port) ?? 0;

describe('one of two Gunicorns is killed under load and started again: no request that may be sent twice fails, and both have work again', requires('gunicorn', 'python3-django'), () => {
  const MODES: readonly (readonly [name: string, upstream: object, clients?: Clients])[] = [
    ['least connections', {}],
    ['round robin', { balance: 'round-robin' }],
    ['by client address', { balance: 'client' }, { from: Array.from({ length: 12 }, (_, i) => `127.0.0.${i + 2}`) }],
    ['sticky', { sticky: 'stay' }, { cookies: 'some' }],
    ['health checks', { check: { path: '/truth', interval: '500ms', fall: 2 } }],
  ];
  for (const [name, upstream, clients] of MODES) {
    test(name, async (t) => {
      const [one, two] = await Promise.all([startDjango(t, { site: STRICT }), startDjango(t, { site: STRICT })]);
      const front = await startFrontOf(t, [one.address, two.address], upstream);
      const running = load(t, front, clients);
      await eventually('both to have work', () => count(running, one) > 5 && count(running, two) > 5, LONG);

      await kill(one);
      await front.event('that it is down', ({ event, server }) => event === 'server-down' && server === one.address, LONG);
      const [ofOne, ofTwo] = [count(running, one), count(running, two)];
      await eventually('the other one to go on', () => count(running, two) > ofTwo + 20, LONG);
      assert.equal(count(running, one), ofOne);

      const again = await startDjango(t, { site: STRICT, port: one.port });
      await front.event('that it is up again', ({ event, server }) => event === 'server-up' && server === one.address, LONG);
      const then = count(running, two);
      await eventually('both to have work again', () => count(running, again) > ofOne + 5 && count(running, two) > then + 5, LONG);
      await running.stop();
      assert.deepEqual(running.failures, []);
      assert.deepEqual(front.events().filter(({ event }) => event === 'server-down' || event === 'server-up').map(({ event, server }) => [event, server]),
        [['server-down', one.address], ['server-up', one.address]], 'each change is said once');
    });
  }
});

describe('all servers down', requires('gunicorn', 'python3-django'), () => {
  test('503 with Retry-After, and 200 again when one is back', async (t) => {
    const servers = await Promise.all([startDjango(t, { site: STRICT }), startDjango(t, { site: STRICT })]);
    const front = await startFrontOf(t, servers.map(({ address }) => address), {});
    const ask = (method = 'GET'): ReturnType<Front['get']> => front.get('/truth', { method, headers: { Host: HOST }, ca: undefined });
    assert.equal((await ask()).status, 200);
    await Promise.all(servers.map(kill));
    for (const method of ['GET', 'POST']) {
      const got = await ask(method);
      assert.equal(got.status, 503);
      assert.ok(Number(got.headers['retry-after']) >= 1, got.headers['retry-after']);
      assert.doesNotMatch(got.text, /127\.0\.0\.1/, 'nothing of addresses');
    }
    await front.event('that the app is down', ({ event, message }) => event === 'app-down' && String(message).includes(servers[0].address));
    await startDjango(t, { site: STRICT, port: servers[0].port });
    await eventually('an answer', async () => (await ask()).status === 200, LONG);
  });
});

describe('health checks', () => {
  test('get 200 from Django behind ALLOWED_HOSTS and SECURE_SSL_REDIRECT, as its own log shows; with another Host they do not', requires('gunicorn', 'python3-django'), async (t) => {
    const site = await startDjango(t, { site: STRICT, args: ['--access-logfile', '-', '--access-logformat', '%(s)s %(r)s %(a)s'] });
    await startFrontOf(t, [site.address], { check: '/truth?check' });
    const said = await site.prints(/^(\d+) GET \/truth\?check HTTP\/1\.1 Sallyport-Check$/m, LONG);
    assert.equal(said[1], '200');
    const stranger = await startFrontOf(t, [site.address], { check: { path: '/truth', host: 'other.test' } });
    const { message } = await stranger.event('why it is down', ({ event }) => event === 'server-down', LONG);
    assert.match(String(message), /\/truth answers 400\. Requests still go to it/);
  });

  test('are spoken in uwsgi, too', requires('uwsgi', 'uwsgi-plugin-python3', 'python3-django'), async (t) => {
    const [one, two] = await Promise.all([startUwsgi(t, { site: STRICT }), startUwsgi(t, { site: STRICT })]);
    const front = await startFrontOf(t, [one.address, two.address], { check: { path: '/truth?check', interval: '300ms', fall: 1, status: 200 } });
    await Promise.all([one, two].map((server) => server.prints(/GET \/truth\?check =>.*\(HTTP\/1\.1 200\)/, LONG)));
    assert.ok(front.events().every(({ event }) => event !== 'server-down'));
    await one.stop();
    await front.event('that it is down', ({ event, server }) => event === 'server-down' && server === one.address, LONG);
    for (let i = 0; i < 4; i++) assert.equal((await front.get('/truth', { headers: { Host: HOST }, ca: undefined })).status, 200);
  });
});

/** The machine's own name, where that is on loopback: another one would be a door to others. */
const ownName = async (): Promise<string | undefined> => {
  const found = await lookup(hostname(), { all: true }).catch(() => []);
  return found.length > 0 && found.every(({ address }) => address.startsWith('127.')) ? hostname().toLowerCase() : undefined;
};

describe('a server with a name', async () => {
  const name = await ownName();
  test('is looked up by the system\'s resolver and reached at its address', { skip: name === undefined && 'needs a machine whose own name is on loopback (127.0.1.1 in /etc/hosts)' }, async (t) => {
    const { address } = await lookup(name!);
    const app = await startRawApp(t, answering(() => reply('by name')), { host: address, port: 0 });
    const front = await startFrontOf(t, [`${name}:${app.port}`], { lookup: '1s' });
    const ask = (): ReturnType<Front['get']> => front.get('/', { headers: { Host: HOST }, ca: undefined });
    for (let i = 0; i < 3; i++) assert.equal((await ask()).text, 'by name');
    assert.ok(front.events().every(({ event }) => event !== 'lookup-failed' && event !== 'server-moved'));
  });

  test('that nobody knows: 502, and the log says that it cannot be looked up', async (t) => {
    const front = await startFrontOf(t, ['no-such-host.invalid:8000'], {});
    await front.event('the lookup', ({ event, message }) => event === 'lookup-failed' && /no-such-host\.invalid/.test(String(message)), LONG);
    assert.equal((await front.get('/', { headers: { Host: HOST }, ca: undefined })).status, 502);
  });
});
