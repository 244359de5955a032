import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { fetchOnce } from '../helpers/client.ts';
import type { Ask, Got } from '../helpers/client.ts';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { makePlan, OUTER_PROXIES, SITE } from '../helpers/outer-proxies.ts';
import type { Plan } from '../helpers/outer-proxies.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { scope, tempDir } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';

/** What a client may make up, and what proxies in their usual configuration pass on or append to. */
const FORGED = {
  'Forwarded': 'for=192.0.2.66;proto=http;host=evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Port': '1234',
  'X-Forwarded-Server': 'evil.example', 'X-Forwarded-Ssl': 'off', 'X-Scheme': 'http', 'X-Real-IP': '192.0.2.66', 'X-Forwarded-For': '192.0.2.66, 127.0.0.1',
};

/** A WebSocket server that says what it is sent, and what its handshakes looked like. */
const startSockets = async (scope: Scope): Promise<{ port: number; handshakes: IncomingMessage[] }> => {
  const handshakes: IncomingMessage[] = [];
  const http = createServer((_, answer) => { answer.end('plain'); });
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket, request) => {
    handshakes.push(request);
    socket.on('message', (data, binary) => { socket.send(data, { binary }); });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  scope.after(() => { for (const socket of sockets.clients) socket.terminate(); http.close(); });
  return { port: (http.address() as AddressInfo).port, handshakes };
};

