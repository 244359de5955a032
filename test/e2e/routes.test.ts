/** What a route can do, with the real program before real servers. docs/routes.md has the same as recipes. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';
import { startUwsgi } from '../helpers/uwsgi.ts';

/** A front from a configuration file, as a person would write it, in a folder of its own. */
const withConfig = async (here: Scope, config: Record<string, unknown>, dir = tempDir(here)): Promise<Front> => {
  const file = join(dir, 'sallyport.config.json');
  writeFileSync(file, JSON.stringify({ https: '127.0.0.1:0', http: '127.0.0.1:0', log: 'json', ...config }));
  return startFront(here, ['--config', file]);
};

describe('two apps under prefixes that are taken off', requires('gunicorn', 'python3-django', 'uwsgi', 'uwsgi-plugin-python3'), () => {
  const here = scope();
  let front: Front;
  before(async () => {
    const told = await startDjango(here, { workers: 1, site: { SITE_SCRIPT_NAME: '/told', SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO' } });
    const untold = await startDjango(here, { workers: 1, site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO' } });
    const uwsgi = await startUwsgi(here);
    front = await withConfig(here, { routes: { '/told/': { app: told.address, strip: true }, '/untold/': { app: untold.address, strip: true }, '/uwsgi/': { app: uwsgi.address, strip: true } } });
  });

  test('the app is asked for the rest and hears the prefix, never a client\'s', async () => {
    for (const prefix of ['/told', '/untold']) {
      const told = (await front.get(`${prefix}/truth?x=${prefix}/`, { headers: { 'X-Forwarded-Prefix': '/evil', 'Script-Name': '/evil' } })).json<Told & { path: string }>();
      assert.equal(told.path, `/truth?x=${prefix}/`);
      assert.equal(told.headers['HTTP_X_FORWARDED_PREFIX'], prefix);
      assert.equal(told.headers['HTTP_SCRIPT_NAME'], undefined);
    }
    const told = (await front.get('/uwsgi/truth')).json<Told>();
    assert.deepEqual([told.environ['SCRIPT_NAME'], told.environ['PATH_INFO']], ['/uwsgi', '/truth']);
    assert.equal(told.uri, `${front.https}/uwsgi/truth`);
  });

  test('redirects come back below the prefix, whether the app writes it or not', async () => {
    for (const prefix of ['/told', '/untold', '/uwsgi']) {
      // APPEND_SLASH: path-absolute; the admin: with a query that names a path.
      assert.equal((await front.get(`${prefix}/dir`)).headers.location, `${prefix}/dir/`, prefix);
      const admin = (await front.get(`${prefix}/admin/`)).headers.location ?? '';
      assert.ok(admin.startsWith(`${prefix}/admin/login/?next=`), admin);
      assert.equal((await front.get(`${prefix}/absolute`)).headers.location, `${front.https}${prefix}/dir/`, prefix);
    }
  });

  test('a spelling that servers read differently is refused', async () => {
    for (const path of ['/%74old/truth', '//told/truth', '/told//truth', '/told/..;/told/truth', '/untold/../told/../untold/truth']) {
      const got = await front.get(path);
      assert.equal(got.status, 400, path);
      assert.match(got.text, /prefix-unclear/);
    }
  });
});

describe('files that a real Django behind a real Gunicorn hands over', requires('gunicorn', 'python3-django'), () => {
  const here = scope();
  const dir = tempDir(here);
  const media = join(dir, 'media');
  const big = Buffer.from(Array.from({ length: 2_000_000 }, (_, i) => (i * 31 + (i >> 10)) & 255));
  let front: Front;
  before(async () => {
    mkdirSync(media);
    writeFileSync(join(media, 'bill é.txt'), 'the bill');
    writeFileSync(join(media, 'big.bin'), big);
    writeFileSync(join(dir, 'outside.txt'), 'outside');
    symlinkSync('../outside.txt', join(media, 'leak.txt'));
    const site = await startDjango(here, { workers: 1 });
    front = await withConfig(here, { app: site.address, protected: { '/protected/': './media' }, sendfile: './media' }, dir);
  });
  const handed = (by: string, file: string, more: Readonly<Record<string, string>> = {}): string => `/handed?${new URLSearchParams({ key: 'right', by, file, ...more }).toString()}`;

  test('are sent by either header, with the view\'s own words about them', async () => {
    for (const path of [handed('X-Accel-Redirect', '/protected/bill%20%C3%A9.txt'), handed('X-Sendfile', encodeURI(join(media, 'bill é.txt')))]) {
      const got = await front.get(path);
      assert.equal(got.status, 200, got.text);
      assert.equal(got.text, 'the bill');
      assert.equal(got.headers['content-disposition'], 'attachment; filename="yours.txt"');
      assert.match(got.headers['set-cookie']?.[0] ?? '', /^downloaded=1; Path=\/; Secure$/);
      assert.equal(got.headers['content-type'], 'text/plain; charset=utf-8');
      assert.equal(got.headers['cache-control'], 'private');
      assert.equal(got.headers['x-accel-redirect'] ?? got.headers['x-sendfile'], undefined);
      assert.equal((await front.get(path, { headers: { 'If-None-Match': got.headers.etag ?? '' } })).status, 304);
    }
  });

  test('large ones too, in ranges, and for HEAD', async () => {
    const path = handed('X-Accel-Redirect', '/protected/big.bin', { type: 'application/x-big' });
    const got = await front.get(path);
    assert.ok(got.body.equals(big));
    assert.equal(got.headers['content-type'], 'application/x-big');
    const part = await front.get(path, { headers: { Range: 'bytes=1000000-1000099' } });
    assert.equal(part.status, 206);
    assert.ok(part.body.equals(big.subarray(1_000_000, 1_000_100)));
    const head = await front.get(path, { method: 'HEAD' });
    assert.deepEqual([head.headers['content-length'], head.text], [String(big.length), '']);
  });

  test('only with the view\'s leave, only from the folder, and a client cannot ask for one', async () => {
    assert.equal((await front.get('/handed')).status, 403);
    assert.equal((await front.get('/protected/big.bin')).status, 404, 'it is the app\'s path to a client, and Django has none');
    for (const path of [handed('X-Accel-Redirect', '/protected/%2e%2e/outside.txt'), handed('X-Accel-Redirect', '/protected/leak.txt'), handed('X-Sendfile', join(dir, 'outside.txt')), handed('X-Sendfile', '/etc/passwd')]) {
      const got = await front.get(path);
      assert.equal(got.status, 404, path);
      assert.doesNotMatch(got.text, /never shown|outside|root:/);
    }
    const event = await eventually('the log line', () => front.events().find((one) => one.event === 'handed-missing' && String(one['message']).includes('/etc/passwd')));
    assert.match(String(event['message']), /Allowed is what lies in .*media: correct the app's path/);
    const told = (await front.get('/truth', { headers: { 'X-Accel-Redirect': '/x', 'X-Sendfile-Type': 'X-Accel-Redirect', 'X-Accel-Mapping': '/=/' } })).json<Told>();
    assert.deepEqual(Object.keys(told.headers).filter((name) => /ACCEL|SENDFILE/.test(name)), []);
  });
});
