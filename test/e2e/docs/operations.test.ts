import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { fetchOnce } from '../../helpers/client.ts';
import { docsPage } from '../../helpers/docs.ts';
import { makeCertificate } from '../../helpers/certificate.ts';
import { runFront, startFront } from '../../helpers/front.ts';
import { answering, reply, startRawApp } from '../../helpers/raw-app.ts';
import { program } from '../../helpers/real.ts';
import { eventually, tempDir } from '../../helpers/scope.ts';

// One front for the whole page, and for what it promises of signals.
const page = docsPage('operations');
page.leave('scrape_configs', 'what Prometheus would ask for is asked for here');
page.leave('--workers 2', 'workers are tested end to end by a file of their own');
page.leave('docker build', 'there is no Docker here; test/unit/dockerfile.test.ts judges the Dockerfile');
page.leave('docker run', 'the same');
page.leave('--user www-data', 'only root can; test/e2e/privilege.test.ts does');
page.leave('--compress', 'compression has tests of its own, with curl (test/e2e/compress.test.ts)');
page.leave('--static-precompressed', 'the same');
page.leave('codings:', 'test/unit/config-resolve.test.ts reads such a file');
page.leave('npm install --global', 'the tests have it already; test/e2e/package.test.ts installs it');
page.leave('service install', 'writes to /etc/systemd; docs/systemd.md is followed by systemd.test.ts');
page.leave('NodeSDK', 'the SDK is no dependency; test/e2e/tracing.test.ts registers another in the same way');
page.leave('npm install sallyport @opentelemetry/api', 'the same');
page.leave('sallyport reload', 'a reload has tests of its own, with requests on the way (test/e2e/reload.test.ts)');
page.leave('htpasswd -nB', 'guards have tests of their own (guards.test.ts)');
page.leave('--guard', 'the same');
page.leave('--rate /login/', 'rates are tested by test/e2e/limits.test.ts');

test('the file of the first steps is one that can be served', async (t) => {
  const dir = tempDir(t);
  const app = await startRawApp(t, answering(reply('ok')));
  makeCertificate(dir, 'site', ['www.example.com', 'localhost']);
  const reader = page.follow(t, { '/etc/sallyport/sallyport.config.ts': join(dir, 'sallyport.config.ts'), '/etc/sallyport/site.pem': join(dir, 'site.crt'), '/etc/sallyport/site.key': join(dir, 'site.key'), '/var/log/sallyport': dir, 'app: 8000': `app: '${app.address}'`, 'admin: 9443': `admin: 0, https: '127.0.0.1:0', http: '127.0.0.1:0'` }); // its own ports may be another's on this machine
  const file = reader.write('/etc/sallyport/sallyport.config.ts');
  assert.match((await reader.run('sallyport check')).stdout, /www\.example\.com/);
  const front = await startFront(t, ['--config', file], { env: { SALLYPORT_DATA_DIR: dir } });
  assert.equal((await front.get('/', { headers: { Host: 'www.example.com' } })).status, 200);
  await eventually('the request in the log', () => readFileSync(join(dir, 'access.log'), 'utf8').includes('"target":"/"') || undefined);
});

