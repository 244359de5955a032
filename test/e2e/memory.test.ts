import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startProgram } from '../helpers/program.ts';
import { startRawApp } from '../helpers/raw-app.ts';
import type { RawApp, RawConnection } from '../helpers/raw-app.ts';
import { program, requires } from '../helpers/real.ts';
import { eventually, scope, sleep, tempDir } from '../helpers/scope.ts';

const MIB = 1024 * 1024;
/** Bodies of 4 GiB: MEMORY_BODY=4096 node scripts/test.mjs test/e2e/memory.test.ts */
const BODY = Number(process.env['MEMORY_BODY'] ?? 512) * MIB;
const STALLED = 1000;
/** More than the sockets' buffers and the read-ahead hold together. */
const LARGE = 50 * MIB;

const READ_AHEAD = MIB / 4;

// What docs/operations.md promises ("Memory"): what is on its way and not yet collected again, and a slow client's part.
const TRANSFER = 128 * MIB;
const PER_STALLED = READ_AHEAD + MIB / 2;

/** Opens connections with a small receive buffer, the last tenth with TLS, asks, and reads nothing. */
const STALLING = `
import socket, ssl, sys, time
http, https, count = map(int, sys.argv[1:])
context = ssl._create_unverified_context()
kept = []
for i in range(count):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(('127.0.0.1', https if i >= count * 9 // 10 else http))
    if i >= count * 9 // 10: s = context.wrap_socket(s, server_hostname='localhost')
    s.sendall(b'GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n')
    kept.append(s)
print('all asked', flush=True)
time.sleep(600)
`;

