import assert from 'node:assert/strict';
import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePort } from '../../../src/cli/run/accepts.ts';
import { logIn } from '../../helpers/django-admin.ts';
import { docsPage } from '../../helpers/docs.ts';
import type { Reader } from '../../helpers/docs.ts';
import type { Front } from '../../helpers/front.ts';
import { makeMysite } from '../../helpers/mysite.ts';
import type { Scope } from '../../helpers/scope.ts';
import type { Told } from '../../helpers/told.ts';

const page = docsPage('gunicorn');
const READY = /Booting worker/;

/** A reader who has the site, and put the page's lines at the end of its settings. */
const reading = async (scope: Scope, values: Readonly<Record<string, string>>): Promise<Reader> => {
  const site = await makeMysite(scope);
  const reader = page.follow(scope, values, site);
  appendFileSync(join(site.dir, 'mysite/settings.py'), reader.text('mysite/settings.py'));
  return reader;
};

const HEADERS = { 'X-Forwarded-Proto': 'http', 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Ssl': 'off' };
const truth = async (front: Front): Promise<Told> => (await front.get('/truth', { headers: HEADERS, from: '127.0.0.9' })).json<Told>();

/** What the page's table says of an https request, whatever the client claims. */
const asTheTableSays = (told: Told, front: Front, peer: string): void => {
  assert.deepEqual([told.secure, told.scheme, told.host, told.uri], [true, 'https', `localhost:${front.httpsPort}`, `${front.https}/truth`]);
  assert.deepEqual([told.headers['HTTP_X_FORWARDED_FOR'], told.client], ['127.0.0.9', peer]);
};

describe('docs/gunicorn.md', page.requires('gunicorn', 'python3-django'), () => {
  test('on a port', async (t) => {
    const reader = await reading(t, { '8000': String(await freePort()) });
    await reader.start('gunicorn mysite.wsgi --bind 127.0.0.1:8000', READY);
    const front = await reader.front('sallyport 8000');
    asTheTableSays(await truth(front), front, '127.0.0.1');
    await logIn(front);
  });

  test('started by the front', async (t) => {
    const front = await (await reading(t, {})).front('sallyport run');
    asTheTableSays(await truth(front), front, '127.0.0.1');
  });

  test('on a unix socket', async (t) => {
    const site = await reading(t, {});
    site.bind({ '/run/mysite/app.sock': join(site.dir, 'app.sock') });
    await site.start('gunicorn mysite.wsgi --bind unix:', READY);
    assert.equal(statSync(join(site.dir, 'app.sock')).mode & 0o777, 0o777, 'open to every user, as the page says');
    const front = await site.front('sallyport unix:');
    asTheTableSays(await truth(front), front, '');
    await logIn(front);
  });

  for (const allowed of [true, false]) {
    test(`on another machine, Gunicorn ${allowed ? 'knows' : 'does not know'} the front: Django is right, wsgi.url_scheme ${allowed ? 'too' : 'is not'}`, async (t) => {
      const reader = await reading(t, { '10.0.0.8:8000': `127.0.0.1:${await freePort()}`, '10.0.0.7': allowed ? '127.0.0.1' : '192.0.2.7' });
      await reader.start('--forwarded-allow-ips 10.0.0.7', READY);
      const front = await reader.front('sallyport 10.0.0.8:8000');
      const told = await truth(front);
      asTheTableSays(told, front, '127.0.0.1');
      assert.equal(told.environ['wsgi.url_scheme'], allowed ? 'https' : 'http');
    });
  }
});