for (const proxy of OUTER_PROXIES) {
  describe(`behind a real ${proxy.name} that ends TLS, before a real Django`, requires(proxy.part, 'gunicorn', 'python3-django', 'openssl'), () => {
    const here = scope();
    let plan: Plan;
    let front: Front;
    let handshakes: IncomingMessage[];
    /** As somebody at 127.0.0.9, who is not trusted. */
    const ask = (url: string, more: Ask = {}): Promise<Got> => fetchOnce(url, { from: '127.0.0.9', ca: plan.ca, ...more });
    const told = async (more: Ask = {}): Promise<Told> => {
      const got = await ask(`${plan.https}/truth`, more);
      assert.equal(got.status, 200, got.text);
      const { headers: { HTTP_X_REQUEST_ID: id, ...headers }, ...rest } = got.json<Told>();
      assert.ok(id, 'the front has it, so it came through the front');
      return { ...rest, headers };
    };

    before(async () => {
      plan = await makePlan(here);
      const django = await startDjango(here, { site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO', SITE_SSL_REDIRECT: '1' } });
      const sockets = await startSockets(here);
      handshakes = sockets.handshakes;
      const file = join(tempDir(here), 'sallyport.config.json');
      writeFileSync(file, JSON.stringify({
        https: 'off', http: '127.0.0.1:0', trust: ['127.0.0.1'], log: 'json', publicHttpsPort: plan.httpsPort, publicHttpPort: plan.httpPort,
        app: django.address, routes: { '/ws/': { app: sockets.port } },
      }));
      front = await startFront(here, ['--config', file]);
      await proxy.start(here, plan, front.httpPort);
    });

    test('the app is told what the visitor did: https, the site, its public port, the visitor\'s address', async () => {
      const { secure, uri, headers } = await told();
      assert.equal(secure, true);
      assert.equal(uri, `${plan.https}/truth`);
      assert.equal(headers['HTTP_HOST'], `${SITE}:${plan.httpsPort}`);
      assert.equal(headers['HTTP_X_FORWARDED_PROTO'], 'https');
      assert.equal(headers['HTTP_X_FORWARDED_FOR'], '127.0.0.9');
      assert.equal(headers['HTTP_X_FORWARDED_HOST'], `${SITE}:${plan.httpsPort}`);
      assert.equal(headers['HTTP_X_FORWARDED_PORT'], String(plan.httpsPort));
    });

    test('what a client makes up and the proxy passes on or appends to changes nothing', async () => {
      const honest = await told();
      for (const [name, value] of Object.entries(FORGED)) assert.deepEqual(await told({ headers: { [name]: value } }), honest, name);
      assert.deepEqual(await told({ headers: FORGED }), honest, 'all at once');
      assert.deepEqual(await told({ headers: ['X-Forwarded-For', '192.0.2.66', 'X-Forwarded-For', '192.0.2.67'] }), honest, 'two lines');
    });

    // Each proxy overwrites this one where it is configured as its page says. A spelling of it that the proxy does not
    // know for the same name is the front's to drop.
    test('a client\'s own word about the scheme counts neither way', async () => {
      const honest = await told();
      for (const name of ['X-Forwarded-Proto', 'X_Forwarded_Proto', 'X-Forwarded_Proto', 'x-forwarded-proto']) {
        assert.deepEqual(await told({ headers: { [name]: 'http' } }), honest, name);
        const plain = await ask(`${plan.http}/truth`, { headers: { [name]: 'https' } });
        assert.equal(plain.status, 307, `${name}: https over http`);
      }
    });

    // nginx and HAProxy do not let a client's Connection name their lines away. Apache does with those that RequestHeader
    // has set: the request then counts as plain http, which is less than it was and never more.
    test('a client that names the proxy\'s lines away by Connection gains nothing', async () => {
      const Connection = 'close, X-Forwarded-Proto, X-Forwarded-For';
      const secure = await ask(`${plan.https}/truth`, { headers: { Connection } });
      if (proxy.name === 'Apache') assert.equal(secure.status, 307);
      else assert.equal(secure.json<Told>().headers['HTTP_X_FORWARDED_FOR'], '127.0.0.9');
      assert.equal((await ask(`${plan.http}/truth`, { headers: { Connection, 'X-Forwarded-Proto': 'https' } })).status, 307);
    });

    test('http is redirected to https at the proxy\'s public port, and that is no loop', async () => {
      const first = await ask(`${plan.http}/truth?a=1`);
      assert.equal(first.status, 307);
      assert.equal(first.headers.location, `${plan.https}/truth?a=1`);
      const second = await ask(first.headers.location ?? '');
      assert.equal(second.status, 200, second.text);
      assert.equal(second.json<Told>().secure, true);
    });

    test('the app\'s own redirects lead to the proxy\'s public port, and forms pass its CSRF check', async () => {
      assert.equal((await ask(`${plan.https}/absolute`)).headers.location, `${plan.https}/dir/`);
      const page = await ask(`${plan.https}/form`);
      const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      const body = new URLSearchParams({ csrfmiddlewaretoken: token, word: 'through both' }).toString();
      const sent = await ask(`${plan.https}/form`, { method: 'POST', body, headers: {
        'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length),
        'Cookie': page.headers['set-cookie']?.[0]?.split(';')[0] ?? '', 'Origin': plan.https, 'Referer': `${plan.https}/form`,
      } });
      assert.equal(sent.status, 200, sent.text);
      assert.match(sent.text, /through both/);
    });

    test('cookies get Secure', async () => {
      assert.match((await ask(`${plan.https}/cookie`)).headers['set-cookie']?.[0] ?? '', /^plain=1;.*; Secure$/);
    });

    test('a WebSocket goes through both', async () => {
      const socket = new WebSocket(`wss://${SITE}:${plan.httpsPort}/ws/`, { ca: plan.ca, lookup: (_host, _options, found) => { found(null, [{ address: '127.0.0.1', family: 4 }]); }, headers: { 'X-Forwarded-Host': 'evil.example' } });
      await once(socket, 'open');
      const back = once(socket, 'message') as Promise<[Buffer]>;
      socket.send('through both');
      assert.equal(String((await back)[0]), 'through both');
      const { headers } = handshakes.at(-1) ?? assert.fail('no handshake');
      assert.equal(headers['x-forwarded-proto'], 'https');
      assert.equal(headers['x-forwarded-host'], `${SITE}:${plan.httpsPort}`);
      socket.close();
      await once(socket, 'close');
    });

    test('without --trust nothing counts, and the log says once who claimed what and which flag would believe it', async (t) => {
      const own = await makePlan(t);
      const app = await startRawApp(t, answering(() => reply('reached')));
      const strict = await startFront(t, [app.address, '--https', 'off', '--public-https-port', String(own.httpsPort)]);
      await proxy.start(t, own, strict.httpPort);
      for (let i = 0; i < 3; i++) {
        const got = await fetchOnce(`${own.https}/`, { ca: own.ca, headers: FORGED });
        assert.equal(got.status, 307, 'it came to the front over http, and that is all that is known');
        assert.equal(got.headers.location, `${own.https}/`);
      }
      const claims = strict.events().filter((event) => event.event === 'claim-ignored');
      assert.equal(claims.length, 1);
      assert.equal(claims[0]?.['client'], '127.0.0.1');
      assert.match(String(claims[0]?.['message']), /--trust 127\.0\.0\.1/);
      assert.equal(app.received(), '');
    });

    test('the same over a unix socket', async (t) => {
      const own = await makePlan(t);
      const django = await startDjango(t, { workers: 1 });
      const path = join(tempDir(t), 'front.sock');
      const ports = ['--public-https-port', String(own.httpsPort), '--public-http-port', String(own.httpPort)];
      await startFront(t, [django.address, '--https', 'off', '--http', `unix:${path}`, '--trust', 'unix', ...ports]);
      await proxy.start(t, own, path);
      const got = await fetchOnce(`${own.https}/truth`, { ca: own.ca, from: '127.0.0.9', headers: FORGED });
      assert.equal(got.status, 200, got.text);
      const { secure, headers } = got.json<Told>();
      assert.equal(secure, true);
      assert.equal(headers['HTTP_X_FORWARDED_FOR'], '127.0.0.9');
      assert.equal(headers['HTTP_X_FORWARDED_HOST'], `${SITE}:${own.httpsPort}`);
      assert.equal((await fetchOnce(`${own.http}/truth`, {})).headers.location, `${own.https}/truth`);
    });

    test('over a unix socket too nothing counts without --trust unix, and the log names it', async (t) => {
      const own = await makePlan(t);
      const app = await startRawApp(t, answering(() => reply('reached')));
      const path = join(tempDir(t), 'front.sock');
      const strict = await startFront(t, [app.address, '--https', 'off', '--http', `unix:${path}`, '--public-https-port', String(own.httpsPort)]);
      await proxy.start(t, own, path);
      assert.equal((await fetchOnce(`${own.https}/`, { ca: own.ca })).status, 307);
      const claim = await strict.event('the claim', (event) => event.event === 'claim-ignored');
      assert.match(String(claim['message']), /--trust unix\b/);
    });
  });
}