test('the log file, and what signals do', page.requires('logrotate'), async (t) => {
  const dir = tempDir(t);
  const app = await startRawApp(t, answering(reply('ok')));
  const file = join(dir, 'access.log');
  const env = { SALLYPORT_DATA_DIR: dir };
  const reader = page.follow(t, { 8000: app.address, '/var/log/sallyport/access.log': `${file} --log-hide invite --scheme /=either` }, { env });
  const front = await reader.front('--log-file');
  const lines = (path = file): string => existsSync(path) ? readFileSync(path, 'utf8') : '';
  const logged = (target: string, path = file): Promise<boolean> => eventually(`${target} in ${path}`, () => lines(path).includes(`"target":"${target}"`) ? true : undefined);

  await t.test('requests are in it, without what lets somebody in; standard output keeps the events', async () => {
    await front.getHttp('/?reset_token=s3cr3t&invite=s3cr3t&page=2', { headers: { Cookie: 'a=s3cr3t', Authorization: 'Bearer s3cr3t', Referer: 'http://x/?password=s3cr3t' } });
    await logged('/?reset_token=***&invite=***&page=2');
    assert.ok(!lines().includes('s3cr3t'));
    assert.deepEqual(front.events().filter(({ event }) => event === 'request'), []);
  });

  await t.test('logrotate moves it away, and the front goes on in a new file', async () => {
    const rotating = join(dir, 'rotating');
    writeFileSync(rotating, reader.text('endscript').replace(/^.*access\.log .*\{$/m, `${file} {`), { mode: 0o644 });
    reader.bind({ '/etc/logrotate.d/sallyport': `--state ${join(dir, 'state')} ${rotating}` });
    await reader.run('logrotate --force');
    await front.getHttp('/rotated');
    await logged('/rotated');
    assert.ok(lines(`${file}.1`).includes('***') && !lines(`${file}.1`).includes('/rotated') && !lines().includes('***'));
  });

  await t.test('`sallyport reopen` and SIGUSR2 go on in a new file', async () => {
    renameSync(file, `${file}.1`);
    assert.equal((await reader.run('sallyport reopen')).stdout, `The log file ${file} was opened anew.\n`);
    await front.getHttp('/second');
    await logged('/second');
    renameSync(file, `${file}.2`);
    front.child.kill('SIGUSR2');
    await eventually('the file to be there again', () => existsSync(file) || undefined);
    await front.getHttp('/third');
    await logged('/third');
    assert.ok(!lines(`${file}.2`).includes('/third') && lines(`${file}.2`).includes('/second'));
  });

  // Node opens its inspector at SIGUSR1, on 127.0.0.1:9229: whoever may connect to that runs code with the key of the site.
  await t.test('SIGUSR1 does nothing at all', async () => {
    front.child.kill('SIGUSR1');
    await front.getHttp('/fourth');
    await logged('/fourth');
    assert.doesNotMatch(front.stderr(), /[Dd]ebugger|inspector/);
  });

  await t.test('what was logged last is there when it has ended, and so is nothing of its socket', async () => {
    await front.getHttp('/last');
    await front.stop();
    assert.ok(lines().includes('"target":"/last"'));
    const { exit, stderr } = await runFront(['reopen'], { env });
    assert.equal(exit.code, 1);
    assert.match(stderr, /No front is running/);
  });
});

describe('the admin address', page.requires('chromium'), () => {
  test('the status page lives in a browser, without a word of complaint and without the network; metrics are beside it', async (t) => {
    const app = await startRawApp(t, answering(reply('ok')));
    const reader = page.follow(t, { 'sallyport 8000': `sallyport ${app.address} --scheme /=either`, '--admin 9443': '--admin 0' }, { env: { SALLYPORT_DATA_DIR: tempDir(t) } });
    const front = await reader.front('--admin');
    const admin = String(front.ready['admin']);
    await front.getHttp('/');
    const metrics = await fetchOnce(`${admin}/metrics`);
    assert.equal(metrics.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(metrics.text, /\nsallyport_requests_total\{site="\*",code="200"\} 1\n/);
    for (const [, name = ''] of page.text.matchAll(/^\| `?(sallyport_\w+)/gm)) assert.ok(metrics.text.includes(`# TYPE ${name} `), `${name} of the page is there`);

    const browser = await chromium.launch({ executablePath: program('chromium'), timeout: 60_000, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
    t.after(() => browser.close());
    const tab = await browser.newPage({ colorScheme: 'dark' });
    const trouble: string[] = [];
    const elsewhere: string[] = [];
    tab.on('console', (message) => { if (message.type() !== 'log') trouble.push(message.text()); });
    tab.on('pageerror', (error) => trouble.push(error.message));
    tab.on('request', (request) => { if (!request.url().startsWith(admin) && !request.url().startsWith('data:')) elsewhere.push(request.url()); });
    await tab.goto(`${admin}/`);
    const requests = tab.locator('tbody tr', { has: tab.locator('th', { hasText: 'every host' }) }).locator('td').nth(1);
    assert.equal(await requests.textContent(), '1');
    for (let i = 0; i < 2; i++) await front.getHttp('/');
    await requests.filter({ hasText: '3' }).waitFor();
    assert.equal(await tab.textContent('#state'), 'Live');
    assert.deepEqual([trouble, elsewhere], [[], []]);
    // What a page of somebody else's would do: ask from its own origin.
    assert.equal(await tab.evaluate(async (url) => fetch(url).then(() => 'read', () => 'refused'), `${admin.replace('127.0.0.1', 'localhost')}/metrics`), 'refused');
    await front.stop();
    await tab.locator('#state', { hasText: 'No answer' }).waitFor();
  });
});
