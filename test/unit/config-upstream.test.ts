import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../src/config/problems.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { AppRoute, UpstreamSettings } from '../../src/config/settings.ts';

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
