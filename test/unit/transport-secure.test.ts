import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as nodeConnect, createServer as createPlainServer } from 'node:net';
import type { Server as PlainServer, Socket } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { createServer } from 'node:tls';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { INCOMPLETE_CLOSE } from '../../src/transport/incomplete-close.ts';
import type { ConnectAddress, ConnectOptions, ConnectTls, Wire, WireError } from '../../src/transport/wire.ts';
import { makeCertificate, tempDir } from '../helpers/certs.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope, sleep } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import { Recorder } from '../helpers/wires.ts';
import { OLD_CIPHERS, transport } from '../helpers/transport.ts';

interface App {
  readonly address: ConnectAddress;
  /** Connections whose handshake went well. */
  readonly sockets: TLSSocket[];
  /** What came over TLS, and by TCP before it. */
  got: string;
  /** The first bytes of each TCP connection. */
  readonly first: string[];
}

/** An app that speaks TLS and sends back what it gets. `skip`: bytes before TLS begins. */
const startApp = async (here: Scope, options: TlsOptions, { skip = 0 } = {}): Promise<App> => {
  const app = { sockets: [] as TLSSocket[], got: '', first: [] as string[] };
  const server = createServer({ allowHalfOpen: true, ...options } as TlsOptions, (socket) => {
    app.sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => { app.got += bytes.toString('latin1'); socket.write(bytes); });
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as { port: number };
  // Before the app stands something that takes off what comes before TLS, as a receiver of the PROXY protocol does.
  const before = await startPlain(here, (socket) => {
    socket.once('data', (bytes: Buffer) => {
      app.first.push(bytes.subarray(0, skip || 3).toString('latin1'));
      const behind = nodeConnect({ port, host: '127.0.0.1', allowHalfOpen: true });
      here.after(() => { behind.destroy(); });
      behind.write(bytes.subarray(skip));
      socket.pipe(behind).pipe(socket);
    });
  });
  here.after(() => { server.close(); for (const socket of app.sockets) socket.destroy(); });
  return Object.assign(app, { address: before });
};

const startPlain = async (here: Scope, serve: (socket: Socket) => void): Promise<ConnectAddress> => {
  const sockets = new Set<Socket>();
  const server: PlainServer = createPlainServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  here.after(() => { server.close(); for (const socket of sockets) socket.destroy(); });
  return { kind: 'ip', host: '127.0.0.1', port: (server.address() as { port: number }).port };
};

/** What is left of the end of an answer, in pieces that come one after the other, and what it is; undefined: complete. */
const CUTS: Readonly<Record<string, string | undefined>> = {
  'everything at once': undefined, 'close_notify later': undefined, 'close_notify in two pieces': undefined,
  'nothing': INCOMPLETE_CLOSE, 'nothing, later': INCOMPLETE_CLOSE, 'half of close_notify': INCOMPLETE_CLOSE,
  'half of close_notify, later': INCOMPLETE_CLOSE, 'half of a record': INCOMPLETE_CLOSE, 'a reset': 'ECONNRESET', 'a reset, later': 'ECONNRESET',
};

function cut(how: string, sent: Buffer): readonly Buffer[] {
  let last = 0; // where close_notify begins, the last of the records
  for (let at = 0; at < sent.length; at += 5 + sent.readUInt16BE(at + 3)) last = at;
  const [data, bye] = [sent.subarray(0, last), sent.subarray(last)];
  const half = bye.subarray(0, bye.length >> 1);
  switch (how) {
    case 'everything at once': return [sent];
    case 'close_notify later': return [data, bye];
    case 'close_notify in two pieces': return [data, half, bye.subarray(half.length)];
    case 'nothing': case 'a reset': return [data];
    case 'nothing, later': case 'a reset, later': return [data, Buffer.alloc(0)];
    case 'half of close_notify': return [Buffer.concat([data, half])];
    case 'half of close_notify, later': return [data, half];
    default: return [data.subarray(0, -3)];
  }
}

/** An app that answers to "HOW BYTES" with so many bytes and a close_notify, of which something in between leaves what {@link cut} says, and a FIN. */
const startCutApp = async (here: Scope, options: TlsOptions): Promise<Pick<App, 'address'>> => {
  let how: string | undefined;
  const server = createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes: Buffer) => {
      const [, way, size] = /^(.*) (\d+)$/.exec(bytes.toString())!;
      how = way;
      socket.write('h'); // a record of its own
      socket.end(Buffer.alloc(Number(size) - 1, 'h'));
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  here.after(() => { server.close(); });
  return { address: await startPlain(here, (socket) => {
    how = undefined;
    const held: Buffer[] = [];
    const behind = nodeConnect({ port: (server.address() as { port: number }).port, host: '127.0.0.1', allowHalfOpen: true });
    here.after(() => { behind.destroy(); });
    behind.on('error', () => {});
    socket.on('data', (bytes: Buffer) => { behind.write(bytes); });
    behind.on('data', (bytes: Buffer) => { if (how === undefined) socket.write(bytes); else held.push(bytes); });
    behind.on('end', () => { void pass(socket, cut(how!, Buffer.concat(held)), how!.startsWith('a reset') ? 'resetAndDestroy' : 'end'); });
  }) };
};

async function pass(socket: Socket, pieces: readonly Buffer[], end: 'end' | 'resetAndDestroy'): Promise<void> {
  for (const piece of pieces) {
    if (piece !== pieces[0]) await sleep(20);
    if (piece.length > 0) socket.write(piece);
  }
  await new Promise((resolve) => { setImmediate(resolve); }); // else a reset would take the bytes with it
  socket[end]();
}

interface Made { readonly wire: Wire; readonly seen: Recorder; ups: number }

const connect = (here: Scope, app: Pick<App, 'address'>, tls: ConnectTls, more: Partial<ConnectOptions> = {}): Made => {
  const seen = new Recorder();
  const made: { wire: Wire; seen: Recorder; ups: number } = { wire: undefined as unknown as Wire, seen, ups: 0 };
  made.wire = transport.connect({ address: app.address, tls, handler: seen, onConnect: () => { made.ups++; }, ...more });
  here.after(() => made.wire.destroy());
  return made;
};

const up = async (made: Made): Promise<void> => { await eventually('the connection', () => made.ups === 1 || made.seen.closed !== undefined); assert.equal(made.ups, 1, made.seen.closed?.error?.code); };

describe('TLS towards an app', requires('openssl'), () => {
  const here = scope();
  let dir: string;
  let ca: string;
  const cert = (name: string, sans?: string[]): { cert: string; key: string } => {
    const made = makeCertificate(dir, { name, ...(sans && { sans }), issuer: { cert: join(dir, 'Test Authority.crt'), key: join(dir, 'Test Authority.key') } });
    return { cert: readFileSync(made.cert, 'utf8'), key: readFileSync(made.key, 'utf8') };
  };
  const good = (changes: Partial<ConnectTls> = {}): ConnectTls => ({ serverName: 'app.test', ca, verify: true, alpn: ['http/1.1'], ...changes });
  let pair: { cert: string; key: string };

  before(() => {
    dir = tempDir({ after: (end: () => void) => here.after(end) } as Parameters<typeof tempDir>[0]);
    ca = readFileSync(makeCertificate(dir, { name: 'Test Authority', authority: true }).cert, 'utf8');
    pair = cert('app.test', ['DNS:app.test', 'IP:127.0.0.1']);
  });

  /** Connects in vain, with something written; gives why. */
  const refusal = async (t: Scope, app: Pick<App, 'address'>, tls: ConnectTls): Promise<WireError> => {
    const made = connect(t, app, tls);
    made.wire.write('SECRET');
    const error = await made.seen.untilClosed();
    assert.equal(made.ups, 0);
    assert.ok(error);
    return error;
  };

  test('bytes both ways, what was written before it was up too; it tells what was settled', async (t) => {
    const app = await startApp(t, { ...pair, ALPNProtocols: ['h2', 'http/1.1'] });
    const made = connect(t, app, good());
    made.wire.write('early ');
    await up(made);
    made.wire.write('late');
    await made.seen.until('the echo', (s) => s.text === 'early late');
    assert.equal(app.sockets[0]!.alpnProtocol, 'http/1.1'); // never h2, which is not spoken here
    assert.equal((app.sockets[0] as unknown as { servername: string }).servername, 'app.test');
    assert.deepEqual(made.wire.peer, { kind: 'ip', address: '127.0.0.1', port: (app.address as { port: number }).port });
    assert.equal(made.wire.local.kind === 'ip' && made.wire.local.address, '127.0.0.1');
  });

  test('an address is looked for among the certificate\'s addresses, and is not asked for by name', async (t) => {
    const app = await startApp(t, pair);
    await up(connect(t, app, good({ serverName: '127.0.0.1' })));
    const theirs = await eventually('its own side of it', () => app.sockets[0]); // in TLS 1.3 it is done later than we are
    assert.equal((theirs as unknown as { servername: unknown }).servername, false);
    const error = await refusal(t, app, good({ serverName: '::1' }));
    assert.equal(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('whoever cannot prove who it is gets not a byte, and is told with what it showed', async (t) => {
    const self = makeCertificate(dir, { name: 'self.test' });
    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      const named = await startApp(t, { ...pair, maxVersion });
      const alone = await startApp(t, { cert: readFileSync(self.cert, 'utf8'), key: readFileSync(self.key, 'utf8'), maxVersion });
      for (const [app, tls, code] of [
        [named, good({ serverName: 'other.test' }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
        [named, good({ ca: undefined }), 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
        [alone, good({ serverName: 'self.test' }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      ] as const) {
        const error = await refusal(t, app, tls);
        assert.equal(error.code, code);
        assert.match(new X509Certificate(error.certificate!).subject, app === named ? /app\.test/ : /self\.test/);
      }
      await sleep(50);
      assert.equal(named.got + alone.got, '');
    }
  });

  test('any certificate of the file is believed: the app\'s own, or an intermediate', async (t) => {
    const app = await startApp(t, pair);
    await up(connect(t, app, good({ ca: pair.cert })));
  });

  test('a request that was written and ended before the check does not leave either', async (t) => {
    const app = await startApp(t, pair);
    const made = connect(t, app, good({ serverName: 'other.test' }));
    made.wire.write('SECRET');
    made.wire.end();
    await made.seen.untilClosed();
    await sleep(50);
    assert.equal(app.got, '');
  });

  // A session of TLS 1.2 is there before the name is looked at, and one that is resumed has no name looked at.
  test('a session of somebody who was refused is never resumed', async (t) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const app = await startApp(t, { ...pair, maxVersion });
      const tls = good({ serverName: 'other.test' });
      for (let i = 0; i < 3; i++) assert.equal((await refusal(t, app, tls)).code, 'ERR_TLS_CERT_ALTNAME_INVALID');
      assert.equal(app.got, '');
    }
  });

  test('the next connection resumes the session, of either version', async (t) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const app = await startApp(t, { ...pair, maxVersion });
      const tls = good();
      for (let i = 0; i < 3; i++) {
        const made = connect(t, app, tls);
        made.wire.write('x');
        await made.seen.until('the echo', (s) => s.text === 'x'); // the tickets of TLS 1.3 come before it
        made.wire.destroy();
      }
      assert.deepEqual(app.sockets.map((socket) => socket.isSessionReused()), [false, true, true], maxVersion);
      await up(connect(t, app, good()));
      const fourth = await eventually('its own side of it', () => app.sockets[3]);
      assert.equal(fourth.isSessionReused(), false, 'it belongs to whoever checked in the same way');
    }
  });

  test('unchecked, anybody is taken', async (t) => {
    const app = await startApp(t, pair);
    const made = connect(t, app, good({ ca: undefined, serverName: 'whatever.test', verify: false }));
    await up(made);
    made.wire.write('hello');
    await made.seen.until('the echo', (s) => s.text === 'hello');
  });

  test('an app that knows no TLS from 1.2 on, and one that speaks something else, end it with a word for it', async (t) => {
    const old = await startApp(t, { ...pair, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ...OLD_CIPHERS });
    assert.match((await refusal(t, old, good())).code, /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
    const http = await startPlain(t, (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    assert.match((await refusal(t, { address: http }, good())).code, /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/); // as OpenSSL is older or newer
    const shut = await startPlain(t, (socket) => socket.once('data', () => socket.end()));
    assert.equal((await refusal(t, { address: shut }, good())).code, 'ECONNRESET');
    const reset = await startPlain(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
    assert.equal((await refusal(t, { address: reset }, good())).code, 'ECONNRESET');
  });

  test('nobody there', async (t) => {
    const made = connect(t, { address: { kind: 'unix', path: join(dir, 'nobody.sock') } }, good());
    assert.equal((await made.seen.untilClosed())!.code, 'ENOENT');
  });

  test('a prelude is the first thing on the connection, in the clear, once', async (t) => {
    const line = 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n';
    for (const prelude of [line, Buffer.from(line)]) {
      const app = await startApp(t, pair, { skip: line.length });
      const tls = good();
      for (let i = 0; i < 2; i++) {
        const made = connect(t, app, tls, { prelude });
        made.wire.write('hello');
        await made.seen.until('the echo', (s) => s.text === 'hello');
        made.wire.destroy();
      }
      assert.deepEqual(app.first, [line, line]);
      assert.equal(app.got, 'hellohello');
    }
  });

  test('much data, both ends slow in turn: nothing is lost, drain is told', async (t) => {
    const app = await startApp(t, pair);
    const made = connect(t, app, good());
    await up(made);
    const piece = Buffer.alloc(256 * 1024, 'abcdefgh');
    made.wire.pause();
    let full = false;
    for (let i = 0; i < 16; i++) full = !made.wire.write(Buffer.from(piece)) || full;
    assert.ok(full);
    await sleep(50);
    made.wire.resume();
    await made.seen.until('everything', (s) => s.length === 16 * piece.length);
    assert.ok(made.seen.calls.includes('drain'));
    assert.ok(Buffer.concat(made.seen.pieces).equals(Buffer.concat(Array.from({ length: 16 }, () => piece))));
  });

  test('the end of either side is told, and half a connection still carries', async (t) => {
    const app = await startApp(t, pair);
    const made = connect(t, app, good());
    await up(made);
    (await eventually('its own side of it', () => app.sockets[0])).end('bye');
    await made.seen.until('the end', (s) => s.calls.includes('end'));
    assert.equal(made.seen.text, 'bye');
    made.wire.write('still here');
    await eventually('the bytes', () => app.got === 'still here');
    made.wire.end();
    assert.equal(await made.seen.untilClosed(), undefined);
  });

  // On Node a reset that came together with the last bytes was told as an end in order: half an answer that ends with its
  // connection went out as the whole of it.
  test('a reset of the other side is no end in order, however soon it comes behind bytes', async (t) => {
    let raw: Socket | undefined;
    const server = createServer({ ...pair, allowHalfOpen: true } as TlsOptions, (socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes: Buffer) => {
        socket.write('half '.repeat(1000));
        // In the turn after its bytes: both are there when the other side looks.
        setImmediate(() => { if (bytes.toString() === 'reset') raw!.resetAndDestroy(); else socket.end(); });
      });
    });
    server.on('connection', (socket: Socket) => { raw = socket; });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    t.after(() => { server.close(); raw?.destroy(); });
    const { port } = server.address() as { port: number };
    for (let i = 0; i < 6; i++) {
      for (const how of ['reset', 'end']) {
        const made = connect(t, { address: { kind: 'ip', host: '127.0.0.1', port } }, good());
        await up(made);
        made.wire.write(how);
        if (how === 'end') {
          await made.seen.until('the end', (seen) => seen.calls.includes('end'));
          assert.equal(made.seen.text.length, 5000);
          made.wire.end();
          assert.equal(await made.seen.untilClosed(), undefined);
        } else {
          assert.equal((await made.seen.untilClosed())?.code, 'ECONNRESET');
          assert.ok(!made.seen.calls.includes('end'));
        }
      }
    }
  });

  // Neither runtime says whether an end came with close_notify, so an app that was killed in the middle of an answer that
  // ends with its connection was taken to have said all of it.
  test('an end without close_notify is no complete one, however the bytes come; where it need not be complete it is an end', async (t) => {
    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      const app = await startCutApp(t, { ...pair, maxVersion });
      for (const size of [5, 40_000, 300_000]) {
        for (const [how, wrong] of Object.entries(CUTS)) {
          for (const pace of ['steady', 'paused'] as const) {
            const made = connect(t, app, good());
            await up(made);
            made.seen.onBytes = () => {
              made.wire.expectCompleteClose();
              if (pace === 'steady' || made.seen.calls.length > 1) return;
              made.wire.pause();
              setTimeout(() => { made.wire.resume(); }, 30);
            };
            made.wire.write(`${how} ${size}`);
            const what = `${maxVersion}, ${how}, ${size} bytes, ${pace}`;
            await made.seen.until(`the end: ${what}`, (seen) => seen.calls.includes('end') || seen.closed !== undefined);
            assert.equal(made.seen.calls.includes('end'), wrong === undefined, what);
            if (wrong === undefined) made.wire.end();
            assert.equal((await made.seen.untilClosed())?.code, wrong, what);
            if (!/a re/.test(how)) assert.equal(made.seen.length, size, what);
          }
        }
      }
      const careless = connect(t, app, good());
      await up(careless);
      careless.wire.write('nothing 5');
      await careless.seen.until('the end', (seen) => seen.calls.includes('end'));
      assert.equal(careless.seen.text, 'hhhhh');
    }
  });

  test('reset and destroy are told once, before and after it is up', async (t) => {
    const app = await startApp(t, pair);
    for (const how of ['reset', 'destroy'] as const) {
      for (const early of [true, false]) {
        const made = connect(t, app, good());
        if (!early) await up(made);
        made.wire[how]();
        await made.seen.untilClosed();
        assert.equal(made.seen.calls.filter((call) => call === 'close').length, 1);
        assert.equal(made.ups, early ? 0 : 1);
      }
    }
  });
});
