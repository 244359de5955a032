import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePort } from '../../../src/cli/run/accepts.ts';
import { docsPage } from '../../helpers/docs.ts';
import type { FollowOptions } from '../../helpers/docs.ts';
import { railsEnvironment, RAILS_SITE } from '../../helpers/rails.ts';
import type { RailsTold } from '../../helpers/rails.ts';
import { tempDir } from '../../helpers/scope.ts';
import type { Scope } from '../../helpers/scope.ts';

const page = docsPage('rails');
const READY = /Listening on/;
const FORCE_SSL = 'config.force_ssl = true';

/** The app of test/e2e/rails, its production configuration in the page's words. */
const site = (scope: Scope, ...config: string[]): FollowOptions => ({ dir: RAILS_SITE, env: railsEnvironment(tempDir(scope), config) });

describe('docs/rails.md', page.requires('ruby-rails', 'puma'), () => {
  test('on a port, with force_ssl: the app sees what the table says, and its cookies are Secure', async (t) => {
    const port = await freePort();
    const reader = page.follow(t, { 3000: String(port) }, site(t, FORCE_SSL));
    assert.ok(reader.text(FORCE_SSL).includes(FORCE_SSL));
    await reader.start('tcp://127.0.0.1:3000', READY);
    const front = await reader.front('sallyport 3000');
    const told = (await front.get('/truth', { from: '127.0.0.9', headers: { 'X-Forwarded-Ssl': 'off', 'Client-Ip': '203.0.113.66' } })).json<RailsTold>();
    assert.deepEqual(
      [told.secure, told.protocol, told.host, told.port, told.base_url, told.url, told.remote_ip, told.ip],
      [true, 'https://', 'localhost', front.httpsPort, front.https, `${front.https}/away`, '127.0.0.9', '127.0.0.9'],
    );
    const form = await front.get('/form');
    assert.match(form.headers['set-cookie']?.[0] ?? '', /; secure/i);
    assert.equal(form.headers['strict-transport-security'], undefined, 'the local authority signs');
  });

  test('on a unix socket', async (t) => {
    const socket = join(tempDir(t), 'puma.sock');
    const reader = page.follow(t, { '/run/myapp/puma.sock': socket }, site(t, FORCE_SSL));
    await reader.start('unix:///run/myapp/puma.sock', READY);
    const front = await reader.front('sallyport unix:/run/myapp/puma.sock');
    assert.equal((await front.get('/truth')).json<RailsTold>().base_url, front.https);
  });

  test('with a path over http: it is served there, and Rails leaves it alone', async (t) => {
    const port = await freePort();
    const reader = page.follow(t, { '3000': String(port), '/feed/': '/truth' }, site(t));
    const app = page.follow(t, { 3000: String(port) }, site(t, FORCE_SSL, reader.text('for a site with paths over http')));
    await app.start('tcp://127.0.0.1:3000', READY);
    const front = await reader.front('sallyport 3000 --scheme');
    assert.equal((await front.getHttp('/truth')).json<RailsTold>().base_url, front.http);
    assert.equal((await front.get('/truth')).headers.location, `${front.http}/truth`);
    assert.equal((await front.getHttp('/form')).headers.location, `${front.https}/form`);
    assert.equal((await front.get('/form')).status, 200);
  });
});
