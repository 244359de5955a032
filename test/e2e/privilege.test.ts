/** Started as root with --user: who has the keys has no client, and who has a client has no rights. */
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { makeCertificate } from '../helpers/certificate.ts';
import { runFront, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { reply, startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { childrenOf, whoHas, wordsOf } from '../helpers/processes.ts';
import { quietPort } from '../helpers/ports.ts';
import { Talk } from '../helpers/talk.ts';
import { fetchOnce } from '../helpers/client.ts';
import type { Ask, Got } from '../helpers/client.ts';
import { eventually, scope, tempDir, within } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';

const SECRET = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const asRoot = process.getuid?.() !== 0 ? { skip: 'only root can start what becomes another user: sudo node scripts/test.mjs test/e2e/privilege.test.ts' } : requires('openssl', 'util-linux');

/** Lines of a file for a guard (openssl passwd -5 -salt abcdefgh first). */
const FIRST = 'ada:$5$abcdefgh$8DzkI0O2Flt7V/8BPiPRqKANYulqivqyp7DUB0K9/k/\n';
const SECOND = 'ada:$5$abcdefgh$ivz0p5I.Ho5nMpcruGMQyVeX2A0PkUsAdnPKWpn15q4\n';
const basic = (name: string, password: string): Ask => ({ headers: { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` } });

/** A line of /proc/PID/status. */
const status = (pid: number, name: string): string => new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]?.replace(/\s+/g, ' ') ?? '';

/** Gives back the secret that it was told. */
const startApp = (on: Scope) => startRawApp(on, async (connection) => {
  for (let request = await connection.request(); request !== undefined; request = await connection.request()) {
    connection.write(reply(/^sallyport-secret: (.*)$/im.exec(request.head)?.[1]?.trim() ?? 'told nothing'));
  }
  connection.end();
});

describe('a front of root\'s with --user nobody', asRoot, () => {
  const on = scope();
  const dir = tempDir(on);
  const env = { SALLYPORT_DATA_DIR: tempDir(on) };
  const [nobody, group] = ['nobody', 'games'];
  const uids = Object.fromEntries(readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => [line.split(':')[0], line.split(':')[2]]));
  const gids = Object.fromEntries(readFileSync('/etc/group', 'utf8').split('\n').map((line) => [line.split(':')[0], line.split(':')[2]]));
  const [uid, gid] = [uids[nobody], gids[group]];
  const files = join(dir, 'files');
  const { cert, key, fingerprint } = makeCertificate(dir, 'site', ['localhost']);
  const second = makeCertificate(dir, 'second', ['localhost']);
  let front: Front;
  let successor = NaN;
  let adminPort = NaN;
  const child = (word: string, parent: number): number => childrenOf(parent).find((pid) => wordsOf(pid).includes(word))!;
  const worker = (parent = front.pid): number => child('worker', parent);
  /** Asks the admin address. */
  const admin = (path: string): Promise<Got> => fetchOnce(`http://127.0.0.1:${adminPort}${path}`, basic('me', SECRET));
  const answered = async (): Promise<number> => (JSON.parse((await admin('/status.json')).text) as { sites: Record<string, { statuses: Record<string, number> }> }).sites['*']?.statuses['200'] ?? 0;
  before(async () => {
    chmodSync(dir, 0o711); // who serves gets to the folder of files, and to nothing else of this one
    mkdirSync(files, { mode: 0o755 });
    for (const [name, mode] of [['open.txt', 0o644], ['closed.txt', 0o600]] as const) writeFileSync(join(files, name), name, { mode });
    writeFileSync(join(dir, 'secret'), `${SECRET}\n`, { mode: 0o600 });
    writeFileSync(join(dir, 'guard'), FIRST, { mode: 0o600 });
    mkdirSync(join(dir, 'log'), { mode: 0o700 });
    const app = await startApp(on);
    adminPort = await quietPort();
    front = await startFront(on, [
      app.address, '--cert', cert, '--key', key, '--workers', '1', '--user', `${nobody}:${group}`, '--secret-file', join(dir, 'secret'),
      '--guard', `/staging/=basic:${join(dir, 'guard')}`, '--guard', '/inside/=deny:127.0.0.0/8', '--guard', `/either/=basic:${join(dir, 'guard')} allow:127.0.0.1 any`,
      '--admin', String(adminPort), '--admin-password-file', join(dir, 'secret'), '--static', `/files/=${files}`, '--log-file', join(dir, 'log', 'access.log'),
    ], { env });
    on.after(() => { try { process.kill(successor, 'SIGKILL'); } catch { /* it has ended, or never began */ } }); // before the front, whose streams it has
  });

  const assertIsNobody = (pid: number): void => {
    assert.equal(status(pid, 'Uid'), `${uid} ${uid} ${uid} ${uid}`);
    assert.equal(status(pid, 'Gid'), `${gid} ${gid} ${gid} ${gid}`);
    assert.equal(status(pid, 'Groups'), String(gid));
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.equal(status(pid, set), '0000000000000000', set);
    assert.equal(status(pid, 'NoNewPrivs'), '1');
    assert.equal(statSync(`/proc/${pid}/mem`).uid, 0, 'no other process of that user may look into its memory');
  };

  it('has a parent that is root, and one worker that is that user in every thread, for good', () => {
    assert.equal(front.ready['workers'], 1);
    assert.equal(status(front.pid, 'Uid'), '0 0 0 0');
    assertIsNobody(worker());
    for (const thread of readdirSync(`/proc/${worker()}/task`)) assertIsNobody(Number(thread));
    assert.equal(front.events().some(({ event }) => event === 'running-as-root'), false);
  });

  it('serves with a key and a secret that the user may not read', async () => {
    const { status: code, text } = await front.get('/');
    assert.deepEqual([code, text], [200, SECRET]);
    await eventually('the line in a log that is root\'s', () => readFileSync(join(dir, 'log', 'access.log'), 'utf8').includes('"target":"/"'));
    assert.equal(statSync(join(dir, 'log', 'access.log')).uid, 0);
  });

  it('gives out the files that the user may read, and no other', async () => {
    assert.equal((await front.get('/files/open.txt')).text, 'open.txt');
    const closed = await front.get('/files/closed.txt');
    assert.notEqual(closed.status, 200);
    assert.doesNotMatch(closed.text, /closed\.txt/);
  });

  it('guards paths with a file of passwords that only root may read, and by addresses; a reload takes over what is in the file, and refuses one that cannot be used', async () => {
    const staging = async (password: string): Promise<number> => (await front.get('/staging/', basic('ada', password))).status;
    const byAddress = async (): Promise<number[]> => [(await front.get('/inside/')).status, (await front.get('/either/')).status];
    const reload = () => runFront(['reload'], { env });
    assert.equal((await front.get('/staging/')).status, 401);
    assert.deepEqual([await staging('first'), await staging('second'), await byAddress()], [200, 401, [403, 200]]);
    writeFileSync(join(dir, 'guard'), SECOND);
    assert.equal(await staging('first'), 200, 'what counts is what was read');
    assert.equal((await reload()).exit.code, 0);
    assert.deepEqual([await staging('first'), await staging('second'), await byAddress()], [401, 200, [403, 200]]);
    writeFileSync(join(dir, 'guard'), 'ada:in the clear\n');
    const { exit, stderr } = await reload();
    assert.deepEqual([exit.code, /guard/.test(stderr)], [1, true], stderr);
    assert.equal(await staging('second'), 200);
    writeFileSync(join(dir, 'guard'), FIRST);
  });

  /** The admin address is answered by a process that is the user too. */
  const assertAdmin = async (parent: number): Promise<void> => {
    const client = await Talk.open(adminPort);
    client.say(`GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    assert.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 401 /);
    const who = whoHas([parent, ...childrenOf(parent)], adminPort, client.socket.localPort!);
    client.drop();
    assert.deepEqual(who, [child('admin', parent)], 'the process of the admin address alone has a connection to it');
    assertIsNobody(who[0]!);
    assert.match((await admin('/')).text, /<main/);
    assert.match((await admin('/metrics')).text, /^sallyport_certificate_days_left\{name="localhost"\} /m);
  };

  it('answers the admin address by a process that is that user, and has the figures of the whole and the password that the user may not read', async () => {
    await assertAdmin(front.pid);
    const before = await answered();
    const live = async (): Promise<string> => (await admin('/live')).text;
    const page = await live();
    await front.get('/');
    await eventually('the request to be counted', async () => await answered() > before, 10_000);
    await eventually('the page to live', async () => await live() !== page, 10_000);
    const count = await answered();
    const gone = child('admin', front.pid);
    process.kill(gone, 'SIGKILL');
    await front.event('another one', ({ event, message }) => event === 'worker-started' && /admin address/.test(String(message)), 20_000);
    assert.notEqual(child('admin', front.pid), gone);
    await assertAdmin(front.pid);
    assert.ok(await answered() >= count, 'what was counted stays counted');
  });

  it('hands over a certificate that was replaced, and replaces a worker by one that is the user too', async () => {
    copyFileSync(second.cert, cert);
    copyFileSync(second.key, key);
    await front.event('the new certificate', ({ event }) => event === 'certificate-replaced', 20_000);
    const shown = async (): Promise<string> => {
      const client = await front.talk('https');
      const { fingerprint256 } = (client.socket as import('node:tls').TLSSocket).getPeerCertificate();
      client.drop();
      return fingerprint256;
    };
    assert.notEqual(second.fingerprint, fingerprint);
    await eventually('the new certificate', async () => await shown() === second.fingerprint, 10_000);
    const before = worker();
    process.kill(before, 'SIGKILL');
    await front.event('another worker', ({ event, message }) => event === 'worker-started' && /^Worker 1/.test(String(message)), 20_000);
    assert.notEqual(worker(), before);
    assertIsNobody(worker());
    assert.equal((await front.get('/')).text, SECRET);
    assert.equal(await shown(), second.fingerprint);
  });

  it('is told by root what a front is told: reload, reopen, upgrade', async () => {
    const next = [...SECRET].reverse().join('');
    writeFileSync(join(dir, 'secret'), `${next}\n`);
    assert.deepEqual((await runFront(['reload'], { env })).exit.code, 0);
    assert.equal((await front.get('/')).text, next, 'a worker has what it may not read');
    writeFileSync(join(dir, 'secret'), `${SECRET}\n`);
    await assertAdmin(front.pid);
    assert.equal((await runFront(['reopen'], { env })).exit.code, 0);
    const ended = once(front.child, 'exit');
    const { exit, stdout, stderr } = await runFront(['upgrade'], { env });
    assert.equal(exit.code, 0, stderr);
    successor = Number(/^Process (\d+) serves now/.exec(stdout)?.[1]);
    await within(20_000, 'the end of the old process', ended);
    assert.equal(status(successor, 'Uid'), '0 0 0 0');
    assertIsNobody(worker(successor));
    assert.equal((await front.get('/')).text, SECRET);
    await eventually('the admin address to be the new one\'s', () => admin('/metrics').then(() => child('admin', successor), () => undefined), 10_000);
    await assertAdmin(successor);
    process.kill(successor, 'SIGTERM');
  });
});

describe('--user', asRoot, () => {
  it('goes with a local authority: the parent signs, a client gets its certificate and the authority', async (t) => {
    const app = await startApp(t);
    const password = join(tempDir(t), 'password');
    writeFileSync(password, SECRET, { mode: 0o600 });
    // Loopback's, and spelled so that other machines might reach it: that takes TLS.
    const front = await startFront(t, [app.address, '--user', 'nobody', '--admin', '[::ffff:127.0.0.1]:0', '--admin-password-file', password]);
    const url = String(front.ready['admin']).replace(/\[.*\]/, 'localhost');
    const metrics = await front.get(`${url}/metrics`, basic('me', SECRET));
    assert.deepEqual([url.slice(0, 8), metrics.status], ['https://', 200]);
    assert.equal((await front.get('/')).text, 'told nothing');
    assert.equal((await front.getHttp('/.well-known/sallyport/authority.crt')).status, 200);
  });

  it('is what a front of root\'s without it advises', async (t) => {
    const front = await startFront(t, ['8000', '--https', 'off', '--scheme', '/=either']);
    assert.match(String((await front.event('who it runs as', ({ event }) => event === 'running-as-root'))['message']), /Add --user www-data/);
  });
});
