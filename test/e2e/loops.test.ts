import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeCertificate } from '../helpers/certificate.ts';
import { startFront } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { tempDir } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';

// The seed of all of this: a proxy ends TLS, Django sees plain http, SECURE_SSL_REDIRECT sends the browser to the very
// URL it asked for, for ever (ERR_TOO_MANY_REDIRECTS). Gunicorn itself reads X-Forwarded-Proto from loopback; in a
// container the front is not on loopback, which `--forwarded-allow-ips` stands for here.
const NOT_TRUSTED = ['--forwarded-allow-ips', '192.0.2.1'];

describe('a redirect loop', requires('gunicorn', 'python3-django', 'openssl'), () => {
  test('of a Django that is not told how to see https is explained with the line to add', async (t) => {
    const site = await startDjango(t, { site: { SITE_SSL_REDIRECT: '1' }, args: NOT_TRUSTED });
    const front = await startFront(t, [site.address]);
    const got = await front.get('/truth', { headers: { Cookie: 'csrftoken=x; sessionid=y', Accept: 'text/html' } });
    assert.equal(got.status, 508);
    assert.match(got.headers['content-type'] ?? '', /^text\/html/);
    assert.match(got.text, /SECURE_PROXY_SSL_HEADER/);
    assert.match(got.text.replaceAll('&quot;', '"').replaceAll(/&#(39|x27);/g, "'"), /HTTP_X_FORWARDED_PROTO['"]/);
    assert.equal(got.headers.location, undefined);
    await front.get('/dir/', { headers: { Cookie: 'csrftoken=x' } });
    await front.event('the explanation', (event) => JSON.stringify(event).includes('SECURE_PROXY_SSL_HEADER'));
    const told = front.events().filter((event) => JSON.stringify(event).includes('SECURE_PROXY_SSL_HEADER'));
    assert.equal(told.length, 1, 'once per site');
    // The explanation came once, but beside it every round of the loop had a warning of its own, the first one too.
    await front.event('the second request', (event) => event.event === 'request' && event['target'] === '/dir/');
    assert.equal(front.events().filter((event) => event.event === 'redirect-loop').length, 1, 'and nothing beside it');
  });

  test('behind the legacy profile is explained with the header that profile writes', async (t) => {
    const site = await startDjango(t, { site: { SITE_SSL_REDIRECT: '1' } });
    const front = await startFront(t, [site.address, '--speaks', 'legacy']);
    const got = await front.get('/truth', { headers: { Cookie: 'csrftoken=x', Accept: 'text/html' } });
    assert.equal(got.status, 508);
    assert.match(got.text, /HTTP_X_FORWARDED_PROTOCOL/);
  });

  test('is cured by that line', async (t) => {
    const site = await startDjango(t, { site: { SITE_SSL_REDIRECT: '1', SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO' }, args: NOT_TRUSTED });
    const front = await startFront(t, [site.address]);
    const got = await front.get('/truth');
    assert.equal(got.status, 200);
    assert.equal(got.json<Told>().secure, true);
  });

  test('on a site with a real certificate the answer is passed on unchanged, and the log explains', async (t) => {
    const site = await startDjango(t, { site: { SITE_SSL_REDIRECT: '1' }, args: NOT_TRUSTED });
    const { cert, key } = makeCertificate(tempDir(t), 'site', ['localhost']);
    const front = await startFront(t, [site.address, '--cert', cert, '--key', key]);
    const got = await front.get('/truth', { headers: { Cookie: 'csrftoken=x' } });
    assert.equal(got.status, 301);
    assert.equal(got.headers.location, `${front.https}/truth`);
    await front.event('the explanation', (event) => JSON.stringify(event).includes('SECURE_PROXY_SSL_HEADER'));
  });
});

const FRAMEWORKS: readonly (readonly [name: string, lines: readonly string[], advice: RegExp])[] = [
  ['Rails', ['Set-Cookie: _app_session=1; path=/', 'X-Runtime: 0.1'], /force_ssl|assume_ssl|X-Forwarded-Proto/],
  ['Express', ['X-Powered-By: Express'], /trust proxy/],
  ['Flask', ['Server: Werkzeug/3.0.1 Python/3.11'], /ProxyFix/],
  ['ASP.NET', ['Server: Kestrel'], /ForwardedHeaders/],
  ['Next.js', ['X-Powered-By: Next.js'], /x-forwarded-proto/i],
  ['Laravel', ['Set-Cookie: laravel_session=1; path=/', 'X-Powered-By: PHP/8.3.6'], /trustProxies/],
  ['Spring', ['Set-Cookie: JSESSIONID=1; path=/'], /forward-headers-strategy/],
  ['WordPress', ['Set-Cookie: wordpress_test_cookie=1; path=/', 'X-Powered-By: PHP/8.3.6'], /\$_SERVER\[.*HTTPS/],
  ['an unknown app', [], /X-Forwarded-Proto/],
];

for (const [name, lines, advice] of FRAMEWORKS) {
  const cookie = lines.flatMap((line) => /^Set-Cookie: ([^;]*)/.exec(line)?.[1] ?? [])[0];
  test(`a loop of ${name} is explained in its words`, async (t) => {
    // Recognised by an answer before: one that sets a cookie is not called a loop, since the next request carries it.
    const app = await startRawApp(t, answering((request) => request.target === '/'
      ? reply('hello', lines)
      : reply('', [`Location: https://${request.get('Host')}${request.target}`, ...lines.filter((line) => !line.startsWith('Set-Cookie'))], '302 Found')));
    const front = await startFront(t, [app.address]);
    await front.get('/');
    const got = await front.get('/account', { headers: { Accept: 'text/html', ...(cookie === undefined ? {} : { Cookie: cookie }) } });
    assert.equal(got.status, 508);
    assert.match(got.text, advice);
  });
}

test('a redirect to the same URL that sets a cookie is no loop: the next request is another one', async (t) => {
  const app = await startRawApp(t, answering((request) => reply('', [`Location: https://${request.get('Host')}/`, 'Set-Cookie: seen=1'], '302 Found')));
  const front = await startFront(t, [app.address]);
  const got = await front.get('/');
  assert.equal(got.status, 302);
  assert.equal(got.headers.location, `${front.https}/`);
});

test('a redirect after a POST to the page itself is no loop', async (t) => {
  const app = await startRawApp(t, answering((request) => reply('', [`Location: https://${request.get('Host')}/form`], '302 Found')));
  const front = await startFront(t, [app.address]);
  const got = await front.get('/form', { method: 'POST', body: 'a=1', headers: { 'Content-Length': '3' } });
  assert.equal(got.status, 302);
  const head = await front.get('/form', { method: 'HEAD' });
  assert.equal(head.status, 508);
});

test('a redirect to another path or query is no loop', async (t) => {
  const app = await startRawApp(t, answering((request) => reply('', [`Location: https://${request.get('Host')}${request.target}${request.target.includes('?') ? '&b=1' : '?a=1'}`], '302 Found')));
  const front = await startFront(t, [app.address]);
  assert.equal((await front.get('/x')).status, 302);
  assert.equal((await front.get('/x?a=1')).headers.location, `${front.https}/x?a=1&b=1`);
});
