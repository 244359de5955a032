import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fetchOnce } from '../helpers/client.ts';
import type { Got } from '../helpers/client.ts';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startNodeApp, TRUST_LINE } from '../helpers/node-apps.ts';
import type { NodeFramework, NodeTold } from '../helpers/node-apps.ts';
import { scope, tempDir } from '../helpers/scope.ts';

const MIB = 1024 * 1024;

/** What these frameworks, and libraries beside them, would take a proxy's word from, with a lie for each. */
const LIES: readonly (readonly [name: string, lie: string, onHttp?: string])[] = [
  ['X-Forwarded-Proto', 'http', 'https'], ['X-Forwarded-Proto', 'HTTPS'], ['X-Forwarded-Host', 'evil.example'], ['X-Forwarded-Port', '1', '443'],
  ['X-Forwarded-For', '203.0.113.66'], ['X-Forwarded-For', '203.0.113.66, 127.0.0.1'], ['X-Forwarded-Ssl', 'off', 'on'],
  ['Forwarded', 'for=203.0.113.66;proto=http;host=evil.example', 'for=203.0.113.66;proto=https;host=evil.example'],
  ['X-Real-Ip', '203.0.113.66'], ['X-Client-Ip', '203.0.113.66'], ['Https', 'off', 'on'],
];

/** Who is believed: the value that is right, and the lavish one that believes whoever can reach the app. */
const LAVISH: Readonly<Record<NodeFramework, string>> = {
  express: 'app.set(\'trust proxy\', true);', fastify: 'const app = fastify({ trustProxy: true });', koa: TRUST_LINE.koa,
};
/** The same for an app on a unix socket, where no peer has an address. */
const ON_UNIX: Readonly<Record<NodeFramework, string>> = {
  express: 'app.set(\'trust proxy\', (peer) => peer === undefined);', fastify: 'const app = fastify({ trustProxy: (peer) => peer === undefined });', koa: TRUST_LINE.koa,
};
/** Believes nobody: how each app is before somebody reads about proxies. */
const NOBODY: Readonly<Record<NodeFramework, string>> = { express: '', fastify: 'const app = fastify();', koa: '' };

const told = async (got: Promise<Got>): Promise<NodeTold> => {
  const { status, text, json } = await got;
  assert.equal(status, 200, text);
  return json<NodeTold>();
};

