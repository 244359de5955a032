import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificate } from '../helpers/certificate.ts';
import { runFront, startFront } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawRequest } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { tempDir } from '../helpers/scope.ts';

const hello = answering(() => reply('hello'));

// A browser remembers 308 for ever: one that met it on localhost would never see the developer's next http project.
test('http goes to https by 307 on a local-authority site, with method, path and query', async (t) => {
  const app = await startRawApp(t, hello);
  const front = await startFront(t, [app.address]);
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const got = await front.getHttp('/a/b?c=d&e=%20', { method });
    assert.equal(got.status, 307, method);
    assert.equal(got.headers.location, `${front.https}/a/b?c=d&e=%20`, method);
  }
  assert.equal(app.received(), '', 'the app saw none of it');
});

test('http goes to https by 308 on a site with a real certificate', requires('openssl'), async (t) => {
  const app = await startRawApp(t, hello);
  const { cert, key } = makeCertificate(tempDir(t), 'site', ['www.example.com']);
  const front = await startFront(t, [app.address, '--cert', cert, '--key', key, '--public-https-port', '443']);
  const got = await front.getHttp('/a?b', { headers: { Host: 'www.example.com' } });
  assert.equal(got.status, 308);
  assert.equal(got.headers.location, 'https://www.example.com/a?b');
  const back = await startFront(t, [app.address, '--cert', cert, '--key', key, '--scheme', '/plain=http', '--scheme', '/=https']);
  const toHttp = await back.get('/plain', { headers: { Host: 'www.example.com' } });
  assert.equal(toHttp.status, 307, 'never permanent towards http');
});

test('redirects name the ports the world sees', async (t) => {
  const app = await startRawApp(t, hello);
  const front = await startFront(t, [app.address, '--public-https-port', '443', '--public-http-port', '8080', '--scheme', '/feed=http', '--scheme', '/=https']);
  assert.equal((await front.getHttp('/x', { headers: { Host: 'localhost:8080' } })).headers.location, 'https://localhost/x');
  assert.equal((await front.get('/feed', { headers: { Host: 'localhost' } })).headers.location, 'http://localhost:8080/feed');
});

test('a host that is not one of --domain gets 421 on either door, and the app sees nothing of it', async (t) => {
  const app = await startRawApp(t, hello);
  const front = await startFront(t, [app.address, '--domain', 'shop.localhost', '--domain', 'WWW.localhost']);
  for (const host of ['evil.example', 'localhost', 'shop.localhost.evil.example', 'xshop.localhost', '127.0.0.1']) {
    assert.equal((await front.get('/', { headers: { Host: host }, servername: 'shop.localhost' })).status, 421, host);
    assert.equal((await front.getHttp('/', { headers: { Host: host } })).status, 421, host);
  }
  assert.equal(app.received(), '');
  for (const host of ['shop.localhost', 'SHOP.localhost', `www.localhost:${front.httpsPort}`]) {
    assert.equal((await front.get('/', { headers: { Host: host }, servername: 'shop.localhost' })).status, 200, host);
  }
});

test('the health path is the app\'s over either door and for any host, without redirect or 421', async (t) => {
  const app = await startRawApp(t, answering((request) => reply(request.target)));
  const front = await startFront(t, [app.address, '--domain', 'shop.localhost', '--health', '/up']);
  assert.equal((await front.getHttp('/up', { headers: { Host: '10.0.0.7' } })).text, '/up');
  assert.equal((await front.get('/up', { headers: { Host: '10.0.0.7' }, servername: 'shop.localhost' })).text, '/up');
  assert.equal((await front.getHttp('/up/other', { headers: { Host: '10.0.0.7' } })).status, 421);
  assert.equal((await front.getHttp('/upper', { headers: { Host: 'shop.localhost' } })).status, 307);
});

