import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { freePort } from '../../../src/cli/run/accepts.ts';
import { startApache } from '../../helpers/apache.ts';
import { fetchOnce } from '../../helpers/client.ts';
import { logIn } from '../../helpers/django-admin.ts';
import { docsPage } from '../../helpers/docs.ts';
import { startFront } from '../../helpers/front.ts';
import type { Reader } from '../../helpers/docs.ts';
import type { Front } from '../../helpers/front.ts';
import { makeMysite } from '../../helpers/mysite.ts';
import { scope } from '../../helpers/scope.ts';
import type { Scope } from '../../helpers/scope.ts';
import type { Told } from '../../helpers/told.ts';

const page = docsPage('apache');
page.leave('apt install', 'the tests install their packages themselves');
page.leave('a2ensite', 'writes to /etc/apache2; Apache is started with the same file instead');
page.leave('systemctl', 'there is no systemd in a container; Apache is started directly');

interface Site { readonly front: Front; readonly apachePort: number }

interface Changes {
  /** More lines for the page's `<VirtualHost>`, maybe others of the page. */
  readonly apache?: string | ((reader: Reader) => string);
  /** More lines for the end of the settings. */
  readonly django?: string;
  readonly serverName?: string;
}

/** Apache with the page's file and Django with the page's lines, before a front as the page starts it. */
const startSite = async (scope: Scope, changes: Changes = {}): Promise<Site> => {
  const site = await makeMysite(scope);
  const apachePort = await freePort();
  const reader = page.follow(scope, { '/srv/mysite': site.dir, '8000': String(apachePort), 'ServerName shop.example': `ServerName ${(changes.serverName ?? 'shop.example').replace(':8000', `:${apachePort}`)}` }, site);
  appendFileSync(join(site.dir, 'mysite/settings.py'), `${reader.text('mysite/settings.py')}${changes.django ?? ''}`);
  mkdirSync(join(site.dir, 'media/albums'), { recursive: true });
  writeFileSync(join(site.dir, 'media/albums/index.html'), 'albums');
  const more = typeof changes.apache === 'function' ? changes.apache(reader) : changes.apache ?? '';
  const configuration = reader.text('WSGIDaemonProcess').replace('</VirtualHost>', () => `${more}\n</VirtualHost>`);
  await startApache(scope, configuration, { modules: ['wsgi', 'alias', 'rewrite', 'env'], env: site.env });
  return { front: await reader.front('sallyport 8000'), apachePort };
};

const FORGED = {
  'X-Forwarded-Proto': 'http', 'X-Forwarded-Protocol': 'http', 'X-Forwarded-Ssl': 'off', 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Port': '1', 'X-Forwarded-Script-Name': '/evil', 'X-Script-Name': '/evil', 'X-Scheme': 'http', 'X-Forwarded-Https': 'off', 'X-Client-IP': '6.6.6.6', 'X_Forwarded_Proto': 'http', 'Forwarded': 'proto=http',
};

describe('docs/apache.md, Apache httpd with mod_wsgi that knows nothing of TLS', page.requires('apache2', 'libapache2-mod-wsgi-py3', 'python3-django'), () => {
  const here = scope();
  let front: Front;
  let apachePort = 0;
  before(async () => { ({ front, apachePort } = await startSite(here, { django: 'SECURE_SSL_REDIRECT = True\n' })); });

  test('Django sees what the table says, and redirects to https nothing that is', async () => {
    const told = (await front.get('/truth', { from: '127.0.0.9' })).json<Told>();
    assert.deepEqual([told.secure, told.scheme, told.host, told.uri], [true, 'https', `localhost:${front.httpsPort}`, `${front.https}/truth`]);
    assert.equal(told.headers['HTTP_X_FORWARDED_FOR'], '127.0.0.9');
    assert.deepEqual([told.client, told.environ['wsgi.url_scheme']], ['127.0.0.1', 'http']);
    const http = await front.getHttp('/truth');
    assert.deepEqual([http.status, http.headers.location], [307, `${front.https}/truth`]);
  });

  test('the admin\'s login works and lands on https', async () => { await logIn(front); });

  test('what a client claims changes nothing', async () => {
    const { headers: { HTTP_X_REQUEST_ID: _id, ...headers }, ...honest } = (await front.get('/truth')).json<Told>();
    for (const [name, value] of Object.entries(FORGED)) {
      const { headers: { HTTP_X_REQUEST_ID: _other, ...forged }, ...told } = (await front.get('/truth', { headers: { [name]: value } })).json<Told>();
      assert.deepEqual([told, forged], [honest, headers], name);
    }
  });

  test('mod_wsgi drops names with _ and ., whoever lets them through', async (t) => {
    const direct = await fetchOnce(`http://127.0.0.1:${apachePort}/truth`, { headers: { 'X-Forwarded-Proto': 'https', 'X_Custom': '1', 'X.Custom': '2', 'X-Custom': '3' } });
    assert.equal(direct.json<Told>().headers['HTTP_X_CUSTOM'], '3');
    const allowing = await startFront(t, [String(apachePort), '--allow-header', 'X_Custom']);
    assert.equal((await allowing.get('/truth', { headers: { X_Custom: '1' } })).json<Told>().headers['HTTP_X_CUSTOM'], undefined);
  });

  test('mod_dir\'s redirect comes back as https with the public port', async () => {
    const got = await front.get('/media/albums?x=1');
    assert.deepEqual([got.status, got.headers.location], [301, `${front.https}/media/albums/?x=1`]);
    assert.equal((await front.get('/media/albums/')).text, 'albums');
    const direct = await fetchOnce(`http://127.0.0.1:${apachePort}/media/albums`, { headers: { Host: `localhost:${front.httpsPort}` } });
    assert.equal(direct.headers.location, `http://localhost:${front.httpsPort}/media/albums/`, 'what Apache really said: the visitor\'s host and port, and http');
  });

  test('uploads, large downloads and streamed answers pass', async () => {
    const body = Buffer.alloc(3 * 1024 * 1024, 'apache');
    const up = await front.get('/echo', { method: 'POST', body, headers: { 'Content-Length': String(body.length) } });
    assert.deepEqual([up.status, up.body.equals(body)], [200, true]);
    assert.equal((await front.get('/stream?pieces=3')).text, 'piece 0\npiece 1\npiece 2\n');
  });
});

