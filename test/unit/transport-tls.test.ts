import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { connect as tcpConnect } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { KNOWN_CIPHERS } from '../../src/config/values/tls-door.ts';
import { makeTicketKeys, rotateTicketKeys, takeTicketKeys, ticketKeys } from '../../src/transport/ticket-keys.ts';
import type { CertificatePair, ClientPolicy } from '../../src/transport/wire.ts';
import { eventually, sleep, tempDir, within } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import { Talk } from '../helpers/talk.ts';
import { openDoor, selfSigned } from '../helpers/wires.ts';
import type { Door } from '../helpers/wires.ts';
import { requires } from '../helpers/real.ts';
import { OLD_CIPHERS, onBun } from '../helpers/transport.ts';

let one: CertificatePair;
let two: CertificatePair;
before(async () => { [one, two] = await Promise.all([selfSigned('one.test'), selfSigned('two.test')]); });

interface Shook { readonly socket: TLSSocket; readonly name: string; readonly tickets: Buffer[] }

/** A client's handshake; rejects with the client's error. */
const shake = (scope: Scope, door: Door, options: ConnectionOptions = {}): Promise<Shook> => within(5000, 'a handshake', new Promise((resolve, reject) => {
  const socket = tlsConnect({ host: '127.0.0.1', port: door.port, servername: 'one.test', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'], ...options });
  scope.after(() => { socket.destroy(); });
  const tickets: Buffer[] = [];
  socket.on('session', (ticket: Buffer) => tickets.push(ticket)); // some clients tell it with the end of the handshake
  socket.once('secureConnect', () => resolve({ socket, tickets, name: String(socket.getPeerCertificate().subject?.CN) }));
  socket.once('error', reject);
}));

describe('a TLS door', () => {
  test('tells what the handshake settled', async (t) => {
    const asked: (string | undefined)[] = [];
    const door = await openDoor(t, { tls: { pick: (name) => { asked.push(name); return one; } } });
    for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
      const { socket } = await shake(t, door, { servername: 'ONE.test', maxVersion: version });
      const { wire, seen } = await door.next();
      assert.deepEqual(wire.tls, { serverName: 'one.test', alpn: 'http/1.1', version });
      assert.deepEqual(wire.peer, { kind: 'ip', address: '127.0.0.1', port: socket.localPort });
      assert.deepEqual(wire.local, { kind: 'ip', address: '127.0.0.1', port: door.port });
      socket.write('question');
      await seen.until('the bytes', (s) => s.text === 'question');
      const answer = eventually('the answer', () => (socket.read() as Buffer | null)?.toString());
      wire.write('answer');
      assert.equal(await answer, 'answer');
    }
    assert.deepEqual(new Set(asked), new Set([undefined, 'one.test']));
  });

  test('without SNI and without ALPN both are undefined', async (t) => {
    const door = await openDoor(t, { tls: { pick: (name) => (name === undefined ? two : one) } });
    const { name } = await shake(t, door, { servername: '', ALPNProtocols: [] });
    assert.equal(name, 'two.test');
    assert.deepEqual((await door.next()).wire.tls, { serverName: undefined, alpn: undefined, version: 'TLSv1.3' });
  });

  test('shows the certificate of the name, and another one from the next handshake on', async (t) => {
    const shown = new Map<string | undefined, CertificatePair>();
    const door = await openDoor(t, { tls: { pick: (name) => shown.get(name) } });
    shown.set('one.test', one).set('two.test', two).set(undefined, one);
    assert.equal((await shake(t, door, { servername: 'one.test' })).name, 'one.test');
    assert.equal((await shake(t, door, { servername: 'two.test' })).name, 'two.test');
    assert.equal((await shake(t, door, { servername: '' })).name, 'one.test');
    shown.set('one.test', two).set(undefined, two);
    assert.equal((await shake(t, door, { servername: 'one.test' })).name, 'two.test');
    assert.equal((await shake(t, door, { servername: '' })).name, 'two.test');
  });

  test('a pick that answers later is waited for', async (t) => {
    const late = (pair: CertificatePair) => new Promise<CertificatePair>((resolve) => { setTimeout(resolve, 30, pair); });
    const door = await openDoor(t, { tls: { pick: (name) => late(name === 'two.test' ? two : one) } });
    assert.equal((await shake(t, door, { servername: 'two.test' })).name, 'two.test');
    assert.equal((await shake(t, door, { servername: '' })).name, 'one.test');
  });

  test('a name without a certificate is refused by the alert that says so', async (t) => {
    for (const pick of [(name?: string) => (name === 'two.test' ? undefined : one), async (name?: string) => { await sleep(10); return name === 'two.test' ? undefined : one; }]) {
      const door = await openDoor(t, { tls: { pick } });
      await assert.rejects(shake(t, door, { servername: 'two.test' }), { code: /^ERR_SSL_TLSV1_(?:ALERT_)?UNRECOGNIZED_NAME$/ });
      const [failure] = await eventually('the report', () => door.failures.length > 0 && door.failures);
      assert.equal(failure!.error.code, 'ERR_TLS_NO_CERTIFICATE');
      assert.match(failure!.error.message, /"two\.test"/);
      assert.equal(failure!.peer.kind === 'ip' && failure!.peer.address, '127.0.0.1');
      assert.equal((await shake(t, door)).name, 'one.test', 'others are served');
    }
  });

  test('no certificate for a client without SNI: the handshake fails, names go on', async (t) => {
    const door = await openDoor(t, { tls: { pick: (name) => (name === undefined ? undefined : one) } });
    await assert.rejects(shake(t, door, { servername: '' }), { code: /^ERR_SSL_(?:.+_ALERT_HANDSHAKE_FAILURE|TLSV1_ALERT_INTERNAL_ERROR)$/ });
    assert.equal((await shake(t, door)).name, 'one.test');
  });

  test('a pair that OpenSSL refuses, or a pick that throws, fails that handshake only', async (t) => {
    const broken = { cert: one.cert, key: two.key };
    const door = await openDoor(t, { tls: { pick: (name) => {
      if (name === 'throws.test') throw new Error('a defect');
      return name === 'broken.test' ? broken : one;
    } } });
    await assert.rejects(shake(t, door, { servername: 'broken.test' }));
    await assert.rejects(shake(t, door, { servername: 'throws.test' }));
    await eventually('both reports', () => door.failures.length === 2);
    assert.deepEqual(door.failures.map((f) => f.error.code), ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'ERR_UNKNOWN']);
    assert.equal((await shake(t, door)).name, 'one.test');
    const all = await openDoor(t, { tls: { pick: () => broken } });
    await assert.rejects(shake(t, all, { servername: '' }));
    assert.equal(all.failures[0]!.error.code, 'ERR_OSSL_X509_KEY_VALUES_MISMATCH');
  });

  test('TLS 1.1 and an ALPN without a common protocol are refused and reported', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one } });
    await assert.rejects(shake(t, door, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ...OLD_CIPHERS }), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
    await assert.rejects(shake(t, door, { ALPNProtocols: ['h2'] }), { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' });
    await eventually('both reports', () => door.failures.length === 2);
    assert.equal(door.failures[0]!.error.code, 'ERR_SSL_UNSUPPORTED_PROTOCOL');
    assert.equal(door.accepted.length, 0);
  });

  test('sessions are resumed, by name and without, and after the certificate was replaced', async (t) => {
    let current = one;
    // BoringSSL sends its tickets with the first bytes of an answer.
    const door = await openDoor(t, { tls: { pick: () => current }, handler: (wire) => { wire.write('welcome'); } });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      for (const servername of ['one.test', '']) {
        current = one;
        const first = await shake(t, door, { servername, maxVersion });
        assert.equal(first.socket.isSessionReused(), false);
        first.socket.resume();
        const ticket = await eventually('a ticket', () => first.tickets[0] ?? (maxVersion === 'TLSv1.2' ? first.socket.getSession() : undefined));
        const second = await shake(t, door, { servername, maxVersion, session: ticket });
        assert.equal(second.socket.isSessionReused(), true, `${maxVersion} ${servername}`);
        current = two;
        const third = await shake(t, door, { servername, maxVersion, session: ticket });
        // Bun has no way to give two contexts one key for tickets (src/transport/bun/contexts.ts).
        assert.equal(third.socket.isSessionReused(), !onBun, `${maxVersion} ${servername} after the replacement`);
      }
    }
  });

  test('a half-closed client can still be answered', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one } });
    const talk = await Talk.open(door.port, { tls: true });
    talk.say('question');
    talk.socket.end();
    const { wire, seen } = await door.next();
    await seen.until('the end', (s) => s.calls.includes('end'));
    wire.write('answer');
    wire.end();
    assert.equal(await seen.untilClosed(), undefined);
    await eventually('the answer', () => talk.text === 'answer' && talk.ended === 'fin');
    assert.deepEqual(seen.calls, ['data', 'end', 'close']);
  });

  test('reset is not an orderly end', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one } });
    const talk = await Talk.open(door.port, { tls: true });
    const { wire, seen } = await door.next();
    wire.write('half of it');
    await eventually('the half', () => talk.text !== '');
    wire.reset();
    await eventually('the client to notice', () => talk.ended !== undefined);
    assert.equal(talk.ended, 'reset');
    assert.equal(await seen.untilClosed(), undefined);
    assert.deepEqual(seen.calls, ['close']);
  });

  test('curl takes a cut answer for an error, a whole one not', requires('curl'), async (t) => {
    const door = await openDoor(t, {
      tls: { pick: () => one },
      handler: (wire, seen) => {
        seen.onBytes = (bytes) => {
          wire.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nwithout a length, so only the end says what is whole');
          // Only once it is in the client's hands, as a RST may take with it what is still on its way.
          if (Buffer.from(bytes).includes('/cut')) setTimeout(() => wire.reset(), 100);
          else wire.end();
        };
      },
    });
    const curl = (path: string): Promise<number> => new Promise((resolve) => {
      execFile('curl', ['-sk', '--max-time', '5', '-o', join(tempDir(t), 'out'), `https://localhost:${door.port}${path}`], (error) => { resolve(Number(error?.code ?? 0)); });
    });
    assert.equal(await curl('/whole'), 0);
    assert.equal(await curl('/cut'), 56, 'CURLE_RECV_ERROR');
  });

  test('rubbish after the handshake closes with an error', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one } });
    const below = tcpConnect(door.port, '127.0.0.1');
    const socket = tlsConnect({ socket: below, servername: 'one.test', rejectUnauthorized: false });
    socket.on('error', () => {});
    t.after(() => { socket.destroy(); below.destroy(); });
    const { seen } = await door.next();
    below.write(Buffer.from('1703030010000102030405060708090a0b0c0d0e0f', 'hex'));
    const error = await seen.untilClosed();
    assert.match(error?.code ?? '', /^ERR_SSL_/);
    assert.equal(seen.calls.at(-1), 'close');
  });

  test('backpressure holds both ways', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one }, handler: (wire) => wire.pause() });
    const { socket } = await shake(t, door);
    const { wire, seen } = await door.next();
    let sent = 0;
    const piece = Buffer.alloc(65536);
    const more = (): void => { while (!socket.destroyed && socket.write(piece)) sent += piece.length; };
    socket.on('drain', more);
    more();
    await sleep(300);
    const bytes = sent;
    assert.ok(seen.length < 256 * 1024, `got ${seen.length}`);
    assert.ok(bytes < 16 * 1024 * 1024, `${bytes}`);
    wire.resume();
    await seen.until('more than was under way', (s) => s.length > bytes + 1_000_000);
    socket.removeListener('drain', more);
    socket.pause();
    while (wire.write(piece));
    assert.ok(wire.buffered > 64 * 1024);
    socket.resume();
    await seen.until('onDrain', (s) => s.calls.includes('drain'));
    assert.equal(wire.buffered, 0);
  });

  test('a client that is silent, or slow with its handshake, is closed in time', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one, handshakeTimeout: 150 } });
    const silent = await Talk.open(door.port);
    const slow = await Talk.open(door.port);
    slow.say('\x16\x03\x01\x02\x00');
    const began = Date.now();
    await eventually('both to be closed', () => silent.ended !== undefined && slow.ended !== undefined);
    assert.ok(Date.now() - began < 1500);
    assert.deepEqual(door.failures.map((f) => f.error.code), ['ERR_TLS_HANDSHAKE_TIMEOUT'], 'a port check is not a failed handshake');
    const { socket } = await shake(t, door);
    await sleep(300);
    assert.equal(socket.destroyed, false, 'the timeout ends with the handshake');
  });

  test('a client whose last bytes came while this process was held up is not late', async (t) => {
    // Without a processor for some seconds, the timers ran first, and closed clients whose handshake waited to be read.
    const door = await openDoor(t, { tls: { pick: () => one, handshakeTimeout: 900 } });
    const socket = tlsConnect({ host: '127.0.0.1', port: door.port, servername: 'one.test', rejectUnauthorized: false });
    t.after(() => { socket.destroy(); });
    socket.once('secureConnect', () => { // the end of its handshake is on its way to the door
      for (const until = performance.now() + 2000; performance.now() < until;);
    });
    await door.next();
    assert.deepEqual(door.failures, []);
  });

  test('a client that goes away in the middle of a handshake is reported, once', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one } });
    const talk = await Talk.open(door.port);
    talk.say('\x16\x03\x01\x02\x00');
    await sleep(50);
    talk.socket.resetAndDestroy();
    await eventually('the report', () => door.failures.length > 0);
    await sleep(50);
    assert.deepEqual(door.failures.map((f) => f.error.code), ['ECONNRESET']);
  });

  test('close lets a handshake that has begun come to its end, and what comes of it is served', async (t) => {
    // A client whose handshake was under way when a new process took the doors over was cut off without an answer.
    let pass: (() => void) | undefined;
    const held = new Promise<void>((resolve) => { pass = resolve; });
    const door = await openDoor(t, { tls: { pick: () => held.then(() => one) } });
    const shaken = shake(t, door);
    await eventually('the client', () => door.listener.arriving === 1);
    await door.listener.close();
    pass!();
    const { socket } = await shaken;
    const { seen } = await door.next();
    assert.equal(door.listener.arriving, 0);
    socket.write('just in time');
    await seen.until('the bytes', (s) => s.text === 'just in time');
  });

  test('abandon drops handshakes that are not over, and nothing else', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one } });
    const { socket } = await shake(t, door);
    const silent = await Talk.open(door.port);
    const { seen } = await door.next();
    await door.listener.close();
    assert.equal(door.listener.arriving, 1);
    door.listener.abandon();
    await eventually('the silent one to be dropped', () => silent.ended !== undefined);
    socket.write('still here');
    await seen.until('the bytes', (s) => s.text === 'still here');
  });

  test('works on a Unix socket', async (t) => {
    const path = join(tempDir(t), 'tls.sock');
    const door = await openDoor(t, { address: { kind: 'unix', path }, tls: { pick: () => one } });
    const socket = tlsConnect({ path, servername: 'one.test', rejectUnauthorized: false });
    t.after(() => { socket.destroy(); });
    const { wire, seen } = await door.next();
    assert.deepEqual(wire.peer, { kind: 'unix', path });
    assert.equal(wire.tls?.serverName, 'one.test');
    wire.reset();
    await seen.untilClosed();
  });
});

