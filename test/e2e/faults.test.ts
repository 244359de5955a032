/** Faults that the real program meets while it serves: the answer that is expected, and that it serves as before afterwards. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import { startProgram } from '../helpers/program.ts';
import type { Program } from '../helpers/program.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { quietPort } from '../helpers/ports.ts';
import { program, requires } from '../helpers/real.ts';
import { tempDir } from '../helpers/scope.ts';

/** An app of few lines: it sends what the path says, by hex, and then waits to be killed. */
const APP = `
import socket, sys
server = socket.create_server(('127.0.0.1', int(sys.argv[1])), reuse_port=False)
print('listening', flush=True)
kept = []
while True:
    s, _ = server.accept()
    kept.append(s)
    head = b''
    while b'\\r\\n\\r\\n' not in head: head += s.recv(65536)
    path = head.split(b' ')[1][1:].decode()
    s.sendall(bytes.fromhex(path) if path != 'ok' else b'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok')
    print('sent', path, flush=True)
`;

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const OK = 'HTTP/1.1 200 OK\r\n';

test('an app that is killed, at every moment of its answer', requires('python3'), async (t) => {
  const port = await quietPort();
  const start = async (): Promise<Program> => {
    const app = startProgram(t, [program('python3'), '-c', APP, String(port)]);
    await app.prints(/listening/);
    return app;
  };
  const front = await startFront(t, [`127.0.0.1:${port}`]);
  for (const [when, sent, expected] of [
    ['in its head', `${OK}Content-Le`, /^HTTP\/1\.1 502 /],
    ['in a body with a length', `${OK}Content-Length: 10\r\n\r\nhalf`, /^HTTP\/1\.1 200 [^]*\r\n\r\nhalf$/],
    ['in a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\na\r\nhalf`, /^HTTP\/1\.1 200 [^]*\r\n\r\n4\r\nhalf\r\n$/],
    ['behind a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`, /^HTTP\/1\.1 200 [^]*\r\n\r\n4\r\nhalf\r\n$/],
  ] as const) {
    const app = await start();
    const talk = await front.talk();
    talk.say(`GET /${hex(sent)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await app.prints(new RegExp(`sent ${hex(sent)}`));
    if (when !== 'in its head') await talk.until('half');
    await app.stop('SIGKILL');
    await talk.toTheEnd();
    assert.match(talk.text, expected, when);
    talk.drop();
    const again = await start();
    assert.equal((await front.get('/ok')).text, 'ok', `${when}, and then started again`);
    await again.stop('SIGKILL');
  }
});

// A disk of its own for temporary files, in a mount namespace that ends with the program.
const UNSHARE = ['unshare', '--map-root-user', '--mount'] as const;
const mayMount = spawnSync(UNSHARE[0], [...UNSHARE.slice(1), 'true']).status === 0;

test('a disk that is full while a body is collected: 503, and the next that fits is served', { skip: !mayMount && 'needs the right to make a mount namespace (unshare)' }, async (t) => {
  const app = await startRawApp(t, answering((request) => reply(String(request.body.length))));
  const dir = tempDir(t);
  const small = [...UNSHARE, 'sh', '-c', `mount -t tmpfs -o size=1m none "${dir}" && exec "$@"`, 'sh'];
  const front = await startFront(t, [app.address], { as: small, env: { TMPDIR: dir } });
  const post = (size: number): Promise<number> => front.get('/', { method: 'POST', body: 'x'.repeat(size), headers: { 'Content-Length': String(size) } }).then(({ status }) => status);
  for (let i = 0; i < 2; i++) {
    const { text } = await front.exchange(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n${'x'.repeat(3_000_000)}`);
    assert.match(text, /^HTTP\/1\.1 503 /);
    assert.equal(app.connections.length, i, 'and its app was not asked');
    await front.event('the reason', ({ event, message }) => event === 'disk-trouble' && /ENOSPC/.test(String(message)));
    assert.equal(await post(500_000), 200, 'the disk is as empty as before');
  }
});

describe('a clock that is set back by a day', () => {
  test('ends nothing early and holds nothing longer', async (t) => {
    const dir = tempDir(t);
    const switched = join(dir, 'back');
    // All that a program in JavaScript sees of the clock of the day; what it counts time with is another (performance.now, timers).
    writeFileSync(join(dir, 'clock.mjs'), `import { existsSync } from 'node:fs';
const real = Date;
const shift = () => (existsSync(${JSON.stringify(switched)}) ? 864e5 : 0);
globalThis.Date = class extends real {
  constructor(...words) { if (words.length === 0) super(real.now() - shift()); else super(...words); }
  static now() { return real.now() - shift(); }
};
`);
    const env = { NODE_OPTIONS: `--import=${join(dir, 'clock.mjs')}`, BUN_OPTIONS: `--preload=${join(dir, 'clock.mjs')}` };
    const app = await startRawApp(t, answering((request) => request.target === '/silent' ? undefined : reply('ok')));
    const front = await startFront(t, [app.address, '--scheme', '/=either', '--timeout', 'head=2s', '--timeout', 'body=2s', '--timeout', 'keepAlive=2s', '--timeout', 'answer=2s'], { env });
    const idle = await front.talk('http');
    idle.say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await idle.until('\r\n\r\nok');
    const head = await front.talk('http');
    head.say('GET / HT');
    const body = await front.talk('http');
    body.say('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf');
    const waiting = await front.talk('http');
    waiting.say('GET /silent HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const started = performance.now();
    writeFileSync(switched, '');
    assert.match(await head.toTheEnd(20_000), /^HTTP\/1\.1 408 /);
    assert.match(await body.toTheEnd(20_000), /^HTTP\/1\.1 408 /);
    assert.match(await waiting.toTheEnd(20_000), /^HTTP\/1\.1 504 /);
    await idle.toTheEnd(20_000);
    const took = performance.now() - started;
    assert.ok(took > 1000 && took < 15_000, `${took} ms`);
    assert.equal((await front.get('/')).text, 'ok');
    const line = await front.event('a line of yesterday', ({ event, target, time }) => event === 'request' && target === '/' && Date.parse(String(time)) < Date.now() - 80_000_000);
    assert.ok(Number(line['durationMs']) >= 0, 'and its times are its own');
  });
});
