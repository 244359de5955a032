import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { logIn, sendForm } from '../helpers/django-admin.ts';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { requires } from '../helpers/real.ts';
import { scope, tempDir } from '../helpers/scope.ts';

for (const socket of ['TCP port', 'unix socket']) describe(`the Django admin over https, Gunicorn on a ${socket}`, requires('gunicorn', 'python3-django'), () => {
  const here = scope();
  let front: Front;
  before(async () => {
    const where = socket === 'TCP port' ? {} : { unix: join(tempDir(here), 'run.sock') };
    const site = await startDjango(here, { ...where, site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO', SITE_SSL_REDIRECT: '1', SITE_SECURE_COOKIES: '1' } });
    front = await startFront(here, [site.address]);
  });

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

  test('logging in by form works and lands on https', async () => { await logIn(front); });

  test('a form sent from another site is still refused', async () => {
    const page = await front.get('/form');
    const done = await sendForm(front, page, { path: '/form', fields: { word: 'x' }, from: { origin: 'https://evil.example', referer: 'https://evil.example/' } });
    assert.equal(done.status, 403);
  });

  test('a form of the site itself is accepted', async () => {
    const page = await front.get('/form');
    const done = await sendForm(front, page, { path: '/form', fields: { word: 'truth & <more>' } });
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