describe('plain HTTP on a TLS door', () => {
  const HEAD = 'GET /path HTTP/1.1\r\nHost: one.test\r\n\r\n';

  test('is answered with the request in hand, however it comes', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one } });
    for (const pieces of [[HEAD], [...HEAD], ['\r\n', HEAD], [HEAD.slice(0, 20), HEAD.slice(20)]]) {
      const talk = await Talk.open(door.port);
      talk.socket.setNoDelay(true);
      for (const piece of pieces) {
        talk.say(piece);
        await new Promise((resolve) => { setImmediate(resolve); });
      }
      await eventually('the answer and its end', () => talk.ended === 'fin');
      assert.ok(talk.text.startsWith('HTTP/1.1 400 '));
      assert.ok(talk.text.includes('seen: ') && talk.text.includes('GET /path'), talk.text);
      talk.socket.destroy();
    }
    assert.equal(door.accepted.length, 0);
    assert.equal(door.failures.length, 0, 'not a failed handshake');
  });

  test('a large body after the head does not cost the client its answer', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one } });
    const talk = await Talk.open(door.port);
    talk.say('POST / HTTP/1.1\r\nHost: one.test\r\nContent-Length: 4000000\r\n\r\n');
    talk.say(Buffer.alloc(4_000_000, 'b'));
    await eventually('the answer and its end', () => talk.ended !== undefined);
    assert.equal(talk.ended, 'fin');
    assert.match(talk.text, /^HTTP\/1\.1 400 /);
    talk.socket.destroy();
  });

  test('half a head is answered when the client ends, or when its time is over', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one, handshakeTimeout: 150 } });
    const ends = await Talk.open(door.port);
    ends.say('GET /half');
    ends.socket.end();
    const waits = await Talk.open(door.port);
    waits.say('GET /half');
    for (const talk of [ends, waits]) {
      await eventually('the answer', () => talk.ended === 'fin');
      assert.match(talk.text, /^HTTP\/1\.1 400 .*seen: GET \/half/s);
      talk.socket.destroy();
    }
  });

  test('a head without an end is not waited for beyond 16 KiB', async (t) => {
    const door = await openDoor(t, { tls: { pick: () => one } });
    const talk = await Talk.open(door.port);
    talk.say('GET /' + 'a'.repeat(20_000));
    await eventually('the answer', () => talk.ended === 'fin');
    assert.match(talk.text, /^HTTP\/1\.1 400 /);
    talk.socket.destroy();
  });
});