for (const framework of ['express', 'fastify', 'koa'] as const) {
  describe(`a real ${framework} app`, () => {
    const here = scope();
    let front: Front;
    before(async () => {
      const app = await startNodeApp(here, framework);
      front = await startFront(here, [app.address, '--scheme', '/=either']);
    });

    test('sees https, the public port and the client', async () => {
      const got = await told(front.get('/truth', { from: '127.0.0.9' }));
      assert.deepEqual([got.secure, got.protocol, got.host, got.hostname, got.ip], [true, 'https', `localhost:${front.httpsPort}`, 'localhost', '127.0.0.9']);
      const away = await front.get('/away');
      assert.deepEqual([away.status, away.headers.location], [302, `${front.https}/truth`]);
    });

    test('sees http over the http door', async () => {
      const got = await told(front.getHttp('/truth'));
      assert.deepEqual([got.secure, got.protocol, got.host], [false, 'http', `localhost:${front.httpPort}`]);
      assert.equal((await front.getHttp('/away')).headers.location, `${front.http}/truth`);
    });

    test('behind a trusted proxy sees the client of the world', async (t) => {
      const app = await startNodeApp(t, framework);
      const behind = await startFront(t, [app.address, '--https', 'off', '--trust', '127.0.0.1']);
      const got = await told(behind.getHttp('/truth', { headers: { 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.example' } }));
      assert.deepEqual([got.secure, got.ip, got.hostname], [true, '203.0.113.7', 'localhost']);
    });

    for (const [how, line] of [['as the page says', TRUST_LINE[framework]], ['lavishly', LAVISH[framework]]] as const) {
      test(`that trusts ${how} is told nothing by a client, whatever that claims`, async (t) => {
        const app = await startNodeApp(t, framework, { trust: line });
        const own = await startFront(t, [app.address, '--scheme', '/=either']);
        const honest = { https: await told(own.get('/truth')), http: await told(own.getHttp('/truth')) };
        for (const [name, lie, onHttp = lie] of LIES) {
          for (const spelling of [name, name.toUpperCase(), name.replaceAll('-', '_')]) {
            assert.deepEqual(await told(own.get('/truth', { headers: [spelling, lie, spelling, lie] })), honest.https, `${spelling}: ${lie}`);
            assert.deepEqual(await told(own.getHttp('/truth', { headers: { [spelling]: onHttp } })), honest.http, `${spelling}: ${onHttp}`);
          }
        }
      });
    }

    test('takes a large upload', async () => {
      const body = Buffer.alloc(20 * MIB, 'node reads it all ');
      const got = await front.get('/upload', { method: 'POST', body, headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(body.length) } });
      assert.deepEqual(got.json(), { sha256: createHash('sha256').update(body).digest('hex') });
    });

    test('on a unix socket sees the same, with the value for that', async (t) => {
      const app = await startNodeApp(t, framework, { unix: join(tempDir(t), 'app.sock'), trust: ON_UNIX[framework] });
      const own = await startFront(t, [app.address, '--scheme', '/=either']);
      const got = await told(own.get('/truth', { from: '127.0.0.9', headers: { 'X-Forwarded-For': '203.0.113.66', 'X-Forwarded-Proto': 'http' } }));
      assert.deepEqual([got.secure, got.host, got.ip], [true, `localhost:${own.httpsPort}`, '127.0.0.9']);
      assert.equal((await told(own.getHttp('/truth', { headers: { 'X-Forwarded-Proto': 'https' } }))).secure, false);
    });

    test('that believes nobody loops; the explanation has the line that cures it', async (t) => {
      const app = await startNodeApp(t, framework, { redirect: true, trust: NOBODY[framework] });
      const looping = await startFront(t, [app.address]);
      const got = await looping.get('/truth', { headers: { Accept: 'text/html' } });
      assert.equal(got.status, 508, got.text);
      const { message } = await looping.event('the explanation', (event) => event.event === 'redirect-loop');
      assert.ok(String(message).includes(`: ${TRUST_LINE[framework]} --`), String(message));
      const cured = await startFront(t, [(await startNodeApp(t, framework, { redirect: true })).address]);
      assert.equal((await told(cured.get('/truth'))).secure, true);
    });
  });
}

// `loopback` is a list of addresses, and the peer of a unix socket has none: the setting that is right on a port made an
// app on a socket loop, and the explanation told people to set what they had set.
for (const framework of ['express', 'fastify'] as const) {
  test(`${framework} on a unix socket does not believe 'loopback', and the explanation has the line that it does believe`, async (t) => {
    const dir = tempDir(t);
    const app = await startNodeApp(t, framework, { unix: join(dir, 'a.sock'), redirect: true });
    const looping = await startFront(t, [app.address]);
    assert.equal((await looping.get('/truth')).status, 508);
    const { message } = await looping.event('the explanation', (event) => event.event === 'redirect-loop');
    assert.ok(String(message).includes(`: ${ON_UNIX[framework]} --`), String(message));
    const mended = await startNodeApp(t, framework, { unix: join(dir, 'b.sock'), redirect: true, trust: ON_UNIX[framework] });
    const cured = await startFront(t, [mended.address]);
    assert.equal((await told(cured.get('/truth'))).secure, true);
  });
}

// Why the value is an address and not `true`: behind the front both are safe, but whoever else reaches the app's port is
// believed too. 127.0.0.9 stands for somebody else here.
test('true believes whoever reaches the app itself, an address only the one it names', async (t) => {
  const claim = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.66' };
  const asked = async (framework: NodeFramework, trust: string): Promise<NodeTold> =>
    told(fetchOnce(`http://${(await startNodeApp(t, framework, { trust })).address}/truth`, { from: '127.0.0.9', headers: claim }));
  for (const [framework, lavish, named] of [
    ['express', LAVISH.express, 'app.set(\'trust proxy\', \'127.0.0.1\');'],
    ['fastify', LAVISH.fastify, 'const app = fastify({ trustProxy: \'127.0.0.1\' });'],
  ] as const) {
    const believed = await asked(framework, lavish);
    assert.deepEqual([believed.secure, believed.ip], [true, '203.0.113.66'], framework);
    const not = await asked(framework, named);
    assert.deepEqual([not.secure, not.ip], [false, '127.0.0.9'], framework);
  }
  assert.equal((await asked('express', 'app.set(\'trust proxy\', 1);')).secure, true, 'a number counts hops, and the first is always believed');
  assert.equal((await asked('fastify', 'const app = fastify({ trustProxy: 1 });')).secure, false, 'a number believes nobody in Fastify 5');
  assert.equal((await asked('koa', TRUST_LINE.koa)).secure, true, 'Koa has no list of addresses');
});

test('express without its X-Powered-By is still known for a Node app, and its line is among the explanation\'s', async (t) => {
  const app = await startNodeApp(t, 'express', { redirect: true, trust: 'app.disable(\'x-powered-by\');' });
  const front = await startFront(t, [app.address]);
  const got = await front.get('/truth');
  assert.equal(got.status, 508);
  for (const line of Object.values(TRUST_LINE)) assert.ok(got.text.includes(line), got.text);
});

describe('a cookie for https alone', () => {
  for (const framework of ['express', 'koa'] as const) {
    test(`of ${framework} is set over https and comes back`, async (t) => {
      const app = await startNodeApp(t, framework);
      const front = await startFront(t, [app.address, '--scheme', '/=either', '--secure-cookies', 'off']);
      const first = await front.get('/visits', { headers: { 'X-Forwarded-Proto': 'http' } });
      const cookies = first.headers['set-cookie'] ?? [];
      assert.ok(cookies.length > 0, 'no cookie was set');
      for (const cookie of cookies) assert.match(cookie, /; secure/i);
      const second = await front.get('/visits', { headers: { Cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') } });
      assert.deepEqual([first.json(), second.json()], [{ visits: 1 }, { visits: 2 }]);
    });
  }

  // express-session says nothing, and the login "works" until the next page; Koa answers 500.
  test('is not set over http, nor where the app believes nobody, whatever the client claims', async (t) => {
    for (const trust of [undefined, '']) {
      const express = await startFront(t, [(await startNodeApp(t, 'express', trust === undefined ? {} : { trust })).address, '--scheme', '/=either']);
      const koa = await startFront(t, [(await startNodeApp(t, 'koa', trust === undefined ? {} : { trust })).address, '--scheme', '/=either']);
      const headers = { 'X-Forwarded-Proto': 'https', 'Forwarded': 'proto=https' };
      for (const door of trust === undefined ? ['getHttp'] as const : ['get', 'getHttp'] as const) {
        const got = await express[door]('/visits', { headers });
        assert.deepEqual([got.status, got.headers['set-cookie']], [200, undefined]);
        assert.equal((await koa[door]('/visits', { headers })).status, 500);
      }
    }
  });
});
