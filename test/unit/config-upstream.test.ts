import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '../../src/config/problems.ts';
import { resolveConfig } from '../../src/config/resolve/resolve.ts';
import type { AppRoute, UpstreamSettings } from '../../src/config/settings/settings.ts';
import { tempDir } from '../helpers/scope.ts';

const upstreams = (config: unknown): UpstreamSettings[] => resolveConfig(config, { folder: '/srv', defaultLog: 'json' }).sites
  .flatMap(({ routes }) => routes).filter((route): route is AppRoute => route.kind === 'app').map(({ app }) => app);

const refusal = (config: unknown): string => {
  try {
    upstreams(config);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  throw new Error(`accepted: ${JSON.stringify(config)}`);
};

test('an app is one server or several: a list, or one text with commas', () => {
  const two = [
    { written: '127.0.0.1:8001', addresses: [{ kind: 'ip', host: '127.0.0.1', port: 8001 }] },
    { written: 'unix:b.sock', addresses: [{ kind: 'unix', path: '/srv/b.sock' }] },
  ];
  for (const app of [['127.0.0.1:8001', 'unix:b.sock'], '127.0.0.1:8001,unix:b.sock', ['127.0.0.1:8001, unix:b.sock']]) {
    const [upstream] = upstreams({ app });
    assert.deepEqual(upstream?.servers, two);
    assert.equal(upstream.written, '127.0.0.1:8001,unix:b.sock');
  }
  assert.deepEqual(upstreams({ app: [8001] })[0], upstreams({ app: '8001' })[0]);
  assert.equal(upstreams({ app: 'uwsgi://a:1,uwsgi://b:1' })[0]?.protocol, 'uwsgi');
});

test('the servers of one app are different ones that speak the same', () => {
  assert.match(refusal({ app: ['127.0.0.1:8001', 'uwsgi://127.0.0.1:8002'] }), /^app: saw "uwsgi:.*speaks http, as 127\.0\.0\.1:8001 does/);
  assert.match(refusal({ app: '8001,localhost:8001' }), /^app: saw "localhost:8001", expected each server once/);
  assert.match(refusal({ app: '8001,' }), /^app: saw "", expected a port/);
  assert.match(refusal({ app: [] }), /at least one server/);
  assert.match(refusal({ app: [8001, 80000] }), /from 1 to 65535/);
});

test('a route\'s upstream stands in the place of the site\'s, key by key', () => {
  const app = [1, 2];
  assert.deepEqual(upstreams({ app, upstream: { balance: 'client' }, routes: { '/b/': { app, upstream: { balance: 'round-robin' } }, '/c/': { app, upstream: {} } } })
    .map(({ balance }) => balance), ['round-robin', 'client', 'client']);
  assert.match(refusal({ app, upstream: { balance: 'fair' } }), /^upstream\.balance: saw "fair", expected least-conn, round-robin or client/);
  assert.match(refusal({ app, upstream: { blance: 'client' } }), /blance.*balance/);
  assert.match(refusal({ routes: { '/': { static: '.', upstream: {} } } }), /routes\.\/\.upstream: .*belongs to a route to an app/);
});

test('an https app is checked: by the authorities that Node knows, or by a file, for the host of its address or another name', (t) => {
  const dir = tempDir(t);
  const ca = join(dir, 'ca.pem');
  writeFileSync(ca, 'read when the front starts');
  const [plain, tls] = [upstreams({ app: 'http://a:1' })[0]!, upstreams({ app: 'https://a:1, https://b:1' })[0]!];
  assert.equal(plain.tls, undefined);
  assert.deepEqual(tls.tls, { ca: undefined, insecure: false });
  assert.deepEqual(tls.servers.map(({ tlsName }) => tlsName), ['a', 'b']);
  const [given] = upstreams({ app: 'https://10.0.0.7', upstream: { ca, serverName: 'App.internal' } });
  assert.deepEqual([given!.tls, given!.servers[0]!.tlsName], [{ ca, insecure: false }, 'app.internal']);
  const [root, own] = upstreams({ app: 'https://a', upstream: { insecure: true }, routes: { '/b/': { app: 'https://b', upstream: { insecure: false } } } }).reverse();
  assert.deepEqual([root!.tls?.insecure, own!.tls?.insecure], [true, false]);
});

test('keys of TLS that cannot mean what they say are refused, once each', () => {
  const app = 'https://a';
  assert.match(refusal({ app, upstream: { ca: '/nonexistent/ca.pem' }, routes: { '/b/': { app } } }), /^upstream\.ca: saw "\/nonexistent\/ca\.pem", expected a file that is there[^\n]*$/);
  assert.match(refusal({ app, upstream: { serverName: 'a:443' } }), /^upstream\.serverName: .*without a port/);
  assert.match(refusal({ app, upstream: { ca: '/etc/hosts', insecure: true } }), /^upstream\.insecure: .*\/etc\/hosts is never looked at/);
  for (const upstream of [{ ca: '/etc/hosts' }, { serverName: 'a' }, { insecure: true }]) {
    assert.match(refusal({ app: 8000, upstream }), /^upstream\.\w+: .*expected an app that speaks TLS\. Write its address as https/);
    assert.match(refusal({ app, routes: { '/b/': { app: 8000, upstream } } }), /^routes\.\/b\/\.upstream\.\w+: .*expected an app that speaks TLS/);
    assert.equal(upstreams({ app: 'https://a', upstream: { serverName: 'a' }, routes: { '/b/': { app: 8000 } } }).length, 2, 'the site\'s own are for those that speak it');
  }
  assert.match(refusal({ app: ['https://a', 'http://b'] }), /another server that speaks https, as https:\/\/a does/);
});

test('a PROXY header is asked for by its version', () => {
  assert.deepEqual(upstreams({ app: 8000, upstream: { sendProxy: 'v2' }, routes: { '/b/': { app: 8000, upstream: { sendProxy: 'v1' } } } }).map(({ sendProxy }) => sendProxy), ['v1', 'v2']);
  assert.equal('sendProxy' in upstreams({ app: 8000 })[0]!, false);
  assert.match(refusal({ app: 8000, upstream: { sendProxy: 2 } }), /^upstream\.sendProxy: saw 2, expected v1 or v2/);
});

test('a check is a path or an object; its Host is the site\'s first name, or localhost', () => {
  const app = [1, 2];
  const check = (config: object, site: object = {}): unknown => upstreams({ app, ...site, upstream: config })[0]?.check;
  assert.deepEqual(check({ check: '/up?x=1' }), { path: '/up?x=1', host: 'localhost', interval: 5000, timeout: 3000, rise: 2, fall: 3, statuses: [] });
  assert.deepEqual(check({ check: { path: '/', interval: '500ms', timeout: 1, rise: 1, fall: 5, status: [200, 401], host: 'Shop.test:81' } }),
    { path: '/', host: 'shop.test:81', interval: 500, timeout: 1000, rise: 1, fall: 5, statuses: [200, 401] });
  assert.equal((check({ check: '/' }, { domains: ['Shop.test', 'b.test'] }) as { host: string }).host, 'shop.test');
  assert.equal((check({ check: '/' }, { domains: ['*.shop.test'] }) as { host: string }).host, 'www.shop.test');
  for (const wrong of ['up', '/a b', '/a#b', '/\n', { path: '/', host: 'a b' }, { path: '/', host: '*.a' }, { path: '/', rise: 0 }, { path: '/', interval: 0 }, { path: '/', status: 100 }, { rise: 1 }]) {
    assert.match(refusal({ app, upstream: { check: wrong } }), /^upstream\.check.*: saw .*expected/, JSON.stringify(wrong));
  }
});

test('a key that a check does not have is told with those it has', () => {
  assert.match(refusal({ app: 1, upstream: { check: { path: '/', intervall: 1 } } }), /^upstream\.check\.intervall: .*did you mean.*interval|Known are: path/i);
});

test('the other keys, their defaults and their limits', () => {
  const app = [1, 2];
  const { fails, pause, lookup, sticky, check } = upstreams({ app })[0]!;
  assert.deepEqual({ fails, pause, lookup, sticky, check }, { fails: 3, pause: 1000, lookup: 10_000, sticky: undefined, check: undefined });
  assert.deepEqual(upstreams({ app, upstream: { sticky: 'stay' } })[0]?.sticky, { cookie: 'stay', secretFile: undefined });
  assert.match(refusal({ app, upstream: { sticky: 'a b' } }), /upstream\.sticky: saw "a b", expected the name of a cookie/);
  assert.match(refusal({ app, upstream: { sticky: { cookie: 'a', secretFile: 'no-such-file' } } }), /upstream\.sticky: .*a file that is there/);
  assert.match(refusal({ app, upstream: { lookup: '500ms' } }), /upstream\.lookup: .*at least 1s/);
  assert.match(refusal({ app, upstream: { pause: 0 } }), /upstream\.pause/);
  assert.match(refusal({ app, upstream: { fails: 0 } }), /upstream\.fails: saw 0, expected a number from 1 to 1000/);
  // A site's own wrong value would be told for every route that it counts for.
  assert.equal(refusal({ app, routes: { '/b/': { app } }, upstream: { pause: 'soon' } }).split('\n').length, 1);
  assert.match(refusal({ app, routes: { '/b/': { app, upstream: { pause: 'soon' } } } }), /^routes\.\/b\/\.upstream\.pause: /);
});
