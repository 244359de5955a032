import assert from 'node:assert/strict';
import { connect as tcpConnect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import type { FaultCode } from '../../src/core/errors.ts';
import { writeProxy } from '../../src/core/proxy-protocol/writer.ts';
import type { CertificatePair } from '../../src/transport/wire.ts';
import { IPV4, sslTlv, tlv, v2 } from '../helpers/proxy-headers.ts';
import { eventually, sleep, tempDir, within } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import { Talk } from '../helpers/talk.ts';
import { openDoor, Recorder, selfSigned } from '../helpers/wires.ts';
import type { Door } from '../helpers/wires.ts';
import { transport } from '../helpers/transport.ts';

let pair: CertificatePair;
before(async () => { pair = await selfSigned('one.test'); });

const V1 = 'PROXY TCP4 192.0.2.1 198.51.100.2 50000 443\r\n';
const CLIENT = { kind: 'ip', address: '192.0.2.1', port: 50000 } as const;
const MEANT = { kind: 'ip', address: '198.51.100.2', port: 443 } as const;

const open = async (scope: Scope, door: Door): Promise<Talk> => {
  const talk = await Talk.open(door.port);
  talk.socket.setNoDelay(true);
  scope.after(() => talk.drop());
  return talk;
};

const byteByByte = async (talk: Talk, bytes: Uint8Array): Promise<void> => {
  for (const byte of bytes) {
    talk.say(Buffer.of(byte));
    await new Promise((resolve) => { setImmediate(resolve); });
  }
};

/** A client that speaks TLS behind a header, in the ways that packets can be cut. */
const shake = (scope: Scope, port: number, send: (socket: Socket) => Promise<void> | void): Promise<Socket> => within(5000, 'a handshake', (async () => {
  const raw = tcpConnect({ host: '127.0.0.1', port, noDelay: true });
  scope.after(() => { raw.destroy(); });
  await new Promise((resolve, reject) => { raw.once('connect', resolve); raw.once('error', reject); });
  await send(raw);
  const socket = tlsConnect({ socket: raw, servername: 'one.test', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
  await new Promise((resolve, reject) => { socket.once('secureConnect', resolve); socket.once('error', reject); });
  return socket;
})());

const refusal = async (door: Door, code: FaultCode): Promise<string> => {
  const [{ peer, fault }] = await eventually(`a refusal: ${code}`, () => door.refused.length > 0 && door.refused) as [Door['refused'][0]];
  assert.equal(fault.code, code, fault.detail);
  assert.equal(peer.kind === 'ip' && peer.address, '127.0.0.1', 'told by its own address');
  assert.equal(door.refused.length, 1, 'told once');
  assert.equal(door.accepted.length, 0, 'nobody is served');
  return fault.detail;
};

describe('a plain door that expects the PROXY protocol', () => {
  test('tells the client that the balancer told, and the bytes after the header', async (t) => {
    const door = await openDoor(t, { proxyProtocol: {} });
    const says: ((talk: Talk) => Promise<void> | void)[] = [
      (talk) => talk.say(`${V1}GET / HTTP/1.1`),
      async (talk) => { talk.say(V1); await sleep(30); talk.say('GET / HTTP/1.1'); },
      (talk) => byteByByte(talk, Buffer.from(`${V1}GET / HTTP/1.1`)),
      (talk) => talk.say(Buffer.concat([v2(0x21, 0x11, IPV4), Buffer.from('GET / HTTP/1.1')])),
      (talk) => byteByByte(talk, Buffer.concat([v2(0x21, 0x11, IPV4), Buffer.from('GET / HTTP/1.1')])),
    ];
    for (const say of says) {
      const talk = await open(t, door);
      await say(talk);
      const { wire, seen } = await door.next();
      assert.deepEqual(wire.peer, CLIENT);
      assert.deepEqual(wire.local, MEANT);
      assert.equal(wire.tls, undefined);
      assert.deepEqual(wire.proxied?.by, { kind: 'ip', address: '127.0.0.1', port: talk.socket.localPort });
      assert.equal(wire.proxied.secure, undefined);
      await seen.until('the bytes', (s) => s.text === 'GET / HTTP/1.1');
      wire.write('answer');
      await eventually('the answer', () => talk.text === 'answer');
    }
    assert.equal(door.refused.length, 0);
  });

  test('a large first piece arrives whole and in order', async (t) => {
    const door = await openDoor(t, { proxyProtocol: {} });
    const talk = await open(t, door);
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    talk.say(Buffer.concat([Buffer.from(V1), body]));
    talk.socket.end();
    const { seen } = await door.next();
    await seen.until('the end', (s) => s.calls.includes('end'));
    assert.ok(Buffer.concat(seen.pieces).equals(body));
  });

  test('a handler that pauses at once is told nothing until it resumes', async (t) => {
    const door = await openDoor(t, { proxyProtocol: {}, handler: (wire) => wire.pause() });
    const talk = await open(t, door);
    talk.say(`${V1}early`);
    const { wire, seen } = await door.next();
    await sleep(50);
    assert.deepEqual(seen.calls, []);
    wire.resume();
    await seen.until('the bytes', (s) => s.text === 'early');
  });

  test('header, request and the end of sending in one go are all told', async (t) => {
    const door = await openDoor(t, { proxyProtocol: {} });
    for (const rest of ['question', '']) {
      const talk = await open(t, door);
      talk.socket.end(V1 + rest);
      const { wire, seen } = await door.next();
      await seen.until('the end', (s) => s.calls.includes('end'));
      assert.equal(seen.text, rest);
      wire.write('answer');
      wire.end();
      assert.equal(await seen.untilClosed(), undefined);
      await eventually('the answer', () => talk.text === 'answer' && talk.ended === 'fin');
    }
  });

  test('LOCAL, UNSPEC and UNKNOWN are the socket\'s own two ends', async (t) => {
    const door = await openDoor(t, { proxyProtocol: {} });
    for (const [header, nameless] of [[v2(0x20, 0x00), false], [v2(0x20, 0x11, IPV4), false], [v2(0x21, 0x00), true], ['PROXY UNKNOWN\r\n', true], [`PROXY UNKNOWN ${V1.slice(11)}`, true]] as const) {
      const talk = await open(t, door);
      talk.say(header);
      const { wire } = await door.next();
      const own = { kind: 'ip', address: '127.0.0.1', port: talk.socket.localPort };
      assert.deepEqual(wire.peer, own);
      assert.deepEqual(wire.local, { kind: 'ip', address: '127.0.0.1', port: door.port });
      assert.deepEqual(wire.proxied?.by, own);
      assert.equal(wire.proxied?.nameless, nameless);
    }
  });

  test('tells what the balancer said of TLS', async (t) => {
    const door = await openDoor(t, { proxyProtocol: {} });
    const talk = await open(t, door);
    talk.say(v2(0x21, 0x11, IPV4 + sslTlv(1, tlv(0x21, '544c5376312e33')) + tlv(2, '612e74657374') + tlv(1, '6832')));
    const { wire } = await door.next();
    const { by: _, ...facts } = wire.proxied!;
    assert.deepEqual(facts, { nameless: false, secure: true, tlsVersion: 'TLSv1.3', alpn: 'h2', authority: 'a.test' });
    assert.equal(wire.tls, undefined, 'this connection is plain');
  });

  test('on a Unix socket the told client is an address, and reset still ends the connection', async (t) => {
    const path = join(tempDir(t), 'door.sock');
    const door = await openDoor(t, { address: { kind: 'unix', path }, proxyProtocol: { accepts: (peer) => peer.kind === 'unix' } });
    const socket = tcpConnect({ path });
    t.after(() => { socket.destroy(); });
    socket.on('error', () => {});
    socket.write(`${V1}hello`);
    const { wire, seen } = await door.next();
    assert.deepEqual(wire.peer, CLIENT);
    assert.deepEqual(wire.proxied?.by, { kind: 'unix', path });
    await seen.until('the bytes', (s) => s.text === 'hello');
    wire.reset();
    await seen.untilClosed();
    const health = tcpConnect({ path });
    t.after(() => { health.destroy(); });
    health.write(v2(0x20, 0));
    assert.deepEqual((await door.next()).wire.local, { kind: 'unix', path });
  });

  test('reset is a reset', async (t) => {
    const door = await openDoor(t, { proxyProtocol: {} });
    const talk = await open(t, door);
    talk.say(V1);
    (await door.next()).wire.reset();
    await eventually('the client to notice', () => talk.ended !== undefined);
    assert.equal(talk.ended, 'reset');
  });

  test('a door without it costs nothing and tells nothing', async (t) => {
    const door = await openDoor(t);
    const talk = await open(t, door);
    talk.say(V1);
    const { wire, seen } = await door.next();
    assert.equal(wire.proxied, undefined);
    await seen.until('the bytes', (s) => s.text === V1);
  });
});

describe('a TLS door that expects the PROXY protocol', () => {
  test('takes the header off before the handshake, however it is cut', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => pair }, proxyProtocol: {} });
    const header = Buffer.from(writeProxy('v2', { kind: 'proxied', source: CLIENT, destination: MEANT, secure: true }, { checksum: true }));
    for (const send of [
      (socket: Socket) => { socket.write(header); },
      async (socket: Socket) => { socket.write(header); await sleep(50); },
      async (socket: Socket) => { for (const byte of header) { socket.write(Buffer.of(byte)); await new Promise((resolve) => { setImmediate(resolve); }); } },
      (socket: Socket) => { socket.write(V1); },
    ]) {
      const socket = await shake(t, door.port, send);
      const { wire, seen } = await door.next();
      assert.deepEqual(wire.peer, CLIENT);
      assert.deepEqual(wire.local, MEANT);
      assert.deepEqual(wire.tls, { serverName: 'one.test', alpn: 'http/1.1', version: 'TLSv1.3' });
      assert.equal(wire.proxied?.by.kind === 'ip' && wire.proxied.by.address, '127.0.0.1');
      socket.write('question');
      await seen.until('the bytes', (s) => s.text === 'question');
    }
    assert.equal(door.refused.length + door.failures.length, 0);
  });

  test('a ClientHello in the packet of the header is not lost', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => pair }, proxyProtocol: {} });
    // A relay that puts the header and the first bytes of its client into one write.
    const relay = createServer((from) => {
      const to = tcpConnect({ host: '127.0.0.1', port: door.port, noDelay: true });
      t.after(() => { from.destroy(); to.destroy(); });
      for (const end of [from, to]) end.on('error', () => {});
      from.once('data', (hello) => { to.write(Buffer.concat([v2(0x21, 0x11, IPV4), hello])); from.pipe(to); });
      to.pipe(from);
    });
    await new Promise<void>((resolve) => { relay.listen(0, '127.0.0.1', resolve); });
    t.after(() => { relay.close(); });
    await shake(t, (relay.address() as { port: number }).port, () => {});
    assert.deepEqual((await door.next()).wire.peer, CLIENT);
  });

  test('a failed handshake and plain HTTP are told of the client, not of the balancer', async (t) => {
    const peers: unknown[] = [];
    const door = await openDoor(t, { tls: { pick: () => pair, plainAnswer: (bytes) => { peers.push(bytes.length); return 'HTTP/1.1 400 Bad Request\r\n\r\n'; } }, proxyProtocol: {} });
    const broken = await open(t, door);
    broken.say(`${V1}\x16\x03\x01\x00\x05hello`);
    const [failure] = await eventually('the report', () => door.failures.length > 0 && door.failures);
    assert.deepEqual(failure!.peer, CLIENT);
    const plain = await open(t, door);
    plain.say(`${V1}GET / HTTP/1.1\r\n\r\n`);
    await eventually('the answer', () => plain.text.startsWith('HTTP/1.1 400'));
    assert.deepEqual(peers, ['GET / HTTP/1.1\r\n\r\n'.length]);
  });
});

