/** Several processes that are one front: every client gets the same one, and nothing of it ends with one of them. */
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { listeningBelow } from '../../src/cli/proc.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { onBun, runFront, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { requires } from '../helpers/real.ts';
import { childrenOf } from '../helpers/processes.ts';
import { eventually, scope, tempDir, within } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';

interface Answer { readonly status: number; readonly worker: string; readonly fingerprint: string; readonly reused: boolean; readonly session: Buffer | undefined }

/** An app that gives back the request's id, whose beginning names the process that took it; `/slow` waits for `release`. */
const startApp = async (on: Scope) => {
  const held: ServerResponse[] = [];
  const server = createServer((asked, answer) => {
    answer.setHeader('Content-Type', 'text/plain');
    const finish = (): void => { answer.end(String(asked.headers['x-request-id'])); };
    if (asked.url !== '/slow') { finish(); return; }
    answer.write(`${String(asked.headers['x-request-id'])}\n`);
    held.push(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  on.after(() => { server.closeAllConnections(); server.close(); });
  return { port: (server.address() as AddressInfo).port, held };
};

/** One request on a connection of its own, or of the agent's. */
const ask = (port: number, options: { readonly agent?: Agent; readonly session?: Buffer; readonly path?: string } = {}): Promise<Answer> => new Promise((resolve, reject) => {
  const { path = '/', agent = false, session } = options;
  const asked = request({ host: '127.0.0.1', port, path, agent, rejectUnauthorized: false, servername: 'localhost', maxVersion: 'TLSv1.2', ...(session && { session }) }, (answer) => {
    const socket = answer.socket as TLSSocket;
    const shown = socket.getPeerX509Certificate(); // none on a resumed session
    const facts = { fingerprint: shown?.fingerprint256 ?? '', reused: socket.isSessionReused(), session: socket.getSession() };
    let text = '';
    answer.setEncoding('latin1').on('data', (piece: string) => { text += piece; }).on('end', () => resolve({ status: answer.statusCode ?? 0, worker: text.split('-')[0]!, ...facts })).on('error', reject);
  });
  asked.on('error', reject).end();
});

const many = (count: number, one: () => Promise<Answer>): Promise<Answer[]> => Promise.all(Array.from({ length: count }, one));

const isGone = (pid: number): boolean => {
  try { return /\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1')); } catch { return true; }
};

describe('two workers', requires('openssl'), () => {
  const on = scope();
  const dir = tempDir(on);
  const { cert, key, fingerprint } = makeCertificate(dir, 'site', ['localhost']);
  let app: Awaited<ReturnType<typeof startApp>>;
  let front: Front;
  let workers: number[] = [];
  before(async () => {
    app = await startApp(on);
    front = await startFront(on, [String(app.port), '--cert', cert, '--key', key, '--workers', '2', '--log-hide', 'coupon']);
    workers = childrenOf(front.pid);
  });

  /** Asks until two workers have answered. */
  const bothAnswer = (): Promise<Answer[]> => eventually('both workers to answer', async () => {
    const answers = await many(24, () => ask(front.httpsPort));
    return new Set(answers.map(({ worker }) => worker)).size === 2 ? answers : undefined;
  }, 15_000);

  it('are said in the one ready line, and both serve', async () => {
    assert.equal(front.events().filter(({ event }) => event === 'ready').length, 1);
    assert.equal(front.ready['workers'], 2);
    assert.equal(workers.length, 2);
    for (const { status } of await bothAnswer()) assert.equal(status, 200);
  });

  it('write whole lines to the one log, however many at once, without what is hidden', async () => {
    const path = `/${'a'.repeat(3000)}`; // a line that is longer than what a pipe takes in one piece with another's
    const targets = (): string[] => front.events().flatMap(({ target }) => typeof target === 'string' && target.startsWith(path) ? [target] : []);
    await many(100, () => ask(front.httpsPort, { path: `${path}?coupon=half&token=t0k3n` }));
    await eventually('every line to be there, whole', () => targets().length === 100);
    assert.deepEqual(new Set(targets()), new Set([`${path}?coupon=***&token=***`]));
    assert.deepEqual(front.stdout().split('\n').filter((line) => line !== '' && !line.endsWith('}')), []);
  });

  it('resume each other\'s sessions, where the runtime lets their key be set', async () => {
    const { session, worker } = await ask(front.httpsPort);
    const answers = await eventually('the other one to answer as well', async () => {
      const found = await many(24, () => ask(front.httpsPort, { session: session! }));
      return found.some((answer) => answer.worker !== worker) ? found : undefined;
    }, 15_000);
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      if (!onBun || answer.worker === worker) assert.equal(answer.reused, true, 'on Bun the other worker agrees anew');
    }
  });

  it('keep the port: another front is told who has it, as by a single process', async () => {
    const { exit, stderr } = await runFront([String(app.port), '--cert', cert, '--key', key, '--https', `127.0.0.1:${front.httpsPort}`, '--http', 'off', '--workers', '2']);
    assert.equal(exit.code, 1);
    assert.match(stderr, new RegExp(`^sallyport: 127\\.0\\.0\\.1:${front.httpsPort} is taken by \\w+ \\(pid ${front.pid}\\)\\. Stop that program`));
  });

  // At SIGUSR1 Node opens its inspector, on a port through which whoever reaches it runs code, and Bun ends.
  it('open no inspector at SIGUSR1, and go on', async () => {
    const ports = (): number[] => listeningBelow(front.pid).map(({ port }) => port).sort((a, b) => a - b);
    const before = ports();
    for (const pid of [front.pid, ...workers]) process.kill(pid, 'SIGUSR1');
    await bothAnswer();
    assert.deepEqual([childrenOf(front.pid), ports()], [workers, before]);
    assert.doesNotMatch(front.stderr(), /[Dd]ebugger|[Ii]nspector/);
  });

  it('that one is killed costs no request that the other has or gets, and it is replaced', async () => {
    // One kept connection to each worker, found by which process its request ids name.
    const kept = new Map<string, Agent>();
    await eventually('a kept connection to each worker', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      on.after(() => { agent.destroy(); });
      const { worker } = await ask(front.httpsPort, { agent });
      kept.set(worker, agent);
      return kept.size === 2;
    }, 15_000);
    process.kill(workers[0]!, 'SIGKILL');
    await eventually('its end to be seen', () => isGone(workers[0]!));
    for (const { status } of await many(20, () => ask(front.httpsPort))) assert.equal(status, 200);
    const onKept = await Promise.allSettled([...kept.values()].map((agent) => ask(front.httpsPort, { agent })));
    assert.ok(onKept.filter(({ status }) => status === 'fulfilled').length >= 1, 'the connection to the worker that lives goes on');
    const ended = await front.event('the end of a worker', ({ event }) => event === 'worker-ended');
    assert.match(String(ended['message']), new RegExp(`^Worker \\d \\(pid ${workers[0]}\\) was ended by SIGKILL\\. Another one starts at once\\.$`));
    await front.event('its replacement', ({ event }) => event === 'worker-started', 15_000);
    workers = childrenOf(front.pid);
    assert.equal(workers.length, 2);
    await bothAnswer();
  });

  it('show a replaced certificate both, and it is said once', async () => {
    const fresh = makeCertificate(dir, 'fresh', ['localhost']);
    copyFileSync(fresh.key, key);
    copyFileSync(fresh.cert, cert);
    await front.event('the replacement', ({ event }) => event === 'certificate-replaced', 20_000);
    await eventually('the new certificate from both', async () => {
      const answers = await bothAnswer();
      for (const answer of answers) assert.ok([fingerprint, fresh.fingerprint].includes(answer.fingerprint));
      return answers.every((answer) => answer.fingerprint === fresh.fingerprint);
    });
    assert.equal(front.events().filter(({ event }) => event === 'certificate-replaced').length, 1);
  });

  it('finish what runs when the whole is told to stop, and end with it', async () => {
    const slow = many(8, () => ask(front.httpsPort, { path: '/slow' }));
    await eventually('the app to have them', () => app.held.length === 8);
    front.child.kill('SIGTERM');
    await eventually('the port to be free', () => ask(front.httpsPort).then(() => undefined, (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED'));
    for (const answer of app.held) answer.end('done');
    for (const { status } of await within(10_000, 'the answers that were owed', slow)) assert.equal(status, 200);
    assert.deepEqual(await front.exited, { code: 0, signal: null });
    for (const pid of workers) assert.ok(isGone(pid));
  });
});

describe('workers at the edges', requires('openssl'), () => {
  it('on a local site share its authority, and end when their parent was killed', async (t) => {
    const app = await startApp(t);
    const front = await startFront(t, [String(app.port), '--workers', '2', '--grace', '1']);
    const got = await front.get('/'); // believes the authority alone
    assert.equal(got.status, 200);
    assert.equal((await front.get(`https://shop.localhost:${front.httpsPort}/`)).status, 200);
    const workers = childrenOf(front.pid);
    assert.equal(workers.length, 2);
    front.child.kill('SIGKILL');
    await eventually('the workers to end', () => workers.every(isGone), 15_000);
  });

  it('that cannot start end the program with the reason, told once', async (t) => {
    const dir = tempDir(t);
    const { cert, key } = makeCertificate(dir, 'site', ['localhost']);
    const ca = join(dir, 'ca.pem');
    writeFileSync(ca, 'not a certificate');
    const { exit, stderr, stdout } = await runFront(['https://127.0.0.1:9', '--upstream-ca', ca, '--cert', cert, '--key', key, '--https', '127.0.0.1:0', '--http', 'off', '--workers', '2', '--log', 'json']);
    assert.equal(exit.code, 2, stderr);
    assert.equal(stderr.split('\n').filter((line) => line.startsWith('sallyport: ')).length, 1, stderr);
    assert.match(stderr, /ca\.pem/);
    assert.equal(stdout, '');
  });

  it('a door that is a unix socket is the parent\'s, too', async (t) => {
    const app = await startApp(t);
    const dir = tempDir(t);
    const path = join(dir, 'front.sock');
    const front = await startFront(t, [String(app.port), '--https', 'off', '--http', `unix:${path}`, '--scheme', '/=http', '--workers', '2']);
    const { request: plain } = await import('node:http');
    const [answer] = await once(plain({ socketPath: path, path: '/', agent: false }).end(), 'response') as [{ statusCode: number; resume(): void }];
    answer.resume();
    assert.equal(answer.statusCode, 200);
    assert.deepEqual(await front.stop(), { code: 0, signal: null });
    assert.deepEqual(readdirSync(dir), []);
  });
});