test('--hsts is one line, over https only', requires('openssl'), async (t) => {
  const app = await startRawApp(t, answering(() => reply('hello', ['Strict-Transport-Security: max-age=1', 'strict-transport-security: max-age=2'])));
  const { cert, key } = makeCertificate(tempDir(t), 'site', ['localhost']);
  const front = await startFront(t, [app.address, '--cert', cert, '--key', key, '--hsts', '31536000,subdomains,preload']);
  const hsts = (lines: readonly (readonly [string, string])[]): string[] => lines.filter(([name]) => name.toLowerCase() === 'strict-transport-security').map(([, value]) => value);
  const values = hsts((await front.get('/')).lines);
  assert.deepEqual(values.map((value) => value.toLowerCase().replaceAll(' ', '')), ['max-age=31536000;includesubdomains;preload']);
  assert.deepEqual(hsts((await front.getHttp('/')).lines), []);
});

// Only the app's answers, files and redirects had it: a visitor whose first answer was an error page was not protected.
test('--hsts is on our own pages over https too, once, and on none of a host that is not ours', requires('openssl'), async (t) => {
  const app = await startRawApp(t, answering(() => 'nonsense\r\n\r\n'));
  const { cert, key } = makeCertificate(tempDir(t), 'site', ['localhost']);
  const front = await startFront(t, [app.address, '--domain', 'localhost', '--cert', cert, '--key', key, '--hsts', '3600', '--static', `/files/=${tempDir(t)}`]);
  const hsts = (lines: readonly (readonly [string, string])[]): string[] => lines.filter(([name]) => name.toLowerCase() === 'strict-transport-security').map(([, value]) => value);
  for (const [path, method, status] of [['/', 'GET', 502], ['/files/none', 'GET', 404], ['/files/none', 'DELETE', 405]] as const) {
    const got = await front.get(path, { method });
    assert.equal(got.status, status);
    assert.deepEqual(hsts(got.lines), ['max-age=3600'], `${method} ${path}`);
  }
  const foreign = await front.get('/', { headers: { Host: 'other.example' } });
  assert.equal(foreign.status, 421);
  assert.deepEqual(hsts(foreign.lines), []);
});

test('without --hsts exactly one line of the app goes out on a site with a real certificate', requires('openssl'), async (t) => {
  const app = await startRawApp(t, answering(() => reply('hello', ['Strict-Transport-Security: max-age=63072000', 'Strict-Transport-Security: max-age=2'])));
  const { cert, key } = makeCertificate(tempDir(t), 'site', ['localhost']);
  const front = await startFront(t, [app.address, '--cert', cert, '--key', key]);
  const got = await front.get('/');
  assert.deepEqual(got.lines.filter(([name]) => name.toLowerCase() === 'strict-transport-security').map(([, value]) => value), ['max-age=63072000']);
});

// Rails' two years of HSTS, seen once on localhost, locked developers out of every other project on that name.
test('on a local-authority site the app\'s HSTS is taken off', async (t) => {
  const app = await startRawApp(t, answering(() => reply('hello', ['Strict-Transport-Security: max-age=63072000; includeSubDomains'])));
  const front = await startFront(t, [app.address]);
  assert.equal((await front.get('/')).headers['strict-transport-security'], undefined);
});

test('HSTS beside a path that must be reached by http is refused before anything listens', async () => {
  for (const policy of ['http', 'either']) {
    const { exit, stdout, stderr } = await runFront(['8000', '--https', '127.0.0.1:0', '--http', '127.0.0.1:0', '--hsts', '3600', '--scheme', `/feed=${policy}`, '--scheme', '/=https']);
    assert.equal(exit.code, 2, policy);
    assert.match(stderr + stdout, /hsts/i, policy);
    assert.match(stderr + stdout, /\/feed/, policy);
  }
});

const located = (name: string, make: (request: RawRequest) => string) => answering((request) => reply('', [`${name}: ${make(request)}`], '302 Found'));