describe('a door that expects the PROXY protocol refuses', () => {
  test('a stranger, before it says anything, and whatever it says', async (t) => {
    const asked: unknown[] = [];
    for (const tls of [undefined, { pick: () => pair }]) {
      const door = await openDoor(t, { ...(tls && { tls }), proxyProtocol: { accepts: (peer) => { asked.push(peer); return false; } } });
      const talk = await open(t, door);
      await eventually('the end', () => talk.ended !== undefined);
      await refusal(door, 'proxy-header-stranger');
      assert.deepEqual(asked.pop(), { kind: 'ip', address: '127.0.0.1', port: talk.socket.localPort });
      const bold = await open(t, door);
      bold.say(`${V1}GET / HTTP/1.1\r\n\r\n`);
      await eventually('the end', () => bold.ended !== undefined);
      assert.equal(bold.text, '');
      assert.equal(door.accepted.length, 0);
    }
  });

  test('a connection without the header', async (t) => {
    for (const [first, detail] of [['GET / HTTP/1.1\r\n\r\n', /"GET \//], ['\x16\x03\x01\x02\x00\x01', /a TLS record/]] as const) {
      const door = await openDoor(t, { proxyProtocol: {} });
      const talk = await open(t, door);
      talk.say(first);
      await eventually('the end', () => talk.ended !== undefined);
      assert.equal(talk.text, '');
      assert.match(await refusal(door, 'proxy-header-missing'), detail);
    }
  });

  test('a malformed one, one that is too long, and a second one is the client\'s own bytes', async (t) => {
    for (const header of [v2(0x22, 0x11, IPV4), v2(0x21, 0x12, IPV4), v2(0x21, 0x11, IPV4 + tlv(3, '00000000')), v2(0x21, 0x11, 'ff'.repeat(5000)), 'PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n', `PROXY UNKNOWN ${'x'.repeat(200)}`]) {
      const door = await openDoor(t, { proxyProtocol: {} });
      const talk = await open(t, door);
      talk.say(header);
      await eventually('the end', () => talk.ended !== undefined);
      await refusal(door, 'proxy-header-bad');
    }
    const door = await openDoor(t, { proxyProtocol: {} });
    const talk = await open(t, door);
    talk.say(V1 + V1);
    const { seen } = await door.next();
    await seen.until('the second', (s) => s.text === V1);
  });

  test('one that is cut short, by an end or a reset', async (t) => {
    for (const leave of [(talk: Talk) => talk.socket.end(), (talk: Talk) => talk.socket.resetAndDestroy()]) {
      const door = await openDoor(t, { proxyProtocol: {} });
      const talk = await open(t, door);
      talk.say(v2(0x21, 0x11, IPV4).subarray(0, 20));
      await sleep(50);
      leave(talk);
      assert.match(await refusal(door, 'proxy-header-bad'), /after 20 bytes/);
    }
  });

  test('one that is slow, though every byte comes in time', async (t) => {
    const door = await openDoor(t, { proxyProtocol: { timeout: 200 } });
    const talk = await open(t, door);
    const began = Date.now();
    for (const byte of Buffer.from(V1)) {
      if (talk.ended !== undefined) break;
      talk.say(Buffer.of(byte));
      await sleep(20);
    }
    await eventually('the end', () => talk.ended !== undefined);
    const took = Date.now() - began;
    assert.ok(took >= 150 && took < 2000, `${took} ms`);
    assert.match(await refusal(door, 'proxy-header-timeout'), /\d+ bytes came in 200 ms/);
  });

  test('silence, and the time is over once the header has come', async (t) => {
    const door = await openDoor(t, { proxyProtocol: { timeout: 150 } });
    const good = await open(t, door);
    good.say(V1);
    const { seen } = await door.next();
    const silent = await open(t, door);
    await eventually('the end', () => silent.ended !== undefined);
    await eventually('the refusal', () => door.refused.length === 1);
    assert.equal(door.refused[0]!.fault.code, 'proxy-header-timeout');
    await sleep(200);
    good.say('still here');
    await seen.until('the bytes', (s) => s.text === 'still here');
  });

  test('a look whether the port is open is closed, and not told', async (t) => {
    const door = await openDoor(t, { proxyProtocol: { timeout: 300 } });
    for (const leave of [(talk: Talk) => talk.socket.end(), (talk: Talk) => talk.socket.resetAndDestroy()]) {
      const talk = await open(t, door);
      leave(talk);
      await eventually('the end', () => talk.ended !== undefined);
    }
    await sleep(400);
    assert.deepEqual(door.refused, []);
    assert.equal(door.accepted.length, 0);
  });

  test('whoever has not brought it when the door closes', async (t) => {
    const door = await openDoor(t, { proxyProtocol: {} });
    const served = await open(t, door);
    served.say(V1);
    const { seen } = await door.next();
    const waiting = await open(t, door);
    waiting.say('PROXY');
    await sleep(30);
    await door.listener.close();
    assert.equal(door.listener.arriving, 1);
    door.listener.abandon();
    assert.equal(door.listener.arriving, 0);
    await eventually('the end', () => waiting.ended !== undefined);
    await sleep(30);
    served.say('goes on');
    await seen.until('the bytes', (s) => s.text === 'goes on');
    assert.deepEqual(door.refused, []);
  });
});

describe('connecting with a prelude', () => {
  const upstream = async (scope: Scope): Promise<{ port: number; got: string[] }> => {
    const got: string[] = [];
    const server = createServer((socket) => {
      scope.after(() => { socket.destroy(); });
      socket.on('error', () => {});
      socket.on('data', (bytes) => got.push(bytes.toString('latin1')));
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    scope.after(() => { server.close(); });
    return { port: (server.address() as { port: number }).port, got };
  };

  test('it comes first, in one packet with what is written at once', async (t) => {
    for (const prelude of [V1, writeProxy('v2', { kind: 'proxied', source: CLIENT, destination: MEANT })]) {
      const { port, got } = await upstream(t);
      const wire = transport.connect({ address: { kind: 'ip', host: '127.0.0.1', port }, handler: new Recorder(), prelude, onConnect() { wire.write(' later'); } });
      t.after(() => wire.destroy());
      wire.write('request');
      const first = Buffer.from(prelude as string, 'latin1').toString('latin1');
      await eventually('everything', () => got.join('') === `${first}request later`);
      assert.ok(got[0]!.startsWith(`${first}request`), 'in one piece');
    }
  });

  test('it comes by itself where nothing is written, and before an end', async (t) => {
    const { port, got } = await upstream(t);
    const address = { kind: 'ip', host: '127.0.0.1', port } as const;
    const wire = transport.connect({ address, handler: new Recorder(), prelude: V1, onConnect() {} });
    t.after(() => wire.destroy());
    await eventually('the header', () => got.join('') === V1);
    const ends = transport.connect({ address, handler: new Recorder(), prelude: V1, onConnect() {} });
    t.after(() => ends.destroy());
    ends.end();
    await eventually('the second', () => got.join('') === V1 + V1);
  });

  test('from one door to another the client stays the same', async (t) => {
    const door = await openDoor(t, { proxyProtocol: {} });
    const header = { kind: 'proxied', source: { address: '2001:db8::7', port: 7 }, destination: { address: '192.0.2.9', port: 443 }, secure: true } as const;
    for (const version of ['v1', 'v2'] as const) {
      const wire = transport.connect({ address: { kind: 'ip', host: '127.0.0.1', port: door.port }, handler: new Recorder(), prelude: writeProxy(version, header), onConnect() {} });
      t.after(() => wire.destroy());
      const told = (await door.next()).wire;
      assert.deepEqual(told.peer, { kind: 'ip', address: '2001:db8::7', port: 7 });
      assert.deepEqual(told.local, { kind: 'ip', address: '192.0.2.9', port: 443 });
      assert.equal(told.proxied?.secure, version === 'v2' ? true : undefined);
    }
  });
});
