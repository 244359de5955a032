import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { scope } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';

describe('a mixed site by --scheme', requires('gunicorn', 'python3-django'), () => {
  const here = scope();
  let front: Front;
  before(async () => {
    const site = await startDjango(here, { site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO' } });
    front = await startFront(here, [site.address, '--scheme', '/shop/checkout=https', '--scheme', '/shop/feed=http', '--scheme', '/=either']);
  });

  test('https paths send http visitors to https, with path and query', async () => {
    const got = await front.getHttp('/shop/checkout?a=1&b=%2F');
    assert.equal(got.status, 307);
    assert.equal(got.headers.location, `${front.https}/shop/checkout?a=1&b=%2F`);
    const there = await front.get(got.headers.location ?? '');
    assert.equal(there.json<Told>().secure, true);
  });

  test('http paths send https visitors back to http, and never for ever', async () => {
    const got = await front.get('/shop/feed?a=1');
    assert.equal(got.status, 307);
    assert.equal(got.headers.location, `${front.http}/shop/feed?a=1`);
    const there = await front.getHttp('/shop/feed?a=1');
    assert.equal(there.json<Told>().secure, false);
  });

  test('either paths are served as they come', async () => {
    assert.equal((await front.get('/shop/page')).json<Told>().secure, true);
    assert.equal((await front.getHttp('/shop/page')).json<Told>().secure, false);
  });

  test('cookies of a mixed site are left alone', async () => {
    const got = await front.get('/cookie');
    assert.doesNotMatch((got.headers['set-cookie'] ?? []).join(), /secure/i);
  });

  // Proxies that compared paths by their raw text let `/shop/%63heckout` through a rule for `/shop/checkout`, while the
  // app decoded it (CVE-2024-38473, CVE-2026-27587).
  test('another spelling of a path falls under the same rule', async () => {
    for (const path of [
      '/shop/%63heckout', '/shop//checkout', '//shop/checkout', '/shop/./checkout', '/shop/x/../checkout', '/shop/x/%2e%2e/checkout',
      '/%73hop/checkout', '/shop/feed/../checkout', '/shop/checkout/../feed',
    ]) {
      const got = await front.getHttp(path);
      assert.equal(got.status, 307, path);
      assert.equal(got.headers.location, `${front.https}${path}`, path);
    }
    // Under one rule by its raw text and another by its meaning: the stricter one holds on the https door too.
    for (const path of ['/shop/feed/../checkout', '/shop/checkout/../feed']) assert.notEqual((await front.get(path)).status, 307, path);
  });

  test('a prefix is a path, not a text: /shop/checkoutx is not under /shop/checkout', async () => {
    assert.equal((await front.getHttp('/shop/checkoutx')).status, 404);
    assert.equal((await front.getHttp('/shop/checkout/x')).status, 307);
  });
});

describe('a mixed site by a policy inside Django, behind the legacy profile', requires('gunicorn', 'python3-django'), () => {
  const here = scope();
  let front: Front;
  before(async () => {
    const site = await startDjango(here, { site: { SITE_PER_VIEW_SSL: '1', SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTOCOL' } });
    front = await startFront(here, [site.address, '--speaks', 'legacy', '--scheme', '/=either']);
  });

  // Django builds the redirect from the Host it was asked by, which carries the port of the door that the visitor is
  // about to leave: https on the http port is an error page.
  test('its way to https arrives: scheme by the app, port by the door', async () => {
    const got = await front.getHttp('/shop/checkout?a=1');
    assert.equal(got.status, 301);
    assert.equal(got.headers.location, `${front.https}/shop/checkout?a=1`);
    const there = await front.get(got.headers.location ?? '');
    assert.equal(there.status, 200);
    assert.equal(there.json<Told>().secure, true);
    assert.equal(there.json<Told>().headers['HTTP_X_FORWARDED_PROTOCOL'], 'https');
  });

  test('its way back to http arrives and is not lifted, which would be a loop of our own', async () => {
    const got = await front.get('/shop/feed?a=1');
    assert.equal(got.status, 301);
    assert.equal(got.headers.location, `${front.http}/shop/feed?a=1`);
    const there = await front.getHttp('/shop/feed?a=1');
    assert.equal(there.status, 200);
    assert.equal(there.json<Told>().secure, false);
  });

  test('a view without a policy is served as it comes', async () => {
    assert.equal((await front.get('/shop/page')).json<Told>().secure, true);
    assert.equal((await front.getHttp('/shop/page')).json<Told>().secure, false);
  });

  test('a forged header does not get past the policy', async () => {
    for (const name of ['X-Forwarded-Protocol', 'X_Forwarded_Protocol', 'X-Forwarded-Proto', 'X-Forwarded-Ssl']) {
      const got = await front.getHttp('/shop/checkout', { headers: { [name]: name.endsWith('Ssl') ? 'on' : 'https' } });
      assert.equal(got.status, 301, name);
    }
  });
});

test('where the front says https and the app says http, the contradiction is explained instead of played', async (t) => {
  const app = await startRawApp(t, answering((request) => reply('', [`Location: http://${request.get('Host')}${request.target}`], '302 Found')));
  const front = await startFront(t, [app.address]);
  const got = await front.get('/feed', { headers: { Accept: 'text/html' } });
  assert.equal(got.status, 508);
  assert.match(got.text, /https/);
  await front.event('the contradiction', (event) => JSON.stringify(event).includes('policy-contradiction'));
});

test('the same the other way: a path that is http here and https for the app', async (t) => {
  const app = await startRawApp(t, answering((request) => reply('', [`Location: https://${request.get('Host')}${request.target}`], '302 Found')));
  const front = await startFront(t, [app.address, '--scheme', '/feed=http', '--scheme', '/=https']);
  assert.equal((await front.getHttp('/feed')).status, 508);
});