describe('a door that asks some clients for a certificate', () => {
  const policy = (ca: string): ClientPolicy => ({ ca, optional: false });
  const staff = (): { readonly door: (t: Scope, asked: ClientPolicy) => Promise<Door> } => ({
    door: (t, asked) => openDoor(t, { tls: { pick: () => one, policyFor: (name) => (name === 'staff.test' ? asked : undefined) }, handler: (wire) => { wire.write('welcome'); } }),
  });

  test('tells what was shown by the policy of the name, and nothing of others', async (t) => {
    const asked = policy(two.cert);
    const door = await staff().door(t, asked);
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      await shake(t, door, { servername: 'staff.test', maxVersion, cert: two.cert, key: two.key });
      const good = (await door.next()).wire.tls!;
      assert.equal(good.policy, asked);
      assert.deepEqual([good.shown?.kind, good.shown?.kind === 'good' && good.shown.certificate.subject], ['good', 'CN=two.test']);
      await shake(t, door, { servername: 'staff.test', maxVersion, cert: one.cert, key: one.key });
      assert.equal((await door.next()).wire.tls!.shown?.kind, 'bad');
      await shake(t, door, { servername: 'staff.test', maxVersion });
      assert.deepEqual((await door.next()).wire.tls!.shown, { kind: 'none' });
      await shake(t, door, { servername: 'other.test', maxVersion, cert: two.cert, key: two.key });
      assert.deepEqual((await door.next()).wire.tls, { serverName: 'other.test', alpn: 'http/1.1', version: maxVersion });
    }
  });

  test('another text of authorities counts from the next handshake on', async (t) => {
    const asked = { ca: two.cert, optional: false };
    const door = await staff().door(t, asked);
    const shown = async (): Promise<string | undefined> => {
      await shake(t, door, { servername: 'staff.test', cert: one.cert, key: one.key });
      return (await door.next()).wire.tls!.shown?.kind;
    };
    assert.equal(await shown(), 'bad');
    asked.ca = one.cert;
    assert.equal(await shown(), 'good');
    asked.ca = two.cert;
    assert.equal(await shown(), 'bad');
  });

  test('a handshake with a policy cannot be resumed, there or anywhere', async (t) => {
    const door = await staff().door(t, policy(two.cert));
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const first = await shake(t, door, { servername: 'staff.test', maxVersion, cert: two.cert, key: two.key });
      first.socket.resume();
      const session = first.tickets[0] ?? first.socket.getSession()!;
      for (const servername of ['staff.test', 'other.test']) {
        assert.equal((await shake(t, door, { servername, maxVersion, session })).socket.isSessionReused(), false, `${maxVersion} ${servername}`);
      }
    }
  });
});

