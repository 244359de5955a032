/** What a route can do, with the real program before real servers. docs/routes.md has the same as recipes. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { requires } from '../helpers/real.ts';
import { scope, tempDir } from '../helpers/scope.ts';
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
