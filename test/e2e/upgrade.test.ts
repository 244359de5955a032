/** `sallyport upgrade` under load: every client is answered, by the old process or by the new one. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { listening } from '../../src/cli/proc.ts';
import { BIN, ROOT, runFront, startFront } from '../helpers/front.ts';
import type { LogEvent } from '../helpers/front.ts';
import { reply, startRawApp } from '../helpers/raw-app.ts';
import { eventually, tempDir, within } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import { exchange } from '../helpers/talk.ts';

const RUNTIMES = [['Node', process.execPath], ['Bun', join(ROOT, 'node_modules/.bin/bun')]] as const;

/** Answers each request once `let_go` was called, where it asks for /slow. */
const slowApp = async (t: Scope): Promise<{ address: string; asked: () => boolean; letGo: () => void }> => {
  let letGo = (): void => {};
  let asked = false;
  const gate = new Promise<void>((resolve) => { letGo = resolve; });
  const app = await startRawApp(t, async (connection) => {
    for (let request = await connection.request(); request !== undefined; request = await connection.request()) {
      if (request.target === '/slow') { asked = true; await gate; }
      connection.write(reply(`for ${request.target}`));
    }
    connection.end();
  });
  return { address: app.address, asked: () => asked, letGo };
};

/** Ends what an upgrade started. To be called before the front is started: what holds its streams must end first. */
const successor = (t: Scope): { pid: number } => {
  const started = { pid: NaN };
  t.after(() => { if (isThere(started.pid)) process.kill(started.pid, 'SIGKILL'); });
  return started;
};

const isThere = (pid: number): boolean => { if (Number.isNaN(pid)) return false; try { process.kill(pid, 0); return true; } catch { return false; } };

/** The sockets that listen on these ports. Of several on one port, one that closes would reset whom the system had queued on it. */
const socketsOn = (...ports: readonly number[]): unknown[] => listening().filter(({ port }) => ports.includes(port)).map(({ port, inode }) => [port, inode]);

/** In the place of systemd's own program: writes down what the service manager is told. */
const serviceManager = (t: Scope): { readonly env: NodeJS.ProcessEnv; readonly told: () => string } => {
  const dir = tempDir(t);
  const told = join(dir, 'told');
  writeFileSync(told, '');
  writeFileSync(join(dir, 'systemd-notify'), `#!/bin/sh\necho "$@" >> ${told}\n`, { mode: 0o755 });
  return { env: { PATH: `${dir}:${process.env['PATH']}`, NOTIFY_SOCKET: join(dir, 'socket') }, told: () => readFileSync(told, 'utf8') };
};

describe('sallyport upgrade', () => {
  for (const [runtime, program] of RUNTIMES) {
    for (const workers of [1, 2]) test(`${runtime}, ${workers} worker${workers === 1 ? '' : 's'}: clients that come all the while are answered, an answer under way is finished, the new process serves`, async (t) => {
      const app = await slowApp(t);
      const manager = serviceManager(t);
      const env = { SALLYPORT_DATA_DIR: tempDir(t), ...manager.env };
      const started = successor(t);
      const config = join(tempDir(t), 'sallyport.config.json');
      const write = (more: object): void => writeFileSync(config, JSON.stringify({ app: app.address, https: '127.0.0.1:0', http: '127.0.0.1:0', log: 'json', workers, scheme: { '/': 'either' }, ...more }));
      write({});
      const front = await startFront(t, ['--config', config], { program: [program, BIN], env });
      const ended = once(front.child, 'exit');
      const doors = socketsOn(front.httpsPort, front.httpPort);
      assert.equal(doors.length, 2);
      const slow = exchange(front.httpsPort, 'GET /slow HTTP/1.0\r\nHost: localhost\r\n\r\n', { tls: true, ms: 60_000 });
      await eventually('the request at the app', app.asked);

      // A program that cannot serve is not upgraded to.
      write({ app: 'nowhere at all' });
      const refused = await runFront(['upgrade', '--pid', String(front.pid)], { env });
      assert.equal(refused.exit.code, 1);
      assert.match(refused.stderr, /The new program ended with 2 before it served; .*This one serves on/);
      write({});

      const answers: string[] = [];
      let coming = true;
      const clients = ['https', 'http'].map(async (door) => {
        while (coming) answers.push((await exchange(door === 'https' ? front.httpsPort : front.httpPort, 'GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n', { tls: door === 'https' })).text);
      });
      const { exit, stdout, stderr } = await runFront(['upgrade', '--pid', String(front.pid)], { env });
      assert.equal(exit.code, 0, stderr);
      const pid = Number(/^Process (\d+) serves now\. This one \(\d+\) ends when/.exec(stdout)?.[1]);
      started.pid = pid;
      const before = answers.length;
      await eventually('more clients', () => answers.length > before + 20, 20_000);
      assert.equal(front.child.exitCode, null, 'an answer is under way');
      app.letGo();
      assert.match((await slow).text, /for \/slow$/);
      assert.deepEqual(socketsOn(front.httpsPort, front.httpPort), doors, 'handed over: nothing is bound a second time');
      assert.deepEqual(await within(20_000, 'the end of the old process', ended), [0, null]);
      assert.deepEqual(socketsOn(front.httpsPort, front.httpPort), doors);
      coming = false;
      await Promise.all(clients);
      assert.deepEqual(answers.filter((answer) => !/^HTTP\/1\.1 200 [^]*for \/x$/.test(answer)), []);

      const [first, second] = front.events().filter(({ event }: LogEvent) => event === 'ready');
      assert.deepEqual([second?.['https'], second?.['http']], [first?.['https'], first?.['http']]);
      assert.match((await exchange(front.httpPort, 'GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n')).text, /for \/x$/);
      const told = manager.told();
      assert.match(told, new RegExp(`^READY=1 .*\\nREADY=1 .* MAINPID=${pid}\\n$`), 'whose end is the service\'s is told before the old process goes');
      process.kill(pid, 'SIGTERM');
      await eventually('the end of the new process', () => !isThere(pid), 20_000);
    });
  }

  test('a door on a unix socket keeps its file', async (t) => {
    const app = await slowApp(t);
    const env = { SALLYPORT_DATA_DIR: tempDir(t) };
    const place = join(tempDir(t), 'door.sock');
    const started = successor(t);
    const front = await startFront(t, [app.address, '--scheme', '/=either', '--https', 'off', '--http', `unix:${place}`], { env });
    const ended = once(front.child, 'exit');
    const { exit, stdout, stderr } = await runFront(['upgrade', '--pid', String(front.pid)], { env });
    assert.equal(exit.code, 0, stderr);
    started.pid = Number(/^Process (\d+)/.exec(stdout)?.[1]);
    await within(20_000, 'the end of the old process', ended);
    assert.ok(existsSync(place));
    // The third program finds the front's socket alive: somebody listens.
    const { stderr: taken } = await runFront([app.address, '--scheme', '/=either', '--https', 'off', '--http', `unix:${place}`], { env });
    assert.match(taken, /is there already/);
  });
});