test('a door speaks what it is told: least version, and ciphers of TLS 1.2', async (t) => {
  const late = await openDoor(t, { tls: { pick: () => one, security: { minVersion: 'TLSv1.3', ciphers: undefined } } });
  await assert.rejects(shake(t, late, { maxVersion: 'TLSv1.2' }), { code: /PROTOCOL_VERSION/ });
  assert.equal((await shake(t, late)).socket.getProtocol(), 'TLSv1.3');
  const named = KNOWN_CIPHERS.filter((name) => name.includes('ECDSA'));
  for (const cipher of named) {
    const door = await openDoor(t, { tls: { pick: () => one, security: { minVersion: 'TLSv1.2', ciphers: [cipher] } } });
    const { socket } = await shake(t, door, { maxVersion: 'TLSv1.2', ciphers: cipher });
    assert.equal(socket.getCipher().name, cipher);
    assert.equal((await shake(t, door)).socket.getProtocol(), 'TLSv1.3', 'which stays on');
    await assert.rejects(shake(t, door, { maxVersion: 'TLSv1.2', ciphers: named.find((other) => other !== cipher)! }));
  }
});

test('a client may not begin its handshake anew: it could make a front compute without end', { skip: onBun && 'its client does not ask for that' }, async (t) => {
  const door = await openDoor(t, { tls: { pick: () => one } });
  const { socket } = await shake(t, door, { maxVersion: 'TLSv1.2' });
  const answer = new Promise<Error | null>((resolve) => { socket.once('error', resolve).renegotiate({ rejectUnauthorized: false }, resolve); });
  assert.match(String(await within(5000, 'an answer to that', answer)), /no renegotiation/i);
});

