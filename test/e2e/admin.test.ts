import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Got } from '../helpers/client.ts';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { ADMIN, startDjango } from '../helpers/gunicorn.ts';
import { requires } from '../helpers/real.ts';
import { scope } from '../helpers/scope.ts';

const cookies = (got: Got): Map<string, string> => new Map((got.headers['set-cookie'] ?? []).map((line) => {
  const [pair = ''] = line.split(';');
  return [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const;
}));
const token = (page: string): string => /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page)?.[1] ?? assert.fail('no CSRF token in the form');

describe('the Django admin over https', requires('gunicorn', 'python3-django'), () => {
  const here = scope();
  let front: Front;
  before(async () => {
    const site = await startDjango(here, { site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO', SITE_SSL_REDIRECT: '1', SITE_SECURE_COOKIES: '1' } });
    front = await startFront(here, [site.address]);
  });

  /** Sends the form as a browser would: form encoding, the page's cookies, its Origin and Referer. */
  const send = (path: string, page: Got, fields: Record<string, string>, from: { origin?: string; referer?: string } = {}): Promise<Got> => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token(page.text), ...fields }).toString();
    return front.get(path, { method: 'POST', body, headers: {
      'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length),
      Cookie: [...cookies(page)].map(([name, value]) => `${name}=${value}`).join('; '),
      Origin: from.origin ?? front.https, Referer: from.referer ?? `${front.https}${path}`,
    } });
  };

  test('the first visit over http ends at the login form over https, without a loop', async () => {
    const first = await front.getHttp('/admin/');
    assert.equal(first.status, 307);
    assert.equal(first.headers.location, `${front.https}/admin/`);
    const second = await front.get(first.headers.location ?? '');
    assert.equal(second.status, 302);
    const login = new URL(second.headers.location ?? '', front.https);
    assert.equal(login.href, `${front.https}/admin/login/?next=/admin/`);
    assert.equal((await front.get(login.href)).status, 200);
  });

  // Django checks the Referer of a secure POST against the host, and newer ones the Origin against the scheme it
  // believes in. An app that was told http refuses every form with 403 "CSRF verification failed".
  test('logging in by form works and lands on https', async () => {
    const page = await front.get('/admin/login/?next=/admin/');
    assert.match((page.headers['set-cookie'] ?? []).join(), /csrftoken=[^;]+;.*Secure/);
    const done = await send('/admin/login/?next=/admin/', page, { username: ADMIN.name, password: ADMIN.password, next: '/admin/' });
    assert.equal(done.status, 302, done.text);
    assert.equal(new URL(done.headers.location ?? '', front.https).href, `${front.https}/admin/`);
    const session = cookies(done).get('sessionid');
    assert.ok(session);
    assert.match((done.headers['set-cookie'] ?? []).find((line) => line.startsWith('sessionid')) ?? '', /;\s*Secure/i);
    const admin = await front.get('/admin/', { headers: { Cookie: `sessionid=${session}` } });
    assert.equal(admin.status, 200);
    assert.match(admin.text, /Site administration/);
  });

  test('a form sent from another site is still refused', async () => {
    const page = await front.get('/form');
    const done = await send('/form', page, { word: 'x' }, { origin: 'https://evil.example', referer: 'https://evil.example/' });
    assert.equal(done.status, 403);
  });

  test('a form of the site itself is accepted', async () => {
    const page = await front.get('/form');
    const done = await send('/form', page, { word: 'truth & <more>' });
    assert.equal(done.status, 200);
    assert.match(done.text, /truth &amp; &lt;more&gt;/);
  });

  test('the trailing slash redirect stays on https and on this port', async () => {
    const got = await front.get('/dir?x=1');
    assert.equal(got.status, 301);
    assert.equal(new URL(got.headers.location ?? '', `${front.https}/dir?x=1`).href, `${front.https}/dir/?x=1`);
  });

  test('an absolute redirect that the app builds stays on https and on this port', async () => {
    const got = await front.get('/absolute');
    assert.equal(got.headers.location, `${front.https}/dir/`);
  });

  test('answers without a body are whole and the connection goes on', async () => {
    const talk = await front.talk();
    for (const [path, status] of [['/status/204', 204], ['/status/304', 304], ['/truth', 200]] as const) {
      talk.say(`GET ${path} HTTP/1.1\r\nHost: localhost:${front.httpsPort}\r\n\r\n`);
      const head = await talk.until('\r\n\r\n');
      assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `));
      // Gunicorn sends "Content-Length: 0" with 204, which RFC 9110 §8.6 forbids.
      if (status === 204) assert.doesNotMatch(head, /content-length|transfer-encoding/i);
    }
    talk.drop();
  });
});
