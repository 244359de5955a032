import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { startApache } from '../../helpers/apache.ts';
import { docsPage } from '../../helpers/docs.ts';
import type { Reader } from '../../helpers/docs.ts';
import { startFront } from '../../helpers/front.ts';
import type { Front } from '../../helpers/front.ts';
import { startDjango } from '../../helpers/gunicorn.ts';
import type { Gunicorn } from '../../helpers/gunicorn.ts';
import { startHaproxy } from '../../helpers/haproxy.ts';
import { startNginx } from '../../helpers/nginx.ts';
import { quietPort } from '../../helpers/ports.ts';
import { requires } from '../../helpers/real.ts';
import { scope, tempDir } from '../../helpers/scope.ts';
import type { Scope } from '../../helpers/scope.ts';
import type { Told } from '../../helpers/told.ts';

const page = docsPage('before-nginx');

/** A folder with a folder, readable for other users. */
const documents = (scope: Scope): string => {
  const dir = tempDir(scope);
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'files/dir'), { recursive: true });
  writeFileSync(join(dir, 'files/dir/index.html'), 'a page in a folder');
  return dir;
};

/** What was logged of this kind, once a request that came after all others is in the log. */
const logged = async (front: Front, event: string): Promise<string[]> => {
  await front.get('/files/dir/?last');
  await front.event('the last request', (line) => line.event === 'request' && line['target'] === '/files/dir/?last');
  return front.events().filter((line) => line.event === event).map((line) => String(line['message']));
};

