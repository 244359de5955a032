import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { docsPage } from '../../helpers/docs.ts';
import type { Reader } from '../../helpers/docs.ts';
import { startFront } from '../../helpers/front.ts';
import type { Front } from '../../helpers/front.ts';
import { makeMysite } from '../../helpers/mysite.ts';
import { startProgram } from '../../helpers/program.ts';
import { answering, reply, startRawApp } from '../../helpers/raw-app.ts';
import type { RawApp, RawRequest } from '../../helpers/raw-app.ts';
import { program } from '../../helpers/real.ts';
import { eventually, tempDir } from '../../helpers/scope.ts';
import type { Scope } from '../../helpers/scope.ts';

const page = docsPage('routes');
const DOORS = ['--https', '127.0.0.1:0', '--http', '127.0.0.1:0', '--log', 'json'];

/** `sallyport --config sallyport.config.ts` with the block that holds this text as the file, on free ports. */
const configured = (scope: Scope, reader: Reader, which: string): Promise<Front> =>
  startFront(scope, ['--config', reader.write(which, 'sallyport.config.ts'), ...DOORS], { cwd: reader.dir });

/** An app that says which it is and what it was asked for. */
const naming = (scope: Scope, name: string, seen: RawRequest[] = []): Promise<RawApp> =>
  startRawApp(scope, answering((request) => { seen.push(request); return reply(`${name} ${request.target}`, ['Server: app', 'Location: /login']); }));

describe('docs/routes.md', page.requires('gunicorn', 'python3-django'), () => {
  test('a prefix is taken off and put before redirects again', async (t) => {
    const seen: RawRequest[] = [];
    const [shop, rest] = [await naming(t, 'shop', seen), await naming(t, 'rest')];
    const front = await configured(t, page.follow(t, { 8000: String(shop.port), 9000: String(rest.port) }), 'strip: true');
    const got = await front.get('/shop/cart?x');
    assert.deepEqual([got.text, got.headers.location, seen[0]?.get('X-Forwarded-Prefix')], ['shop /cart?x', '/shop/login', '/shop']);
    assert.equal((await front.get('/shopping')).text, 'rest /shopping');
    assert.equal((await front.get('/%73hop/x')).status, 400);
  });

  test('headers are set and removed, in errors too', async (t) => {
    const seen: RawRequest[] = [];
    const [app, internal] = [await naming(t, 'app'), await naming(t, 'internal', seen)];
    const front = await configured(t, page.follow(t, { 8000: String(app.port), 9000: String(internal.port) }), 'answerHeaders');
    const got = await front.get('/');
    assert.deepEqual([got.headers['x-frame-options'], got.headers['content-security-policy'], got.headers['server']], ['DENY', "default-src 'self'", undefined]);
    await front.get('/internal/x', { headers: { 'X-Internal-Key': 'forged', 'Cookie': 'a=b' } });
    assert.deepEqual([seen[0]?.all('X-Internal-Key'), seen[0]?.get('Cookie')], [['long and random'], undefined]);
    await app.close();
    const down = await front.get('/');
    assert.deepEqual([down.status, down.headers['x-frame-options']], [502, 'DENY']);
  });

  test('fixed answers and redirects', async (t) => {
    const app = await naming(t, 'app');
    const front = await configured(t, page.follow(t, { 8000: String(app.port) }), "'/ping'");
    const ping = await front.get('/ping');
    assert.deepEqual([ping.status, ping.text, ping.headers['cache-control']], [200, 'pong', 'no-store']);
    assert.equal((await front.get('/x/..%2fprivate/y')).status, 404);
    const moved = await front.get('/blog/a?b');
    assert.deepEqual([moved.status, moved.headers.location], [308, 'https://blog.example.com/a?b']);
    assert.equal((await front.get('/about-us/team')).headers.location, '/about');
    assert.equal((await front.get('/else')).text, 'app /else');
  });

  test('www', async (t) => {
    const app = await naming(t, 'app');
    // Each --domain has an authority of its own: they are not for the other tests' clients.
    const front = await page.follow(t, { 8000: String(app.port) }, { env: { SALLYPORT_DATA_DIR: tempDir(t) } }).front('--www remove');
    const got = await front.getHttp('/a?b', { headers: { Host: 'www.example.com' } });
    assert.deepEqual([got.status, got.headers.location], [307, `https://example.com:${front.httpsPort}/a?b`]);
  });

  test('files that a Django view decides about', async (t) => {
    const site = await makeMysite(t, "ROOT_URLCONF = 'mysite.urls'\nMIDDLEWARE = MIDDLEWARE + ['letin.LetIn']\n");
    writeFileSync(join(site.dir, 'mysite/urls.py'), "from django.urls import path\nimport downloads\nurlpatterns = [path('download/<path:name>', downloads.download)]\n");
    writeFileSync(join(site.dir, 'letin.py'), "from types import SimpleNamespace\nclass LetIn:\n    def __init__(self, get_response):\n        self.get_response = get_response\n    def __call__(self, request):\n        request.user = SimpleNamespace(is_authenticated='in' in request.COOKIES)\n        return self.get_response(request)\n");
    mkdirSync(join(site.dir, 'media'));
    writeFileSync(join(site.dir, 'media/bill é.txt'), 'the bill');
    const gunicorn = startProgram(t, [program('gunicorn'), '--bind', '127.0.0.1:0', 'mysite.wsgi:application'], { cwd: site.dir, env: { ...site.env, PATH: '/usr/bin:/bin' } });
    const first = page.follow(t, {}, site);
    first.write('downloads.py');
    const [, port = ''] = await gunicorn.prints(/Listening at: \S+:(\d+)/);
    first.bind({ 8000: port });
    const front = await configured(t, first, 'protected:');
    const path = '/download/bill%20%C3%A9.txt';
    assert.equal((await front.get(path)).status, 403);
    const got = await front.get(path, { headers: { Cookie: 'in=1' } });
    assert.deepEqual([got.status, got.text, got.headers['content-type'], got.headers['x-accel-redirect']], [200, 'the bill', 'text/plain; charset=utf-8', undefined]);
    assert.equal((await front.get('/download/../settings.py', { headers: { Cookie: 'in=1' } })).status, 404);
  });

  test('pages of one\'s own, and maintenance', async (t) => {
    const app = await naming(t, 'app');
    const reader = page.follow(t, { 8000: String(app.port) });
    // Whoever follows from loopback is among the allowed: this visitor comes from elsewhere on it.
    reader.bind({ loopback: '127.0.0.2' });
    writeFileSync(join(reader.dir, '502.html'), '<h1>Back soon</h1>');
    const front = await configured(t, reader, 'maintenance:');
    assert.equal((await front.get('/')).text, 'app /');
    const html = { headers: { Accept: 'text/html' } };
    writeFileSync(join(reader.dir, 'closed.html'), '<h1>Moving house</h1>');
    const closed = await eventually('the site to close', async () => { const got = await front.get('/', html); return got.status === 503 && got; });
    assert.deepEqual([closed.text, closed.headers['retry-after']], ['<h1>Moving house</h1>', '1800']);
    assert.equal((await front.get('/', { ...html, from: '127.0.0.2' })).text, 'app /', 'the allowed get through');
    rmSync(join(reader.dir, 'closed.html'));
    await eventually('the site to open', async () => (await front.get('/')).status === 200);
    await app.close();
    const down = await front.get('/', html);
    assert.deepEqual([down.status, down.text], [502, '<h1>Back soon</h1>']);
    assert.match((await front.get('/', { headers: { Accept: 'application/json' } })).text, /"code":"app-refused"/);
  });
});