describe('memory', requires('python3'), () => {
  const here = scope();
  const piece = Buffer.alloc(256 * 1024, 'x');
  let front: Front;
  let app: RawApp;
  /** What the app does with a request. */
  let serve: (connection: RawConnection, head: string) => Promise<void>;

  /** Sends as fast as it is taken. */
  const send = async (socket: Socket, bytes: number): Promise<void> => {
    let go = (): void => {};
    socket.on('drain', () => { go(); }).on('close', () => { go(); }).on('error', () => {});
    for (let at = 0; at < bytes && !socket.destroyed; at += piece.length) {
      if (!socket.write(piece)) await new Promise<void>((resolve) => { go = resolve; });
    }
  };
  const answer = (length: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;

  before(async () => {
    app = await startRawApp(here, async (connection) => {
      const head = await connection.head();
      if (head !== undefined) await serve(connection, head);
    }, { path: join(tempDir(here), 'app.sock') }); // whose buffers are small: what is under way to the front is no matter of this test
    front = await startFront(here, [app.address, '--scheme', '/=either', '--stream-bodies', '--max-body', '8GiB', '--read-ahead', String(READ_AHEAD)]);
  });

  /** The most memory that the front ever held since this was called, above what it holds now. */
  const watch = (): (() => number) => {
    const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${front.pid}/status`, 'latin1'))?.[1]) * 1024;
    writeFileSync(`/proc/${front.pid}/clear_refs`, '5'); // the peak begins anew (proc(5))
    const start = read('VmRSS');
    return () => read('VmHWM') - start;
  };
  const warm = async (): Promise<void> => {
    serve = async (connection) => { connection.end(`${answer(2)}ok`); };
    for (let i = 0; i < 50; i++) await front.get('/');
  };
  const open = async (): Promise<Socket> => {
    const socket = connect(front.httpPort, '127.0.0.1').on('error', () => {});
    here.after(() => { socket.destroy(); });
    await once(socket, 'connect');
    return socket;
  };
  const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
  const tell = (what: string, started: number, peak: number): void => { console.log(`# ${what}: ${Math.round(performance.now() - started)} ms, ${mib(peak)} more memory`); };

  test(`a body of ${BODY / MIB} MiB to a client`, async () => {
    await warm();
    serve = async (connection) => { connection.write(answer(BODY)); await send(connection.socket, BODY); connection.end(); };
    const client = connectTls({ host: '127.0.0.1', port: front.httpsPort, rejectUnauthorized: false });
    await once(client, 'secureConnect');
    const peak = watch();
    const started = performance.now();
    let got = 0;
    client.on('data', (bytes: Buffer) => { got += bytes.length; });
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await once(client, 'close');
    tell('to a client', started, peak());
    assert.ok(got > BODY && got < BODY + 1000, `${got} bytes`);
    assert.ok(peak() < TRANSFER, mib(peak()));
  });

  test(`a body of ${BODY / MIB} MiB to an app`, async () => {
    await warm();
    let got = 0;
    serve = async (connection) => {
      got = connection.rest.length;
      connection.socket.removeAllListeners('data');
      connection.socket.on('data', (bytes: Buffer) => {
        got += bytes.length;
        if (got >= BODY) connection.end(`${answer(2)}ok`);
      });
    };
    const client = await open();
    const peak = watch();
    const started = performance.now();
    client.resume();
    client.write(`POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${BODY}\r\n\r\n`);
    await send(client, BODY);
    await eventually('the app to have it', () => got >= BODY, 300_000);
    tell('to an app', started, peak());
    assert.equal(got, BODY);
    assert.ok(peak() < TRANSFER, mib(peak()));
    client.destroy();
  });

  test('an app that stops reading, and then reads slowly', async () => {
    await warm();
    const size = 48 * MIB;
    let got = 0;
    let reading = false;
    serve = async ({ socket, rest }) => {
      got = rest.length;
      socket.removeAllListeners('data');
      socket.pause();
      await eventually('its turn', () => reading, 60_000);
      socket.on('data', (bytes: Buffer) => {
        got += bytes.length;
        socket.pause();
        setImmediate(() => { socket.resume(); });
        if (got >= size) socket.end(`${answer(2)}ok`);
      });
      socket.resume();
    };
    const client = await open();
    const peak = watch();
    let text = '';
    client.on('data', (bytes: Buffer) => { text += bytes.toString('latin1'); });
    client.write(`POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`);
    const sending = send(client, size);
    let before = -1;
    await eventually('nothing more to be taken', async () => { const now = client.bytesWritten - client.writableLength; await sleep(200); const still = now === before; before = now; return still; }, 30_000);
    assert.ok(client.writableLength > 0, 'the client is held back');
    assert.ok(peak() < TRANSFER, mib(peak()));
    reading = true;
    await sending;
    await eventually('the answer', () => text.endsWith('ok'), 60_000);
    assert.equal(got, size);
    client.destroy();
  });

  test(`${STALLED} downloads that nobody reads`, async () => {
    await warm();
    serve = async (connection) => { connection.write(answer(LARGE)); await send(connection.socket, LARGE); };
    const peak = watch();
    const started = performance.now();
    const clients = startProgram(here, [program('python3'), '-c', STALLING, String(front.httpPort), String(front.httpsPort), String(STALLED)]);
    await clients.prints(/all asked/, 60_000);
    await eventually('it to read ahead', () => app.connections.length >= STALLED && peak() > STALLED * READ_AHEAD, 60_000);
    let [before, looks] = [0, 0];
    await eventually('it to read no further', async () => { // a busy machine has moments in which nothing moves
      const now = peak();
      await sleep(300);
      looks = now === before ? looks + 1 : 0;
      before = now;
      return looks === 3;
    }, 60_000);
    tell(`${STALLED} stalled downloads`, started, peak());
    assert.ok(peak() < TRANSFER + STALLED * PER_STALLED, mib(peak()));
    serve = async (connection) => { connection.end(`${answer(2)}ok`); };
    assert.equal((await front.get('/')).text, 'ok', 'and somebody else is served meanwhile');
    await clients.stop('SIGKILL');
    await eventually('every connection to the app to be let go', () => app.connections.every(({ ended, socket }) => ended !== undefined || socket.destroyed), 20_000);
    assert.equal((await front.get('/')).text, 'ok');
  });
});
