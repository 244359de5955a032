/** SIGHUP has two meanings: of an operator it is a reload, of a terminal that was closed the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import { startRawApp, reply } from '../helpers/raw-app.ts';
import { program, requires } from '../helpers/real.ts';
import { eventually } from '../helpers/scope.ts';

/** Runs a command at a terminal of its own, as its session's first, prints what it writes there, and closes the terminal at SIGUSR1. */
const TERMINAL = `import os, pty, signal, sys
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
signal.signal(signal.SIGUSR1, lambda *_: os.close(terminal))
print('pid', pid, flush=True)
try:
  while True:
    text = os.read(terminal, 4096)
    if not text: break
    os.write(1, text)
except OSError: pass
_, status = os.waitpid(pid, 0)
print('ended by', os.WTERMSIG(status) if os.WIFSIGNALED(status) else 'itself', flush=True)`;

for (const workers of ['1', '2']) test(`SIGHUP reloads while the terminal is there; when it is closed the front ends, and finishes what runs (${workers} workers)`, requires('python3'), async (t) => {
  let answer!: () => void;
  const app = await startRawApp(t, async (connection) => {
    await connection.request();
    await new Promise<void>((resolve) => { answer = resolve; });
    connection.write(reply('to the end'));
    connection.end();
  });
  const front = await startFront(t, [app.address, '--https', 'off', '--scheme', '/=either', '--workers', workers], { as: [program('python3'), '-c', TERMINAL] });
  const pid = Number((await front.prints(/^pid (\d+)/m))[1]);
  process.kill(pid, 'SIGHUP');
  await front.event('the reload', ({ event }) => event === 'reloaded', 20_000);
  const client = await front.talk('http');
  client.say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await eventually('the request at the app', () => answer);
  process.kill(front.pid, 'SIGUSR1');
  await eventually('the doors to close', () => front.talk('http').then(() => undefined, () => true), 20_000);
  answer();
  assert.match(await client.toTheEnd(), /^HTTP\/1\.1 200 [^]*to the end$/);
  await front.prints(/^ended by 1$/m, 20_000); // SIGHUP, as with any program whose terminal is closed
});