describe('docs/apache.md, when Apache names itself', page.requires('apache2', 'libapache2-mod-wsgi-py3', 'python3-django'), () => {
  for (const serverName of ['localhost', 'localhost:8000', 'https://localhost']) {
    test(`with UseCanonicalName On and ServerName ${serverName}, mod_dir's redirect is still https with the public port`, async (t) => {
      const { front, apachePort } = await startSite(t, { serverName, apache: 'UseCanonicalName On' });
      assert.equal((await front.get('/media/albums')).headers.location, `${front.https}/media/albums/`);
      const direct = await fetchOnce(`http://127.0.0.1:${apachePort}/media/albums`, { headers: { Host: `localhost:${front.httpsPort}` } });
      const own = { 'localhost': 'http://localhost', 'localhost:8000': `http://localhost:${apachePort}`, 'https://localhost': 'https://localhost' }[serverName];
      assert.equal(direct.headers.location, `${own}/media/albums/`, 'what Apache really said');
    });
  }
});

describe('docs/apache.md, apps that go by REMOTE_ADDR and wsgi.url_scheme', page.requires('apache2', 'libapache2-mod-wsgi-py3', 'python3-django'), () => {
  test('get both of the visitor from mod_wsgi, over either door', async (t) => {
    const { front } = await startSite(t, { apache: (reader) => reader.text('WSGITrustedProxies'), django: 'SECURE_PROXY_SSL_HEADER = None\n' });
    const told = (await front.get('/truth', { from: '127.0.0.9', headers: FORGED })).json<Told>();
    assert.deepEqual([told.secure, told.environ['wsgi.url_scheme'], told.client, told.environ['SCRIPT_NAME']], [true, 'https', '127.0.0.9', '']);
    assert.equal(told.headers['HTTP_X_FORWARDED_PROTO'], 'https', 'Django\'s line works with it too');
  });
});

describe('docs/apache.md, a redirect that goes by what Apache knows', page.requires('apache2', 'libapache2-mod-wsgi-py3', 'python3-django'), () => {
  test('never ends, and the page that comes instead names the line that cures it', async (t) => {
    const { front } = await startSite(t, { apache: (reader) => reader.text('RewriteCond') });
    const looping = await front.get('/truth', { headers: { Accept: 'text/plain' } });
    assert.equal(looping.status, 508);
    assert.match(looping.text, /Apache httpd[^]*RewriteCond %\{HTTP:X-Forwarded-Proto\} !=https\s/);
    await front.stop();
    const cured = await startSite(t, { apache: (reader) => reader.text('RewriteCond').replace('RewriteCond %{HTTPS} off', 'RewriteCond %{HTTP:X-Forwarded-Proto} !=https') });
    assert.equal((await cured.front.get('/truth')).json<Told>().secure, true);
  });
  test('of a Django that was not told is explained with Django\'s line', async (t) => {
    const { front } = await startSite(t, { django: 'SECURE_SSL_REDIRECT = True\nSECURE_PROXY_SSL_HEADER = None\n' });
    const looping = await front.get('/truth', { headers: { Accept: 'text/plain' } });
    assert.equal(looping.status, 508);
    assert.match(looping.text, /SECURE_PROXY_SSL_HEADER = /);
  });
});