test('an answer that names the site itself is repaired; one that names another host is never touched', async (t) => {
  const wanted = { value: '' };
  const app = await startRawApp(t, answering((request) => reply('', [
    `Location: ${wanted.value.replace('{host}', request.get('Host') ?? '')}`, `Content-Location: ${wanted.value.replace('{host}', request.get('Host') ?? '')}`,
    `Refresh: 5; url=${wanted.value.replace('{host}', request.get('Host') ?? '')}`,
  ], '201 Created')));
  const front = await startFront(t, [app.address]);
  const { httpPort, https } = front;
  const cases: readonly (readonly [string, string])[] = [
    ['http://{host}/next', `${https}/next`],
    ['http://localhost/next', `${https}/next`],
    [`http://localhost:${httpPort}/next?a=b#c`, `${https}/next?a=b#c`],
    [`https://localhost:${httpPort}/next`, `${https}/next`],
    ['https://localhost/next', `${https}/next`],
    ['HTTP://LOCALHOST/next', `${https}/next`],
    ['/next', '/next'],
    ['next?a=http://localhost/x', 'next?a=http://localhost/x'],
    ['//{host}/next', `//localhost:${front.httpsPort}/next`],
    ['http://other.example/next', 'http://other.example/next'],
    ['http://localhost.evil.example/next', 'http://localhost.evil.example/next'],
    ['http://localhost@evil.example/next', 'http://localhost@evil.example/next'],
    ['http://evil.example/?u=http://localhost/', 'http://evil.example/?u=http://localhost/'],
    ['http://www.localhost/next', 'http://www.localhost/next'],
    ['myapp://localhost/next', 'myapp://localhost/next'],
    ['mailto:a@localhost', 'mailto:a@localhost'],
  ];
  for (const [given, repaired] of cases) {
    wanted.value = given;
    const got = await front.get('/page');
    const lower = (text: string | undefined): string => (text ?? '').replace(/^HTTPS:\/\/LOCALHOST/i, 'https://localhost');
    assert.equal(lower(got.headers.location), repaired, `Location: ${given}`);
    assert.equal(lower(got.headers['content-location']), repaired, `Content-Location: ${given}`);
    assert.equal(lower(String(got.headers['refresh'] ?? '').replace(/^5; url=/, '')), repaired, `Refresh: ${given}`);
  }
});

test('a redirect that an http request is answered with keeps its scheme', async (t) => {
  const app = await startRawApp(t, located('Location', (request) => `http://${request.get('Host')}/next`));
  const front = await startFront(t, [app.address, '--scheme', '/=either']);
  assert.equal((await front.getHttp('/page')).headers.location, `${front.http}/next`);
});

test('cookies of an all-https site get Secure on https requests, once', async (t) => {
  const app = await startRawApp(t, answering(() => reply('', ['Set-Cookie: a=1; Path=/', 'Set-Cookie: b=2; Secure', 'set-cookie: c=secure; HttpOnly', 'Set-Cookie: d=4;secure;Path=/'])));
  const front = await startFront(t, [app.address, '--health', '/up']);
  const set = (await front.get('/')).headers['set-cookie'] ?? [];
  assert.equal(set.length, 4);
  for (const line of set) assert.equal(line.toLowerCase().split(';').filter((part) => part.trim() === 'secure').length, 1, line);
  assert.match(set[0] ?? '', /^a=1; Path=\//);
  assert.deepEqual((await front.getHttp('/up')).headers['set-cookie']?.[0], 'a=1; Path=/', 'a cookie with Secure would be dropped over http');
});

test('what an app says twice or strangely reaches the client as it was said', async (t) => {
  const app = await startRawApp(t, answering(() => reply('x', ['X-A: 1', 'x-a: 2', 'ETag: "\u00e9"', 'X_Under: 1', 'Vary: Cookie', 'Vary: Origin'])));
  const front = await startFront(t, [app.address]);
  const got = await front.get('/');
  const said = got.lines.filter(([name]) => /^(x-a|etag|x_under|vary)$/i.test(name));
  assert.deepEqual(said, [['X-A', '1'], ['x-a', '2'], ['ETag', '"\u00e9"'], ['X_Under', '1'], ['Vary', 'Cookie'], ['Vary', 'Origin']]);
});
