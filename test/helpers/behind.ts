/** What has to be so behind any proxy that ends TLS: a page under docs/ is followed, and then attacked. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { quietPort } from './ports.ts';
import { fetchOnce } from './client.ts';
import type { Ask, Got } from './client.ts';
import type { DocsPage, Reader } from './docs.ts';
import { startFront } from './front.ts';
import type { Front } from './front.ts';
import { startDjango } from './gunicorn.ts';
import { makePlan, SITE } from './outer-proxies.ts';
import type { OuterProxy, Plan } from './outer-proxies.ts';
import { answering, reply, startRawApp } from './raw-app.ts';
import { eventually, scope, tempDir } from './scope.ts';
import type { Scope } from './scope.ts';
import type { Told } from './told.ts';

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

/** The page's words for the app and for ports that are not 443 and 80. */
const pageWords = (plan: Plan, appPort: number): Record<string, string> => ({
  '8000': String(appPort), '--https off': `--https off --public-https-port ${plan.httpsPort} --public-http-port ${plan.httpPort}`,
});

/** `page` is docs/behind-….md; `namedAway` is what comes of a client that names the proxy's own lines in its Connection. */
export const followBehind = (page: DocsPage, proxy: OuterProxy, namedAway: 'stays https' | 'becomes http'): void => {
  /** The page's front and proxy before an app on this port. */
  const startBoth = async (scope: Scope, appPort: number): Promise<Plan> => {
    const plan = await makePlan(scope);
    const reader = page.follow(scope, { ...proxy.words(plan), ...pageWords(plan, appPort), '127.0.0.1:8080': `127.0.0.1:${await quietPort()}` });
    await reader.front('--http 127.0.0.1:8080');
    await proxy.start(scope, reader.text(proxy.block), plan);
    return plan;
  };

  describe(`behind a real ${proxy.name} that ends TLS, before a real Django`, page.requires(proxy.part, 'gunicorn', 'python3-django', 'openssl'), () => {
    const here = scope();
    let plan: Plan;
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
      const { port } = await startDjango(here, { site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO', SITE_SSL_REDIRECT: '1' } });
      plan = await startBoth(here, port);
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
        assert.equal((await ask(`${plan.http}/truth`, { headers: { [name]: 'https' } })).status, 307, `${name}: https over http`);
      }
    });

    // nginx and HAProxy do not let a client's Connection name their lines away. Apache does with those that RequestHeader
    // has set: the request then counts as plain http, which is less than it was and never more.
    test('a client that names the proxy\'s lines away by Connection gains nothing', async () => {
      const Connection = 'close, X-Forwarded-Proto, X-Forwarded-For';
      const secure = await ask(`${plan.https}/truth`, { headers: { Connection } });
      if (namedAway === 'becomes http') assert.equal(secure.status, 307);
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
      const form = await ask(`${plan.https}/form`);
      const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(form.text)?.[1] ?? '';
      const body = new URLSearchParams({ csrfmiddlewaretoken: token, word: 'through both' }).toString();
      const sent = await ask(`${plan.https}/form`, { method: 'POST', body, headers: {
        'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length),
        'Cookie': form.headers['set-cookie']?.[0]?.split(';')[0] ?? '', 'Origin': plan.https, 'Referer': `${plan.https}/form`,
      } });
      assert.equal(sent.status, 200, sent.text);
      assert.match(sent.text, /through both/);
    });

    test('cookies get Secure', async () => {
      assert.match((await ask(`${plan.https}/cookie`)).headers['set-cookie']?.[0] ?? '', /^plain=1;.*; Secure$/);
    });

    test('a WebSocket goes through both', async (t) => {
      const { port, handshakes } = await startSockets(t);
      const own = await startBoth(t, port);
      const socket = new WebSocket(`wss://${SITE}:${own.httpsPort}/`, { ca: own.ca, lookup: (_host, _options, found) => { found(null, [{ address: '127.0.0.1', family: 4 }]); }, headers: { 'X-Forwarded-Host': 'evil.example' } });
      await once(socket, 'open');
      const back = once(socket, 'message') as Promise<[Buffer]>;
      socket.send('through both');
      assert.equal(String((await back)[0]), 'through both');
      const { headers } = handshakes.at(-1) ?? assert.fail('no handshake');
      assert.equal(headers['x-forwarded-proto'], 'https');
      assert.equal(headers['x-forwarded-host'], `${SITE}:${own.httpsPort}`);
      socket.close();
      await once(socket, 'close');
    });

    test('without --trust nothing counts, and the log says once who claimed what and which flag would believe it', async (t) => {
      const { own, front, app, start } = await startStrict(t, '127.0.0.1:0');
      await start({ '127.0.0.1:8080': `127.0.0.1:${front.httpPort}` });
      for (let i = 0; i < 3; i++) {
        const got = await fetchOnce(`${own.https}/`, { ca: own.ca, headers: FORGED });
        assert.equal(got.status, 307, 'it came to the front over http, and that is all that is known');
        assert.equal(got.headers.location, `${own.https}/`);
      }
      // Lines are written beside the answers: the three requests' own come after what was said of them.
      await eventually('three requests in the log', () => front.events().filter((event) => event.event === 'request').length === 3);
      const claims = front.events().filter((event) => event.event === 'claim-ignored');
      assert.equal(claims.length, 1);
      assert.equal(claims[0]?.['client'], '127.0.0.1');
      assert.match(String(claims[0]?.['message']), /X-Forwarded-Proto: https.*: --trust 127\.0\.0\.1$/i);
      assert.equal(app(), '');
    });

    test('the same over a unix socket', async (t) => {
      const own = await makePlan(t);
      const django = await startDjango(t, { workers: 1 });
      const path = join(tempDir(t), 'front.sock');
      const reader = page.follow(t, { ...proxy.words(own), ...pageWords(own, django.port), '/run/sallyport.sock': path });
      await reader.front('--http unix:');
      reader.bind(proxy.onSocket(path));
      await proxy.start(t, reader.text(proxy.block), own);
      const got = await fetchOnce(`${own.https}/truth`, { ca: own.ca, from: '127.0.0.9', headers: FORGED });
      assert.equal(got.status, 200, got.text);
      const { secure, headers } = got.json<Told>();
      assert.equal(secure, true);
      assert.equal(headers['HTTP_X_FORWARDED_FOR'], '127.0.0.9');
      assert.equal(headers['HTTP_X_FORWARDED_HOST'], `${SITE}:${own.httpsPort}`);
      assert.equal((await fetchOnce(`${own.http}/truth`, {})).headers.location, `${own.https}/truth`);
    });

    test('over a unix socket too nothing counts without --trust unix, and the log names it', async (t) => {
      const path = join(tempDir(t), 'front.sock');
      const { own, front, start } = await startStrict(t, `unix:${path}`);
      await start(proxy.onSocket(path));
      assert.equal((await fetchOnce(`${own.https}/`, { ca: own.ca })).status, 307);
      const claim = await front.event('the claim', (event) => event.event === 'claim-ignored');
      assert.match(String(claim['message']), /: --trust unix$/);
    });

    /** A front that believes nobody; `start` puts the page's proxy before it. */
    const startStrict = async (scope: Scope, http: string): Promise<{ own: Plan; front: Front; app: () => string; start: (words: Record<string, string>) => Promise<unknown> }> => {
      const own = await makePlan(scope);
      const app = await startRawApp(scope, answering(() => reply('reached')));
      const front = await startFront(scope, [app.address, '--https', 'off', '--http', http, '--public-https-port', String(own.httpsPort)]);
      const start = (words: Record<string, string>): Promise<unknown> => {
        const reader: Reader = page.follow(scope, { ...proxy.words(own), ...words });
        return proxy.start(scope, reader.text(proxy.block), own);
      };
      return { own, front, app: () => app.received(), start };
    };
  });
};
