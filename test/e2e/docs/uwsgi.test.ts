import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePort } from '../../../src/cli/run/accepts.ts';
import { docsPage } from '../../helpers/docs.ts';
import { makeMysite } from '../../helpers/mysite.ts';
import { eventually } from '../../helpers/scope.ts';
import type { Told } from '../../helpers/told.ts';

const page = docsPage('uwsgi');
const READY = /spawned uWSGI worker 2/;
const COOKIE = { Cookie: `c=${'x'.repeat(6000)}` };

describe('docs/uwsgi.md', page.requires('uwsgi', 'uwsgi-plugin-python3', 'python3-django'), () => {
  test('on a port: the app sees what the table says, and a large request is explained and then helped', async (t) => {
    const port = await freePort();
    const reader = page.follow(t, { '127.0.0.1:3031': `127.0.0.1:${port}` }, await makeMysite(t));
    const small = await reader.start('uwsgi --plugin python3 --module mysite.wsgi --socket 127.0.0.1:3031 ', READY);
    const front = await reader.front('sallyport uwsgi://127.0.0.1:3031');

    const told = (await front.get('/truth')).json<Told>();
    assert.equal(told.secure, true);
    assert.deepEqual(
      ['HTTPS', 'wsgi.url_scheme', 'SERVER_NAME', 'SERVER_PORT', 'REMOTE_ADDR'].map((name) => told.environ[name]),
      ['on', 'https', 'localhost', String(front.httpsPort), '127.0.0.1'],
    );
    assert.equal(told.headers['HTTP_HOST'], `localhost:${front.httpsPort}`);
    assert.equal(told.headers['HTTP_X_FORWARDED_PROTO'], 'https');

    const telling = await reader.front("sallyport uwsgi://127.0.0.1:3031 --tell 'HTTP_X_FORWARDED_SSL: on'");
    assert.equal((await telling.get('/truth')).json<Told>().headers['HTTP_X_FORWARDED_SSL'], 'on');

    assert.equal((await front.get('/truth', { headers: COOKIE })).status, 502);
    const line = await eventually('the log to say why', () => front.events().find((event) => event['event'] === 'app-closed'));
    assert.match(String(line['message']), /buffer-size = 65535/);
    await small.stop();
    reader.write('mysite.ini');
    await reader.start('uwsgi --ini mysite.ini', READY);
    assert.equal((await front.get('/truth', { headers: COOKIE })).status, 200);
  });

  test('on a unix socket', async (t) => {
    const site = await makeMysite(t);
    const reader = page.follow(t, { '/run/mysite/app.sock': join(site.dir, 'app.sock') }, site);
    await reader.start('--socket /run/mysite/app.sock', READY);
    const front = await reader.front('sallyport uwsgi+unix:');
    assert.equal((await front.get('/truth')).json<Told>().secure, true);
  });
});
