import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, test } from 'node:test';
import type { ConnectAddress, Wire } from '../../src/transport/wire.ts';
import { eventually, sleep, tempDir } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import { Talk } from '../helpers/talk.ts';
import { openDoor, Recorder } from '../helpers/wires.ts';
import { transport } from '../helpers/transport.ts';

const loopback = (port: number): ConnectAddress => ({ kind: 'ip', host: '127.0.0.1', port });

const connect = (scope: Scope, address: ConnectAddress, onConnect: () => void = () => {}): { wire: Wire; seen: Recorder } => {
  const seen = new Recorder();
  const wire = transport.connect({ address, handler: seen, onConnect });
  scope.after(() => wire.destroy());
  return { wire, seen };
};

/** An app's side of a connection, as node:net shows it. */
const rawApp = async (scope: Scope, serve: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  scope.after(() => { server.close(); for (const socket of sockets) socket.destroy(); });
  return (server.address() as { port: number }).port;
};

describe('a plain door', () => {
  test('tells its real port, both ends, and the bytes', async (t) => {
    const door = await openDoor(t);
    assert.notEqual(door.port, 0);
    const talk = await Talk.open(door.port);
    t.after(() => talk.socket.destroy());
    talk.say('hello');
    const { wire, seen } = await door.next();
    await seen.until('the bytes', (s) => s.text === 'hello');
    assert.deepEqual(wire.peer, { kind: 'ip', address: '127.0.0.1', port: talk.socket.localPort });
    assert.deepEqual(wire.local, { kind: 'ip', address: '127.0.0.1', port: door.port });
    assert.equal(wire.tls, undefined);
  });

  test('tells an IPv4 client on an IPv6 socket as IPv4, on both ends', async (t) => {
    const door = await openDoor(t, { address: { kind: 'ip', host: '::ffff:127.0.0.1', port: 0 } });
    const talk = await Talk.open(door.port);
    t.after(() => talk.socket.destroy());
    const { wire } = await door.next();
    assert.equal(wire.peer.kind === 'ip' && wire.peer.address, '127.0.0.1');
    assert.equal(wire.local.kind === 'ip' && wire.local.address, '127.0.0.1');
  });

  test('a half-closed client is told by onEnd, and can still be answered', async (t) => {
    const door = await openDoor(t);
    const talk = await Talk.open(door.port);
    talk.say('question');
    talk.socket.end();
    const { wire, seen } = await door.next();
    await seen.until('the end', (s) => s.calls.includes('end'));
    wire.write('answer');
    wire.end();
    assert.equal(await seen.untilClosed(), undefined, 'orderly');
    await eventually('the answer', () => talk.text === 'answer' && talk.ended === 'fin');
    assert.deepEqual(seen.calls, ['data', 'end', 'close']);
  });

  test('text is written as latin1, and bytes and text in order', async (t) => {
    const door = await openDoor(t);
    const talk = await Talk.open(door.port);
    const { wire } = await door.next();
    wire.write('\xe9\xff');
    wire.write('head\xe9');
    wire.write(Buffer.from('body'));
    const big = Buffer.alloc(300_000, 'x');
    wire.write('big:');
    wire.write(big);
    wire.end();
    await eventually('everything', () => talk.ended === 'fin');
    assert.equal(talk.text, `\xe9\xffhead\xe9bodybig:${big.toString()}`);
    talk.socket.destroy();
  });

  test('a RST from the client is an error with its code, and the last call', async (t) => {
    const door = await openDoor(t);
    const talk = await Talk.open(door.port);
    const { seen } = await door.next();
    talk.socket.resetAndDestroy();
    assert.equal((await seen.untilClosed())?.code, 'ECONNRESET');
    await sleep(50);
    assert.deepEqual(seen.calls.filter((call) => call === 'close'), ['close']);
    assert.equal(seen.calls.at(-1), 'close');
  });

  test('destroy closes without an error; writing afterwards is harmless', async (t) => {
    const door = await openDoor(t);
    const talk = await Talk.open(door.port);
    const { wire, seen } = await door.next();
    wire.destroy();
    assert.equal(seen.closed, undefined, 'never from inside a call');
    wire.write('x');
    wire.write(Buffer.from('y'));
    wire.end();
    wire.write('after the end');
    wire.reset();
    assert.equal(await seen.untilClosed(), undefined);
    talk.socket.destroy();
  });

  test('writing after end is dropped, and not an error', async (t) => {
    const door = await openDoor(t);
    const talk = await Talk.open(door.port);
    const { wire, seen } = await door.next();
    wire.write('whole');
    wire.end();
    wire.write(' and more');
    talk.socket.end();
    assert.equal(await seen.untilClosed(), undefined);
    assert.equal(talk.text, 'whole');
  });

  test('reset is seen as a reset', async (t) => {
    const door = await openDoor(t);
    const talk = await Talk.open(door.port);
    const { wire, seen } = await door.next();
    wire.write('half of it');
    await eventually('the half', () => talk.text !== '');
    wire.reset();
    await eventually('the other side to notice', () => talk.ended !== undefined);
    assert.equal(talk.ended, 'reset');
    await seen.untilClosed();
  });

  test('reset with a shutdown under way still closes', async (t) => {
    const door = await openDoor(t);
    const talk = await Talk.open(door.port, { reading: false });
    const { wire, seen } = await door.next();
    while (wire.buffered < 1_000_000) wire.write(Buffer.alloc(65536));
    wire.end();
    wire.reset();
    await seen.untilClosed();
    talk.socket.destroy();
  });

  test('close frees the port at once, and connections go on', async (t) => {
    const door = await openDoor(t);
    const talk = await Talk.open(door.port);
    const { wire, seen } = await door.next();
    await door.listener.close();
    await door.listener.close();
    const again = await openDoor(t, { address: loopback(door.port) });
    assert.equal(again.port, door.port);
    talk.say('still here');
    await seen.until('the bytes', (s) => s.text === 'still here');
    wire.write('so am I');
    await eventually('the answer', () => talk.text === 'so am I');
    talk.socket.destroy();
  });

  test('a taken port is EADDRINUSE', async (t) => {
    const door = await openDoor(t);
    await assert.rejects(openDoor(t, { address: loopback(door.port) }), { code: 'EADDRINUSE' });
  });
});

