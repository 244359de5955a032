import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { before, describe, it } from 'node:test';
import type { Options } from '../../src/app/options.ts';
import { ADAPTERS, startHttp2, type Read } from '../helpers/app-half.ts';
import { fetchOnce, type Ask, type Got } from '../helpers/client.ts';
import { startFront, type Front } from '../helpers/front.ts';
import { apache, makePlan, nginx, SITE, startOuter, type Plan } from '../helpers/outer-proxies.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope } from '../helpers/scope.ts';
import { exchange } from '../helpers/talk.ts';

/** What a client makes up, in vain. */
const FORGED: Readonly<Record<string, string>> = {
  'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Host': 'evil.test', 'X-Forwarded-Ssl': 'on', 'Forwarded': 'for=6.6.6.6;proto=https;host=evil.test', 'X-Real-IP': '6.6.6.6',
};
const cookies = (got: Got): string[] => got.lines.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => value);
const location = (got: Got): URL => new URL(String(got.headers.location));

for (const { name, start, skip = false } of ADAPTERS) {
  const site = (here: ReturnType<typeof scope>, options: Options): Promise<number> => start(here, { https: { '/shop/': 'https', '/plain/': 'http' }, health: ['/up'], log: () => undefined, ...options });

  describe(`${name}, with no proxy`, { skip }, () => {
    const here = scope();
    let believing: (path: string, ask?: Ask) => Promise<Got>; // loopback is believed unless the options say otherwise
    let distrusting: ((path: string, ask?: Ask) => Promise<Got>) & { readonly site: string };
    const logged: string[] = [];
    before(async () => {
      const [a, b] = [await site(here, { csrf: true, hosts: ['127.0.0.1'] }), await site(here, { trust: [], log: (line) => { logged.push(line); } })];
      believing = (path, ask) => fetchOnce(`http://127.0.0.1:${a}${path}`, ask);
      distrusting = Object.assign((path: string, ask?: Ask) => fetchOnce(`http://127.0.0.1:${b}${path}`, ask), { site: `http://127.0.0.1:${b}` });
    });

    it('is told the truth of its own connection, whatever the client makes up, and the log says whom it did not believe', async () => {
      const read = (await distrusting('/truth', { headers: FORGED })).json<Read>();
      assert.equal(read.secure, false);
      assert.equal(read.protocol, 'http');
      assert.equal(read.by, 'connection');
      if (read.ip !== undefined) assert.equal(read.ip, '127.0.0.1');
      for (const text of [read.host, read.hostname, read.url]) if (text !== undefined) assert.match(text, /127\.0\.0\.1/);
      await eventually('the log to name the peer, the header and the option', () => /127\.0\.0\.1 sent "X-Forwarded-Proto: https".*trust: \['127\.0\.0\.1'\]/i.test(logged.join('\n')));
    });

    // Where request.url is made of the request line, a client chose the scheme: `GET https://…` on a plain connection was secure.
    it('believes no request line that says https', async () => {
      const { port } = new URL(distrusting.site);
      const { text } = await exchange(Number(port), `GET https://127.0.0.1:${port}/truth HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
      assert.match(text, /"secure":false,"protocol":"http"/);
      assert.doesNotMatch(text, /"url":"https/);
    });

    it('redirects both ways by path and by route, with path and query', async () => {
      for (const path of ['/shop/cookies?a=1', '/pay?a=%2F']) {
        const got = await believing(path);
        assert.equal(got.status, 307, path);
        assert.equal(location(got).href, `https://127.0.0.1${path}`);
      }
      for (const path of ['/plain/cookies?a=1', '/feed']) {
        const got = await believing(path, { headers: { 'X-Forwarded-Proto': 'https' } });
        assert.equal(got.status, 307, path);
        assert.equal(location(got).href, `http://127.0.0.1${path}`);
      }
      assert.equal((await believing('/feed')).text, 'fed');
      assert.equal((await believing('/up')).text, 'up');
    });

    it('breaks a loop at the third time', async () => {
      let cookie = '';
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) {
        const got = await distrusting('/shop/cookies', { headers: { ...FORGED, ...(cookie !== '' && { Cookie: cookie }) } });
        statuses.push(got.status);
        cookie = cookies(got)[0]?.split(';')[0] ?? cookie;
        if (i === 3) assert.match(got.text, /127\.0\.0\.1 sent "X-Forwarded-Proto: https".*trust:/si);
      }
      assert.deepEqual(statuses, [307, 307, 307, 508]);
    });

    it('refuses other hosts and other sites, and takes its own', async () => {
      assert.equal((await believing('/truth', { headers: { Host: 'evil.test' } })).status, 421);
      assert.equal((await believing('/up', { headers: { Host: 'evil.test' } })).status, 200);
      const post = (headers: Readonly<Record<string, string>>): Promise<Got> => believing('/form', { method: 'POST', body: 'a=1', headers: { 'Content-Type': 'text/plain', ...headers } });
      assert.equal((await post({ 'Sec-Fetch-Site': 'cross-site' })).status, 403);
      assert.equal((await post({ Origin: 'https://evil.test' })).status, 403);
      assert.equal((await post({ 'Sec-Fetch-Site': 'same-origin' })).text, 'taken');
      assert.equal((await post({})).text, 'taken');
    });

    it('answers HEAD without a body', async () => {
      assert.equal((await believing('/shop/cookies', { method: 'HEAD' })).status, 307);
      assert.equal((await believing('/truth', { method: 'HEAD', headers: { Host: 'evil.test' } })).text, '');
    });
  });

  describe(`${name}, behind the front`, { skip }, () => {
    const here = scope();
    let front: Front;
    before(async () => { front = await startFront(here, [String(await site(here, {})), '--scheme', '/=either']); });

    it('hears over which door a visitor came, and nothing that the visitor made up', async () => {
      for (const forged of [{}, FORGED, { 'X-Forwarded-Proto': 'http' }]) {
        for (const [secure, get] of [[true, front.get], [false, front.getHttp]] as const) {
          const read = (await get('/truth', { headers: forged })).json<Read>();
          assert.equal(read.secure, secure);
          assert.equal(read.protocol, secure ? 'https' : 'http');
          assert.equal(read.by, 'X-Forwarded-Proto');
          const host = `localhost:${secure ? front.httpsPort : front.httpPort}`;
          if (read.ip !== undefined) assert.equal(read.ip, '127.0.0.1');
          if (read.host !== undefined) assert.equal(read.host, host);
          if (read.hostname !== undefined) assert.equal(read.hostname, 'localhost');
          if (read.url !== undefined) assert.equal(read.url, `${secure ? 'https' : 'http'}://${host}/truth`);
        }
      }
    });

    it('gives Secure to its cookies where the path is https alone', async () => {
      assert.deepEqual(cookies(await front.get('/shop/cookies')), ['a=1; Path=/; SameSite=Lax; Secure', COOKIES_B]);
      assert.deepEqual(cookies(await front.get('/pay')), ['a=1; Path=/; SameSite=Lax; Secure', COOKIES_B]);
      assert.deepEqual(cookies(await front.getHttp('/plain/cookies')), ['a=1; Path=/; SameSite=Lax', COOKIES_B]);
    });

    it('redirects to the other door, and the visitor arrives', async () => {
      const away = await front.getHttp('/pay?a=1');
      assert.equal(away.status, 307);
      assert.equal(location(away).protocol, 'https:');
      assert.equal(location(away).pathname + location(away).search, '/pay?a=1');
      assert.equal((await front.get('/pay?a=1', { headers: { Cookie: cookies(away)[0]!.split(';')[0]! } })).text, 'paid');
    });
  });
}

