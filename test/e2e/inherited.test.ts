/** Doors on sockets that a service manager opened, and what it is told; on both runtimes, and through the launcher. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { before, describe, test } from 'node:test';
import { BIN, frontEnv, ROOT, runFront, startFront } from '../helpers/front.ts';
import { quietPort } from '../helpers/ports.ts';
import { startProgram } from '../helpers/program.ts';
import type { Program } from '../helpers/program.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawApp } from '../helpers/raw-app.ts';
import { childrenOf, wordsOf } from '../helpers/processes.ts';
import { program, requires } from '../helpers/real.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';
import { Talk } from '../helpers/talk.ts';

const BUN = join(ROOT, 'node_modules/.bin/bun');
const WAYS = [
  ['Node', [process.execPath, BIN], ['--workers', '2']],
  ['Bun', [BUN, BIN], []],
  ['Bun, launched by Node', [process.execPath, BIN], ['--runtime', 'bun']],
] as const;

/** Before a command: it is the process that the service manager watches. */
const WATCHED = ['/bin/sh', '-c', 'WATCHDOG_PID=$$ exec "$0" "$@"'];

/** Prints what a service is told on NOTIFY_SOCKET, as a service manager hears it. */
const MANAGER = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print('listens', flush=True)
while True: print(s.recv(4096).decode(), flush=True)`;

describe('sockets of a service manager', requires('systemd', 'python3'), () => {
  const ends = scope();
  const dir = tempDir(ends);
  const notify = join(dir, 'notify');
  let app: RawApp;
  let manager: Program;

  before(async () => {
    app = await startRawApp(ends, answering(reply('hello')));
    manager = startProgram(ends, [program('python3'), '-c', MANAGER, notify]);
    await manager.prints(/listens/);
  });

  /** What starts a front with sockets at these places when the first client comes, as systemd does. */
  const activation = (places: readonly string[], names: readonly string[], env: NodeJS.ProcessEnv): string[] => [
    program('systemd'), ...places.flatMap((place) => ['-l', place]), `--fdname=${names.join(':')}`,
    ...Object.entries(frontEnv(env)).flatMap(([name, value]) => value === undefined ? [] : ['-E', name]),
  ];

  for (const [way, command, more] of WAYS) {
    test(`${way}: each door on its socket; who came before the front is answered; the service manager is told`, async (t) => {
      const [https, http] = [await quietPort(), await quietPort()];
      const before = manager.stdout().length;
      const env = { NOTIFY_SOCKET: notify, WATCHDOG_USEC: '400000' };
      const coming = eventually('the first client to be let in', () => Talk.open(http).catch(() => undefined), 20_000);
      const front = await startFront(t, [app.address, ...more], { as: [...activation([`127.0.0.1:${https}`, `127.0.0.1:${http}`], ['https', 'http'], env), ...WATCHED], program: command, env });
      assert.deepEqual([front.ready['https'], front.ready['http']], [`https://127.0.0.1:${https}`, `http://127.0.0.1:${http}`]);
      assert.match(String(front.ready['runtime']), way === 'Node' ? /^Node/ : /^Bun/);
      const first = await coming;
      first.say('GET /first HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      assert.match(await first.toTheEnd(), new RegExp(`^HTTP/1\\.1 307 [^]*https://localhost:${https}/first`));
      first.drop();
      assert.equal((await front.get('/')).text, 'hello');
      assert.match(app.connections.at(-1)?.received ?? '', /X-Forwarded-For: 127\.0\.0\.1\r\n/);
      const told = `READY=1\nSTATUS=https://127.0.0.1:${https}, http://127.0.0.1:${http} before ${app.address}`;
      await eventually('READY', () => manager.stdout().slice(before).includes(told), 20_000);
      const heard = (): number => manager.stdout().slice(before).split('WATCHDOG=1').length - 1;
      await eventually('WATCHDOG, again and again', () => heard() > 2, 20_000);
      if (way === 'Node') {
        const [stuck] = childrenOf(front.pid).filter((pid) => wordsOf(pid).includes('worker'));
        process.kill(stuck!, 'SIGSTOP');
        const last = await eventually('silence while a worker is stuck', async () => {
          const count = heard();
          await new Promise((resolve) => { setTimeout(resolve, 1000); });
          return heard() === count ? count : undefined;
        }, 20_000);
        process.kill(stuck!, 'SIGCONT');
        await eventually('WATCHDOG again', () => heard() > last, 20_000);
      }
      assert.deepEqual(await front.stop(), { code: 0, signal: null });
      await eventually('STOPPING', () => manager.stdout().slice(before).includes('STOPPING=1'), 20_000);
    });
  }

  // Gunicorn and Puma take LISTEN_FDS for theirs, and tell a NOTIFY_SOCKET that all is ready when they are.
  for (const [way, command] of WAYS.slice(0, 2)) {
    test(`${way}: a door on a unix socket; an app that is started gets neither sockets nor variables`, async (t) => {
      const place = join(tempDir(t), 'http.sock');
      const script = join(tempDir(t), 'app.mjs');
      writeFileSync(script, `import { createServer } from 'node:http';
import { readdirSync, readlinkSync } from 'node:fs';
const held = readdirSync('/proc/self/fd').filter((fd) => fd > 2).flatMap((fd) => { try { return [readlinkSync('/proc/self/fd/' + fd)]; } catch { return []; } });
createServer((_, answer) => answer.end(JSON.stringify({ held, env: Object.keys(process.env) }))).listen(Number(process.env.PORT), '127.0.0.1');`);
      const env = { NOTIFY_SOCKET: notify, WATCHDOG_USEC: '30000000' };
      const coming = eventually('the first client to be let in', () => connectTo(place), 20_000);
      const front = await startFront(t, ['run', '--https', 'off', '--http', `unix:${place}`, '--scheme', '/=http', '--', process.execPath, script], { as: activation([place], ['http'], env), program: command, env });
      assert.equal(front.ready['http'], `unix:${place}`);
      (await coming).destroy();
      const answer = await new Promise<string>((resolve, reject) => {
        get({ socketPath: place, path: '/', headers: { host: 'localhost' } }, (response) => { void text(response).then(resolve, reject); }).on('error', reject);
      });
      const seen = JSON.parse(answer) as { held: string[]; env: string[] };
      assert.deepEqual(seen.held.filter((link) => link.startsWith('socket:')), []);
      assert.deepEqual(seen.env.filter((name) => /^(LISTEN_|NOTIFY_|WATCHDOG_|SALLYPORT_LAUNCHER)/.test(name)), []);
      assert.deepEqual(await front.stop(), { code: 0, signal: null });
      assert.ok(existsSync(place), 'it is the service manager\'s, which listens on');
    });

    test(`${way}: a descriptor that cannot listen is named with what it is`, async () => {
      const { exit, stderr } = await runFront(['8000', '--https', '0', '--http', 'off'], { as: ['/bin/sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3</etc/passwd', 'sh'], program: command });
      assert.equal(exit.code, 1);
      assert.match(stderr, /socket for the https door was to come as descriptor 3, and that is the file \/etc\/passwd \(EINVAL\)\. Expected: a stream socket that listens/);
    });
  }
});

const connectTo = (path: string): Promise<Socket | undefined> => new Promise((resolve) => {
  const socket = connect(path);
  socket.once('connect', () => resolve(socket)).once('error', () => resolve(undefined));
});
