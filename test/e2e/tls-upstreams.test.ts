import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { makeCertificate, openssl } from '../helpers/certs.ts';
import type { Made } from '../helpers/certs.ts';
import { authority, runFront, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { startProgram } from '../helpers/program.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';

interface Seen { readonly url: string; readonly headers: IncomingMessage['headers']; readonly socket: TLSSocket }
interface App { readonly port: number; readonly seen: Seen[]; readonly server: Server; readonly sockets: Set<TLSSocket> }

/** A real TLS server: says what it got, echoes bodies, and WebSocket messages. */
const startApp = async (here: Scope, options: TlsOptions): Promise<App> => {
  const seen: Seen[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createServer(options, (request: IncomingMessage, answer: ServerResponse) => {
    seen.push({ url: request.url ?? '', headers: request.headers, socket: request.socket as TLSSocket });
    if (request.url === '/echo') request.pipe(answer);
    else answer.end(`${request.method} ${request.url}`);
  });
  server.on('secureConnection', (socket: TLSSocket) => { sockets.add(socket); socket.on('error', () => undefined); });
  server.on('tlsClientError', () => undefined);
  const webSockets = new WebSocketServer({ server, path: '/ws' });
  webSockets.on('connection', (socket) => { socket.on('message', (data, binary) => { socket.send(data, { binary }); }); });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  here.after(() => { for (const socket of webSockets.clients) socket.terminate(); server.closeAllConnections(); server.close(); });
  return { port: (server.address() as AddressInfo).port, seen, server, sockets };
};

describe('an app that speaks TLS', requires('openssl'), () => {
  const here = scope();
  const dir = tempDir(here);
  let root: Made;
  const issue = (name: string, sans: readonly string[]): Made => makeCertificate(dir, { name, sans, issuer: root });
  const read = ({ cert, key }: Made): { cert: string; key: string } => ({ cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') });
  let mine: Made;
  before(() => {
    root = makeCertificate(dir, { name: 'Our Own Authority', authority: true });
    mine = issue('app.internal', ['DNS:app.internal', 'DNS:localhost', 'IP:127.0.0.1']);
  });

  describe('believed', () => {
    let app: App;
    let front: Front;
    before(async () => {
      app = await startApp(here, read(mine));
      front = await startFront(here, [`https://localhost:${app.port}`, '--upstream-ca', root.cert, '--scheme', '/=either', '--stream-bodies']);
    });

    test('is asked by its name, and told what the client used', async () => {
      assert.equal((await front.get('/a')).text, 'GET /a');
      const secure = app.seen.at(-1)!;
      assert.equal(secure.headers['x-forwarded-proto'], 'https');
      assert.equal((secure.socket as unknown as { servername: string }).servername, 'localhost');
      assert.equal(secure.socket.alpnProtocol, 'http/1.1');
      assert.equal((await front.getHttp('/b')).text, 'GET /b');
      assert.equal(app.seen.at(-1)!.headers['x-forwarded-proto'], 'http', 'the hop to the app says nothing about the client');
    });

    test('keeps its connection, and a new one resumes the session', async () => {
      const before = app.seen.length;
      for (let i = 0; i < 5; i++) await front.get(`/kept/${i}`);
      assert.equal(new Set(app.seen.slice(before).map(({ socket }) => socket)).size, 1);
      const held = await Promise.all([1, 2, 3, 4].map((i) => front.get(`/at-once/${i}`)));
      assert.ok(held.every(({ status }) => status === 200));
      assert.ok([...app.sockets].some((socket) => socket.isSessionReused()), 'one of them resumed');
    });

    test('a kept connection that the app has closed costs an idempotent request nothing', async () => {
      await front.get('/before');
      app.server.closeAllConnections();
      assert.equal((await front.get('/after')).text, 'GET /after');
    });

    test('large bodies arrive whole, both ways at once', async () => {
      const file = join(dir, 'large');
      const bytes = randomBytes(8 * 1024 * 1024);
      writeFileSync(file, bytes);
      for (const headers of [{ 'Content-Length': String(bytes.length) }, { 'Transfer-Encoding': 'chunked' }]) {
        const got = await front.get('/echo', { method: 'POST', headers, body: createReadStream(file) });
        assert.equal(got.status, 200);
        assert.equal(createHash('sha256').update(got.body).digest('hex'), createHash('sha256').update(bytes).digest('hex'));
      }
    });

    test('WebSockets work over it', async () => {
      const socket = new WebSocket(`wss://localhost:${front.httpsPort}/ws`, { ca: authority() });
      await once(socket, 'open');
      for (const message of ['hello', 'x'.repeat(500_000)]) {
        const back = once(socket, 'message') as Promise<[Buffer]>;
        socket.send(message);
        assert.equal(String((await back)[0]), message);
      }
      socket.close();
      await once(socket, 'close');
    });
  });

  test('an address is looked for among the certificate\'s addresses; another name is asked for by --upstream-name', async (t) => {
    const app = await startApp(t, read(mine));
    const byAddress = await startFront(t, [`https://127.0.0.1:${app.port}/`, '--upstream-ca', root.cert]);
    assert.equal((await byAddress.get('/')).status, 200);
    assert.equal((app.seen.at(-1)!.socket as unknown as { servername: unknown }).servername, false, 'no SNI for an address');
    await byAddress.stop();
    const named = issue('only-this.internal', ['DNS:only-this.internal']);
    const other = await startApp(t, read(named));
    const byName = await startFront(t, [`https://127.0.0.1:${other.port}`, '--upstream-ca', root.cert, '--upstream-name', 'Only-This.internal']);
    assert.equal((await byName.get('/')).status, 200);
    assert.equal((other.seen.at(-1)!.socket as unknown as { servername: unknown }).servername, 'only-this.internal');
  });

  test('its own certificate may be named instead of an authority', async (t) => {
    const self = makeCertificate(dir, { name: 'localhost' });
    const app = await startApp(t, read(self));
    const front = await startFront(t, [`https://localhost:${app.port}`, '--upstream-ca', self.cert]);
    assert.equal((await front.get('/')).status, 200);
  });

  test('whoever is not believed gets nothing, the client 502, and the log the reason and the line to change', async (t) => {
    const expired = { cert: join(dir, 'expired.crt'), key: mine.key };
    openssl('req', '-new', '-key', mine.key, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-out', join(dir, 'expired.csr'));
    openssl('x509', '-req', '-in', join(dir, 'expired.csr'), '-CA', root.cert, '-CAkey', root.key, '-CAcreateserial', '-days', '-1', '-copy_extensions', 'copy', '-out', expired.cert);
    const stranger = makeCertificate(dir, { name: 'Some Other Authority', authority: true });
    const self = makeCertificate(dir, { name: 'self.internal', sans: ['DNS:localhost'] });
    const elsewhere = issue('elsewhere', ['DNS:shop.elsewhere', 'DNS:www.elsewhere']);
    const old: TlsOptions = { ...read(mine), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    for (const [what, options, ca, code, said] of [
      ['a wrong name', read(elsewhere), root, 'app-untrusted', /certificate is for shop\.elsewhere, www\.elsewhere, not for localhost\. .*--upstream-name/],
      ['a wrong authority', read(mine), stranger, 'app-untrusted', /issued by CN=Our Own Authority, and that authority is not in .*Some Other Authority\.crt\. .*--upstream-ca FILE/],
      ['no authority given', read(mine), undefined, 'app-untrusted', /issued by CN=Our Own Authority, and that authority is not among those that Node knows\. .*--upstream-ca FILE/],
      ['signed by itself', read(self), undefined, 'app-untrusted', /signed by itself, and is not among .*--upstream-ca FILE/],
      ['expired', read(expired), root, 'app-untrusted', /expired on \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Renew it/],
      ['only h2', { ...read(mine), ALPNProtocols: ['h2'] }, root, 'app-handshake', /refuses HTTP\/1\.1 \(by ALPN\)/],
      ['TLS too old', old, root, 'app-handshake', /no TLS version from 1\.2 on/],
      ['a client certificate wanted', { ...read(mine), requestCert: true, rejectUnauthorized: true, ca: readFileSync(root.cert) }, root, 'app-handshake', /client certificate/],
    ] as const) {
      const app = await startApp(t, options);
      const front = await startFront(t, [`https://localhost:${app.port}`, ...(ca === undefined ? [] : ['--upstream-ca', ca.cert])]);
      const got = await front.get('/secret-path', { headers: { Accept: 'application/json' } });
      assert.equal(got.status, 502, what);
      const event = await front.event(code, ({ event }) => event === code);
      assert.match(String(event['message']), said, what);
      assert.equal(app.seen.length, 0, `${what}: no request may reach it`);
      assert.doesNotMatch(got.text, /internal|elsewhere|Authority|upstream-/, `${what}: nothing of it is for the client`);
      assert.equal(got.json<{ error: { code: string } }>().error.code, code);
      await front.stop();
    }
  });

  test('an app that does not speak TLS after all is said to be one', async (t) => {
    const app = await startRawApp(t, (connection) => { connection.socket.once('data', () => { connection.end('HTTP/1.1 400 Bad Request\r\n\r\n'); }); });
    const front = await startFront(t, [`https://127.0.0.1:${app.port}`]);
    assert.equal((await front.get('/')).status, 502);
    assert.match(String((await front.event('why', ({ event }) => event === 'app-handshake'))['message']), /does not speak TLS\. Write http:\/\/ in place of https:\/\//);
  });

  test('one that never answers the handshake is given up in time', async (t) => {
    const app = await startRawApp(t, () => undefined);
    const front = await startFront(t, [`https://127.0.0.1:${app.port}`, '--timeout', 'connect=300ms']);
    assert.equal((await front.get('/')).status, 504);
    assert.match(String((await front.event('why', ({ event }) => event === 'app-connect-timeout'))['message']), /no connection and handshake in 300 ms/);
  });

  // A plain upstream on a TLS port: the other mistake of the kind.
  test('and one that speaks TLS where plain HTTP was written gets no secret over it either', async (t) => {
    const app = await startApp(t, read(mine));
    const front = await startFront(t, [`http://127.0.0.1:${app.port}`]);
    assert.equal((await front.get('/')).status, 502);
    assert.equal(app.seen.length, 0);
  });

  test('--upstream-insecure takes anybody, and the log says at each start what that means', async (t) => {
    const app = await startApp(t, read(issue('elsewhere', ['DNS:shop.elsewhere'])));
    const front = await startFront(t, [`https://localhost:${app.port}`, '--upstream-insecure']);
    assert.equal((await front.get('/')).status, 200);
    const warnings = front.events().filter(({ event }) => event === 'upstream-unchecked');
    assert.equal(warnings.length, 1);
    assert.equal(warnings[0]!['level'], 'warn');
    assert.match(String(warnings[0]!['message']), new RegExp(`https://localhost:${app.port} is not checked \\(--upstream-insecure\\): whoever answers`));
    const checked = await runFront(['check', `https://localhost:${app.port}`, '--upstream-insecure']);
    assert.equal(checked.exit.code, 0);
    assert.match(checked.stderr, /warning: .*is not checked/);
  });

  // What the kernel sends for a process that was killed is the end of a connection like any other. Over TLS only close_notify
  // tells the two apart, and neither runtime speaks of it: half a page went out as the whole page.
  test('an answer that ends with its connection is whole after close_notify, and cut where the app was killed in the middle of it', async (t) => {
    const script = `
      const tls = require('node:tls');
      const server = tls.createServer({ cert: process.env.CERT, key: process.env.KEY }, (socket) => {
        socket.on('error', () => {});
        socket.once('data', (bytes) => {
          socket.write('HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n' + 'page '.repeat(1000), () => {
            if (String(bytes).includes('/whole')) socket.end();
            else setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50); // when it has left
          });
        });
      });
      server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
    const { cert, key } = read(mine);
    const [, port] = await startProgram(t, [process.execPath, '-e', script], { env: { ...process.env, CERT: cert, KEY: key } }).prints(/^(\d+)\n/);
    const front = await startFront(t, [`https://localhost:${port}`, '--upstream-ca', root.cert, '--scheme', '/=either']);
    for (let i = 0; i < 4; i++) assert.equal((await front.getHttp('/whole')).body.length, 5000);
    await assert.rejects(front.getHttp('/half'), 'a client is told');
    const { message } = await front.event('the cut', ({ event }) => event === 'app-cut-answer') as { message?: unknown };
    assert.match(String(message), /neither Content-Length nor chunks.*without close_notify.*announce a length/);
  });

  test('a file of authorities that is none is refused before anything is served, with what was seen', async () => {
    const file = (name: string, text: string): string => { writeFileSync(join(dir, name), text); return join(dir, name); };
    for (const [ca, said] of [
      [join(dir, 'nowhere.pem'), /--upstream-ca: saw ".*nowhere\.pem", expected a file that is there/],
      [dir, /--upstream-ca: .*is a folder/],
      [file('empty.pem', '\n'), /empty\.pem has no certificate in it\. It is empty/],
      [file('garbage.pem', 'PK\x03\x04 garbage'), /garbage\.pem has no certificate in it.*it begins with "PK\?\? garbage"/],
      [mine.key, /has no certificate in it\. It holds a private key/],
      [file('cut.pem', readFileSync(root.cert, 'utf8').slice(0, 200)), /is cut off/],
      [file('damaged.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'), /Certificate 1 of 1 in .*damaged\.pem is damaged/],
    ] as const) {
      for (const command of [['https://localhost:1'], ['check', 'https://localhost:1']]) {
        const { exit, stderr } = await runFront([...command, '--upstream-ca', ca, '--https', '127.0.0.1:0', '--http', 'off']);
        assert.equal(exit.code, 2, `${command[0]} ${ca}: ${stderr}`);
        assert.match(stderr, said);
      }
    }
    for (const [args, said] of [
      [['8000', '--upstream-ca', root.cert], /--upstream-ca: .*expected an app that speaks TLS/],
      [['8000', '--upstream-insecure'], /--upstream-insecure: .*expected an app that speaks TLS/],
      [['https://a', '--upstream-insecure', '--upstream-ca', root.cert], /--upstream-insecure: .*keep one of the two/],
      [['https://a', '--upstream-name', 'a:443'], /--upstream-name: .*without a port/],
      [['8000', '--send-proxy', 'v3'], /--send-proxy: saw "v3", expected v1 or v2/],
    ] as const) {
      const { exit, stderr } = await runFront(args);
      assert.equal(exit.code, 2);
      assert.match(stderr, said);
    }
  });

  test('flags stand beside a configuration file, key by key', async (t) => {
    const app = await startApp(t, read(issue('named', ['DNS:named.internal'])));
    const file = join(dir, 'sallyport.config.json');
    writeFileSync(file, JSON.stringify({ app: `https://localhost:${app.port}`, https: '127.0.0.1:0', http: 'off', log: 'json', upstream: { ca: root.cert, serverName: 'other.internal' } }));
    const front = await startFront(t, ['--config', file, '--upstream-name', 'named.internal']);
    assert.equal((await front.get('/')).status, 200);
  });

  test('a plain app behind the same front is not asked for TLS', async (t) => {
    const [secure, plain] = [await startApp(t, read(mine)), await startRawApp(t, answering(() => reply('plain')))];
    const file = join(dir, 'two.config.json');
    writeFileSync(file, JSON.stringify({ app: `https://localhost:${secure.port}`, https: '127.0.0.1:0', http: 'off', log: 'json', upstream: { ca: root.cert }, routes: { '/plain/': { app: plain.address } } }));
    const front = await startFront(t, ['--config', file]);
    assert.equal((await front.get('/tls')).text, 'GET /tls');
    assert.equal((await front.get('/plain/')).text, 'plain');
  });

  describe('in Gunicorn with Django', requires('gunicorn', 'python3-django'), () => {
    test('the app is told the client\'s scheme, whatever the hop is', async (t) => {
      const site = await startDjango(t, {
        args: ['--certfile', mine.cert, '--keyfile', mine.key, '--worker-class', 'gthread', '--threads', '4', '--keep-alive', '30'],
        site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO' },
      });
      const front = await startFront(t, [`https://localhost:${site.port}`, '--upstream-ca', root.cert, '--scheme', '/=either']);
      for (let i = 0; i < 3; i++) {
        const secure = (await front.get('/truth')).json<Told>();
        assert.deepEqual([secure.secure, secure.headers['HTTP_X_FORWARDED_PROTO'], secure.headers['HTTP_X_FORWARDED_FOR']], [true, 'https', '127.0.0.1']);
        const plain = (await front.getHttp('/truth')).json<Told>();
        assert.deepEqual([plain.secure, plain.scheme], [false, 'http']);
      }
      const bytes = randomBytes(2 * 1024 * 1024);
      const got = await front.get('/echo', { method: 'POST', body: bytes, headers: { 'Content-Length': String(bytes.length) } });
      assert.ok(got.body.equals(bytes));
      await site.stop();
      await eventually('502 after it stopped', async () => (await front.get('/truth')).status === 502);
    });
  });
});