const COOKIES_B = 'b=2; Path=/; Secure; SameSite=Strict';

for (const proxy of [nginx, apache]) {
  describe(`every adapter behind a real ${proxy.name}`, requires(proxy.part), () => {
    for (const { name, start, skip = false } of ADAPTERS) {
      describe(name, { skip }, () => {
        const here = scope();
        let plan: Plan;
        before(async () => {
          plan = await makePlan(here);
          await startOuter(here, proxy, { plan, port: await start(here, { https: { '/shop/': 'https' }, log: () => undefined }) });
        });

        it('hears what the proxy says, and not what went through it', async () => {
          const read = (await fetchOnce(`${plan.https}/truth`, { ca: plan.ca, servername: SITE, headers: { 'X-Forwarded-Host': 'evil.test', 'Forwarded': 'proto=http;host=evil.test', 'X-Forwarded-Port': '1', 'X-Forwarded-Ssl': 'off' } })).json<Read>();
          assert.equal(read.secure, true);
          assert.equal(read.by, 'X-Forwarded-Proto');
          if (read.ip !== undefined) assert.equal(read.ip, '127.0.0.1');
          if (read.hostname !== undefined) assert.equal(read.hostname, SITE);
          if (read.url !== undefined) assert.match(read.url, new RegExp(`^https://${SITE}`));
        });

        it('gives Secure to cookies over https, without a loop', async () => {
          const got = await fetchOnce(`${plan.https}/shop/cookies`, { ca: plan.ca, servername: SITE });
          assert.equal(got.status, 200);
          assert.match(cookies(got)[0] ?? '', /; Secure$/);
        });
      });
    }
  });
}

describe('node (http2)', () => {
  const here = scope();
  const ask = async (port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; location: string | undefined; cookies: string[]; text: string }> => {
    const session = connect(`http://127.0.0.1:${port}`);
    try {
      return await new Promise((resolve, reject) => {
        const stream = session.request({ ':path': path, ':authority': 'shop.test:8080', ...headers });
        let text = '';
        let head: Record<string, unknown> = {};
        stream.on('response', (got) => { head = got; }).setEncoding('utf8').on('data', (piece: string) => { text += piece; }).on('error', reject);
        stream.on('end', () => { resolve({ status: Number(head[':status']), location: head['location'] as string | undefined, cookies: (head['set-cookie'] ?? []) as string[], text }); });
        stream.end();
      });
    } finally {
      session.close();
    }
  };

  it('hears, redirects by :authority, secures cookies', async () => {
    const port = await startHttp2(here, { https: { '/shop/': 'https' } });
    const read = JSON.parse((await ask(port, '/truth', { 'x-forwarded-proto': 'https' })).text) as Read;
    assert.equal(read.secure, true);
    assert.equal(read.host, 'shop.test:8080');
    const away = await ask(port, '/shop/cookies?x');
    assert.equal(away.status, 307);
    assert.equal(away.location, 'https://shop.test/shop/cookies?x');
    assert.deepEqual((await ask(port, '/shop/cookies', { 'x-forwarded-proto': 'https' })).cookies, ['a=1; Path=/; SameSite=Lax; Secure', COOKIES_B]);
    assert.equal((await ask(port, '/pay', { 'x-forwarded-proto': 'https' })).text, 'paid');
  });
});