// Gunicorn believes nobody, as in a container: Django reads the header by its own setting.
const DJANGO = { site: { SITE_SSL_REDIRECT: '1', SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO' }, args: ['--forwarded-allow-ips', '192.0.2.1'] };

describe('in front of a real nginx, before a real Django', page.requires('nginx', 'gunicorn', 'python3-django'), () => {
  const here = scope();
  let django: Gunicorn;
  before(async () => { django = await startDjango(here, DJANGO); });

  /** The page's front before its nginx, with some of nginx's lines written otherwise. */
  const start = async (scope: Scope, lines: Readonly<Record<string, string>> = {}): Promise<{ front: Front; port: number }> => {
    const port = await quietPort();
    const reader: Reader = page.follow(scope, { '8081': String(port), '/srv/shop': documents(scope), '8000': String(django.port), ...lines });
    await startNginx(scope, reader.text('server {'));
    return { front: await reader.front('sallyport 8081'), port };
  };

  test('as the page has it, the app is told the truth, and nothing has to be explained or repaired', async (t) => {
    const { front } = await start(t);
    const got = await front.get('/truth', { headers: { 'X-Forwarded-Proto': 'http', 'X-Forwarded-For': '192.0.2.66' } });
    assert.equal(got.status, 200, got.text);
    const { secure, headers, uri } = got.json<Told>();
    assert.equal(secure, true);
    assert.equal(uri, `${front.https}/truth`);
    assert.deepEqual(['PROTO', 'FOR', 'HOST', 'PORT'].map((name) => headers[`HTTP_X_FORWARDED_${name}`]), ['https', '127.0.0.1', `localhost:${front.httpsPort}`, String(front.httpsPort)]);
    assert.equal((await front.get('/absolute')).headers.location, `${front.https}/dir/`);
    const folder = await front.get('/files/dir');
    assert.equal(folder.status, 301);
    assert.equal(folder.headers.location, '/files/dir/');
    for (const event of ['redirect-loop', 'redirect-repaired', 'policy-contradiction']) assert.deepEqual(await logged(front, event), []);
  });

  // The classic: nginx tells Django how the front came to it, which is http, and Django redirects to where the visitor is.
  test('an nginx that overwrites X-Forwarded-Proto is recognised in the loop, and its line is named', async (t) => {
    const { front } = await start(t, { $http_x_forwarded_proto: '$scheme' });
    const got = await front.get('/truth', { headers: { Accept: 'text/html' } });
    assert.equal(got.status, 508);
    assert.match(got.text, /proxy_set_header X-Forwarded-Proto \$http_x_forwarded_proto;/);
    assert.match(got.text, /SECURE_PROXY_SSL_HEADER/);
    await front.get('/form');
    const [said = '', ...more] = await logged(front, 'redirect-loop');
    assert.deepEqual(more, [], 'once');
    assert.match(said, /told nginx \(Server: nginx\/[\d.]+\), which stands between it and the app.*looks like Django.*To change: in the nginx between the front and the app: proxy_set_header X-Forwarded-Proto \$http_x_forwarded_proto; -- In place of "proxy_set_header X-Forwarded-Proto \$scheme;".*SECURE_PROXY_SSL_HEADER/);
  });

  test('an nginx that redirects to https by itself is recognised too', async (t) => {
    const { front } = await start(t, { 'proxy_set_header Host $http_host;': 'if ($scheme = http) { return 301 https://$host$request_uri; }' });
    const got = await front.get('/truth');
    assert.equal(got.status, 508);
    const [said = ''] = await logged(front, 'redirect-loop');
    assert.match(said, /Either nginx itself redirects.*To change: in the nginx behind the front, if it redirects by itself: # return 301 https:\/\/\$host\$request_uri;/);
  });

  test('its redirect with its own port comes back as https with the public port, and the log says once which line to write', async (t) => {
    const { front, port } = await start(t, { 'absolute_redirect off;': 'absolute_redirect on; port_in_redirect on;' });
    for (let i = 0; i < 3; i++) {
      const folder = await front.get('/files/dir');
      assert.equal(folder.status, 301);
      assert.equal(folder.headers.location, `${front.https}/files/dir/`);
    }
    assert.equal((await front.get(`${front.https}/files/dir/`)).text, 'a page in a folder');
    const [said = '', ...more] = await logged(front, 'redirect-repaired');
    assert.deepEqual(more, [], 'once');
    assert.ok(said.includes(`GET ${front.https}/files/dir was answered with "Location: http://localhost:${port}/files/dir/"; the client got ${front.https}/files/dir/.`), said);
    assert.match(said, /nginx \(Server: nginx\/[\d.]+\).*absolute_redirect off;.*port_in_redirect off;/);
  });

  test('an nginx that tells the app its own port is named by the app\'s redirect', async (t) => {
    const { front, port } = await start(t, { 'Host $http_host': 'Host $host:$server_port' });
    assert.equal((await front.get('/absolute')).headers.location, `${front.https}/dir/`);
    const [said = ''] = await logged(front, 'redirect-repaired');
    assert.ok(said.includes(`"Location: https://localhost:${port}/dir/"`), said);
    assert.match(said, /To change: in the nginx between the front and the app: proxy_set_header Host \$http_host;/);
  });
});

describe('in front of a real Apache', page.requires('apache2'), () => {
  const start = async (scope: Scope, lines: string): Promise<Front> => {
    const port = await quietPort();
    await startApache(scope, `Listen 127.0.0.1:${port}\nDocumentRoot ${documents(scope)}\n<VirtualHost 127.0.0.1:${port}>\n${lines}\n</VirtualHost>`, { modules: ['rewrite'] });
    return startFront(scope, [String(port), '--domain', 'shop.localhost', '--public-https-port', '443', '--public-http-port', '80']);
  };
  const ask = { servername: 'shop.localhost', headers: { Host: 'shop.localhost' } };

  test('its redirect to a folder is repaired, and the log says which lines to write', async (t) => {
    const front = await start(t, 'ServerName shop.localhost');
    assert.equal((await front.get('/files/dir', ask)).headers.location, 'https://shop.localhost/files/dir/');
    const said = String((await front.event('the repair', (event) => event.event === 'redirect-repaired'))['message']);
    assert.match(said, /Apache \(Server: Apache.*ServerName https:\/\/shop\.localhost UseCanonicalName On/);
  });

  test('with those lines, which are the page\'s, it is right by itself', async (t) => {
    const front = await start(t, page.follow(t, { 'shop.example': 'shop.localhost' }).text('UseCanonicalName'));
    assert.equal((await front.get('/files/dir', ask)).headers.location, 'https://shop.localhost/files/dir/');
    await front.event('the request', (event) => event.event === 'request');
    assert.deepEqual(front.events().filter((event) => event.event === 'redirect-repaired'), []);
  });

  test('where it redirects to https by itself, the loop is explained with the condition that means it', async (t) => {
    const rule = (condition: string): string => `RewriteEngine On\nRewriteCond ${condition}\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]`;
    const front = await start(t, rule('%{HTTPS} off'));
    assert.equal((await front.get('/files/dir/', ask)).status, 508);
    const said = String((await front.event('the loop', (event) => event.event === 'redirect-loop'))['message']);
    const [, line = ''] = /configuration or \.htaccess: RewriteCond (.*?) RewriteRule/.exec(said) ?? [];
    assert.equal(line, '%{HTTP:X-Forwarded-Proto} !=https');
    const cured = await start(t, rule(line));
    assert.equal((await cured.get('/files/dir/', ask)).text, 'a page in a folder');
  });
});

describe('in front of a real HAProxy, before a real Django', requires('haproxy', 'gunicorn', 'python3-django'), () => {
  test('that overwrites X-Forwarded-Proto: the loop is explained by the app, and a proxy between is thought of', async (t) => {
    const django = await startDjango(t, DJANGO);
    const port = await quietPort();
    await startHaproxy(t, `frontend f\n  bind 127.0.0.1:${port}\n  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]\n  default_backend b\nbackend b\n  server s 127.0.0.1:${django.port}\n`);
    const front = await startFront(t, [String(port)]);
    assert.equal((await front.get('/truth')).status, 508);
    const said = String((await front.event('the loop', (event) => event.event === 'redirect-loop'))['message']);
    assert.match(said, /a proxy between the two overwrites it.*SECURE_PROXY_SSL_HEADER/);
  });
});
