import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext } from 'playwright-core';
import { authority, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { ADMIN, startDjango } from '../helpers/gunicorn.ts';
import { program, requires } from '../helpers/real.ts';
import { scope, tempDir } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';

/** A browser that believes the local authority as a person's does: through the certificate store of its home folder. */
const startBrowser = async (here: Scope): Promise<Browser> => {
  const home = tempDir(here);
  const store = join(home, '.pki/nssdb');
  mkdirSync(store, { recursive: true });
  writeFileSync(join(home, 'ca.pem'), authority());
  execFileSync(program('libnss3-tools'), ['-N', '-d', `sql:${store}`, '--empty-password']);
  execFileSync(program('libnss3-tools'), ['-A', '-d', `sql:${store}`, '-n', 'test authority', '-t', 'C,,', '-i', join(home, 'ca.pem')]);
  const browser = await chromium.launch({
    executablePath: program('chromium'), timeout: 60_000,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    env: { PATH: process.env['PATH'] ?? '', HOME: home, XDG_CONFIG_HOME: join(home, '.config') },
  });
  here.after(() => browser.close());
  return browser;
};

describe('a browser at the Django admin through the front', requires('gunicorn', 'python3-django', 'chromium', 'libnss3-tools'), () => {
  const here = scope();
  let front: Front;
  let context: BrowserContext;
  before(async () => {
    const site = await startDjango(here, { site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO', SITE_SSL_REDIRECT: '1', SITE_SECURE_COOKIES: '1' } });
    front = await startFront(here, [site.address, '--static', '/static/=/usr/lib/python3/dist-packages/django/contrib/admin/static/']);
    context = await (await startBrowser(here)).newContext();
  });

  test('types the http address, is led to https without a warning, logs in, and stays there', async () => {
    const page = await context.newPage();
    const answers: { url: string; status: number }[] = [];
    const trouble: string[] = [];
    page.on('response', (answer) => answers.push({ url: answer.url(), status: answer.status() }));
    page.on('requestfailed', (request) => trouble.push(`${request.url()}: ${request.failure()?.errorText ?? ''}`));
    page.on('console', (message) => { if (message.type() === 'error') trouble.push(`${message.text()} (${message.location().url})`); });

    await page.goto(`${front.http}/admin/`);
    assert.equal(page.url(), `${front.https}/admin/login/?next=/admin/`);
    assert.equal(answers[0]?.status, 307);
    await page.fill('#id_username', ADMIN.name);
    await page.fill('#id_password', ADMIN.password);
    await page.click('[type=submit]');
    await page.waitForURL(`${front.https}/admin/`);
    assert.match(await page.textContent('#user-tools') ?? '', /admin/i);
    assert.equal(await page.evaluate('window.isSecureContext'), true);
    const cookies = await context.cookies();
    assert.deepEqual(cookies.map(({ name, secure }) => ({ name, secure })).sort((a, b) => a.name.localeCompare(b.name)), [{ name: 'csrftoken', secure: true }, { name: 'sessionid', secure: true }]);

    // A form deeper inside: adding a group posts with Origin and Referer, and redirects absolutely and relatively.
    await page.goto(`${front.https}/admin/auth/group/add/`);
    await page.fill('#id_name', 'editors');
    await page.click('[name=_save]');
    await page.waitForURL(`${front.https}/admin/auth/group/`);
    assert.match(await page.textContent('.messagelist') ?? '', /added successfully/);

    assert.ok(answers.some(({ url, status }) => url === `${front.https}/static/admin/css/base.css` && status === 200), 'the style sheet came from the folder');
    for (const { url } of answers.slice(1)) assert.ok(url.startsWith(front.https), `${url} is not on https`);
    // Debian's jQuery is a link out of the folder, which is not followed.
    assert.deepEqual(trouble.filter((text) => !/\/(favicon\.ico|static\/admin\/js\/.*)\)?$/.test(text)), []);
    await page.close();
  });
});

test('a browser at a looping site reads what is wrong instead of ERR_TOO_MANY_REDIRECTS', requires('gunicorn', 'python3-django', 'chromium', 'libnss3-tools'), async (t) => {
  const site = await startDjango(t, { site: { SITE_SSL_REDIRECT: '1' }, args: ['--forwarded-allow-ips', '192.0.2.1'] });
  const front = await startFront(t, [site.address]);
  const page = await (await startBrowser(t)).newPage();
  const answer = await page.goto(`${front.http}/admin/`);
  assert.equal(answer?.status(), 508);
  const text = await page.textContent('body') ?? '';
  assert.match(text, /X-Forwarded-Proto|SECURE_PROXY_SSL_HEADER/);
});