test('the ticket key of a front that is one process is made anew again and again', { skip: onBun && 'Bun has no way to set the key' }, async (t) => {
  const door = await openDoor(t, { tls: { pick: () => one }, handler: (wire) => { wire.write('welcome'); } });
  const first = await shake(t, door);
  first.socket.resume();
  const session = await eventually('a ticket', () => first.tickets[0]);
  const before = ticketKeys();
  const stop = rotateTicketKeys(1);
  try { await eventually('another key', () => !ticketKeys().equals(before)); } finally { stop(); }
  assert.equal((await shake(t, door, { session })).socket.isSessionReused(), false);
});

test('a new ticket key makes older tickets worthless, and one that is taken counts for all', { skip: onBun && 'Bun has no way to set the key' }, async (t) => {
  const door = await openDoor(t, { tls: { pick: () => one }, handler: (wire) => { wire.write('welcome'); } });
  const first = await shake(t, door);
  first.socket.resume();
  const session = await eventually('a ticket', () => first.tickets[0]);
  assert.equal((await shake(t, door, { session })).socket.isSessionReused(), true);
  const before = ticketKeys();
  takeTicketKeys(makeTicketKeys());
  assert.equal((await shake(t, door, { session })).socket.isSessionReused(), false);
  takeTicketKeys(before);
  assert.equal((await shake(t, door, { session })).socket.isSessionReused(), true);
  assert.throws(() => takeTicketKeys(new Uint8Array(32)), /48 bytes; these are 32/);
});