describe('a Unix socket', () => {
  test('carries a connection, and is gone after close', async (t) => {
    const path = join(tempDir(t), 'a.sock');
    const door = await openDoor(t, { address: { kind: 'unix', path } });
    assert.deepEqual(door.listener.address, { kind: 'unix', path });
    const up = connect(t, { kind: 'unix', path });
    up.wire.write('hi');
    const { wire, seen } = await door.next();
    await seen.until('the bytes', (s) => s.text === 'hi');
    assert.deepEqual(wire.peer, { kind: 'unix', path });
    assert.deepEqual(wire.local, { kind: 'unix', path });
    wire.reset(); // no RST here: it closes
    await up.seen.until('the end', (s) => s.calls.includes('end'));
    await seen.untilClosed();
    await door.listener.close();
    await eventually('the file to be gone', () => !existsSync(path));
  });

  test('the file of a dead process is taken over; a live one and a plain file are not', async (t) => {
    const path = join(tempDir(t), 'b.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    assert.equal(spawnSync(process.execPath, ['-e', script]).signal, 'SIGKILL');
    assert.ok(existsSync(path), 'the file was left');
    const door = await openDoor(t, { address: { kind: 'unix', path } });
    await assert.rejects(openDoor(t, { address: { kind: 'unix', path } }), { code: 'EADDRINUSE' });
    connect(t, { kind: 'unix', path });
    await door.next();
    const file = new URL(import.meta.url).pathname;
    await assert.rejects(openDoor(t, { address: { kind: 'unix', path: file } }), { code: 'EADDRINUSE' });
    assert.ok(existsSync(file));
  });
});

describe('connecting to an app', () => {
  test('what was written before the connection is up is sent when it is', async (t) => {
    const door = await openDoor(t);
    let up = 0;
    const { wire, seen } = connect(t, loopback(door.port), () => { up++; });
    wire.write('early ');
    wire.write(Buffer.from('and whole'));
    assert.equal(up, 0);
    const app = await door.next();
    await app.seen.until('the bytes', (s) => s.text === 'early and whole');
    assert.equal(up, 1);
    app.wire.write('answer');
    app.wire.end();
    await seen.until('the end', (s) => s.calls.includes('end'));
    wire.end();
    assert.equal(await seen.untilClosed(), undefined);
    assert.deepEqual(seen.calls, ['data', 'end', 'close']);
  });

  test('failures are told by onClose alone, with the system\'s code', async (t) => {
    const door = await openDoor(t);
    await door.listener.close();
    for (const [address, code] of [
      [loopback(door.port), 'ECONNREFUSED'],
      [{ kind: 'unix', path: join(tempDir(t), 'nothing.sock') }, 'ENOENT'],
    ] as const) {
      let up = false;
      const { wire, seen } = connect(t, address, () => { up = true; });
      wire.write('lost');
      assert.equal((await seen.untilClosed())?.code, code);
      assert.deepEqual(seen.calls, ['close']);
      assert.equal(up, false);
    }
  });

  test('a connection given up before it was up closes without an error', async (t) => {
    const door = await openDoor(t);
    for (const drop of ['destroy', 'reset'] as const) {
      const { wire, seen } = connect(t, loopback(door.port));
      wire[drop]();
      assert.equal(await seen.untilClosed(), undefined);
    }
  });

  test('lent bytes of many connections never mix', async (t) => {
    const port = await rawApp(t, (socket) => {
      socket.once('data', (name) => { for (let i = 0; i < 40; i++) socket.write(Buffer.alloc(20_000, name[0])); socket.end(); });
    });
    const all = [...'abcdefgh'].map((letter) => {
      const { wire, seen } = connect(t, loopback(port));
      wire.write(letter);
      return { letter, wire, seen };
    });
    for (const { letter, wire, seen } of all) {
      await seen.until('the end', (s) => s.calls.includes('end'));
      assert.equal(seen.text, letter.repeat(800_000));
      wire.end();
    }
  });

  test('the handler can be replaced at any time', async (t) => {
    const door = await openDoor(t);
    const { wire, seen } = connect(t, loopback(door.port));
    const app = await door.next();
    app.wire.write('one');
    await seen.until('the first', (s) => s.text === 'one');
    const second = new Recorder();
    wire.handler = second;
    app.wire.write('two');
    await second.until('the second', (s) => s.text === 'two');
    assert.equal(seen.text, 'one');
  });
});

/**
 * An app on a thread of its own: it reads nothing, and when it is told to, it answers and closes over what has come, which
 * resets the connection. `done` turns 1 when that has happened, for a test that holds its own thread still meanwhile.
 */
const REFUSING = `
  const { parentPort, workerData } = require('node:worker_threads');
  const accepted = new Promise((resolve) => {
    const server = require('node:net').createServer({ pauseOnConnect: true }, (socket) => { server.close(); resolve(socket); });
    server.listen(0, '127.0.0.1', () => { parentPort.postMessage(server.address().port); });
  });
  parentPort.once('message', async () => {
    const socket = await accepted;
    socket.on('error', () => {});
    socket.once('close', () => { Atomics.store(workerData, 0, 1); Atomics.notify(workerData, 0); parentPort.close(); });
    socket.write('too large', () => { socket.destroy(); });
  });
`;

describe('an app that answers and closes over what it has not read', () => {
  // An upload was refused with 413 while it was being sent: the next write failed, the socket was closed with the answer unread
  // in the system's buffer, and the client got 502 for a large part of such uploads.
  test('is heard, though a write fails first', async (t) => {
    const done = new Int32Array(new SharedArrayBuffer(4));
    const app = new Worker(REFUSING, { eval: true, workerData: done });
    t.after(() => app.terminate());
    const port = await new Promise<number>((resolve) => { app.once('message', resolve); });
    let up = false;
    const { wire, seen } = connect(t, loopback(port), () => { up = true; });
    await eventually('the connection', () => up);
    wire.write('x'.repeat(50_000));
    app.postMessage('answer');
    Atomics.wait(done, 0, 0, 60_000);
    wire.write('y');
    await seen.until('the answer', ({ text }) => text === 'too large');
    await seen.untilClosed();
  });
});

describe('backpressure', () => {
  // The kernel's own buffers on both ends, and what is on its way through the reader, are the only places for bytes.
  const BOUND = 16 * 1024 * 1024;
  const endless = (socket: Socket, sent: { bytes: number }): void => {
    const piece = Buffer.alloc(65536, 'z');
    const more = (): void => { while (!socket.destroyed && socket.write(piece)) sent.bytes += piece.length; };
    socket.on('drain', more);
    more();
  };

  test('a paused upstream connection stops its sender, and resume goes on without losing a byte', async (t) => {
    const sent = { bytes: 0 };
    const port = await rawApp(t, (socket) => endless(socket, sent));
    const { wire, seen } = connect(t, loopback(port));
    seen.onBytes = () => { if (seen.length > 1_000_000) wire.pause(); };
    await seen.until('a megabyte', (s) => s.length > 1_000_000);
    await sleep(300);
    const [length, bytes] = [seen.length, sent.bytes];
    assert.ok(length < 1_000_000 + 512 * 1024, `pause inside onData stops at once: no more than one read of the runtime, got ${length}`);
    assert.ok(bytes < BOUND, `the sender was stopped, after ${bytes}`);
    await sleep(200);
    assert.equal(seen.length, length, 'nothing comes while paused');
    assert.equal(sent.bytes, bytes);
    seen.onBytes = undefined;
    wire.resume();
    await seen.until('more than was under way', (s) => s.length > bytes + 1_000_000);
  });

  test('a connection paused before it is up reads nothing until it is resumed', async (t) => {
    const port = await rawApp(t, (socket) => { socket.write('waiting'); });
    let up = false;
    const { wire, seen } = connect(t, loopback(port), () => { up = true; });
    wire.pause();
    await eventually('the connection', () => up);
    await sleep(100);
    assert.equal(seen.text, '');
    wire.resume();
    await seen.until('the bytes', (s) => s.text === 'waiting');
  });

  test('a paused client is stopped, and resumed', async (t) => {
    const sent = { bytes: 0 };
    const door = await openDoor(t, { handler: (wire) => wire.pause() });
    const talk = await Talk.open(door.port);
    t.after(() => talk.socket.destroy());
    const { wire, seen } = await door.next();
    endless(talk.socket, sent);
    await sleep(300);
    const bytes = sent.bytes;
    assert.ok(seen.length < 256 * 1024, `got ${seen.length}`);
    assert.ok(bytes < BOUND, `${bytes}`);
    wire.resume();
    await seen.until('more than was under way', (s) => s.length > bytes + 1_000_000);
  });

  test('write says false above 64 KiB, and onDrain comes when it has gone', async (t) => {
    const door = await openDoor(t);
    const talk = await Talk.open(door.port, { reading: false });
    t.after(() => talk.socket.destroy());
    const { wire, seen } = await door.next();
    const piece = Buffer.alloc(16 * 1024);
    let more = true;
    while (more) {
      more = wire.write(piece);
      assert.equal(more, wire.buffered <= 64 * 1024);
    }
    assert.ok(wire.buffered <= 64 * 1024 + piece.length, 'one piece beyond the mark');
    await sleep(50);
    assert.ok(!seen.calls.includes('drain'));
    talk.listen();
    await seen.until('onDrain', (s) => s.calls.includes('drain'));
    assert.equal(wire.buffered, 0);
    assert.equal(wire.write('x'), true);
    await sleep(20);
    assert.equal(seen.calls.filter((call) => call === 'drain').length, 1, 'only after a false');
  });
});
