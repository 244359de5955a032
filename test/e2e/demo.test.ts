import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { runFront, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { program, requires } from '../helpers/real.ts';
import { scope } from '../helpers/scope.ts';

/** The loop's own answer, which the browser logs as a failed load. */
const KNOWN_NOISE = /508 \(Loop Detected\)/;

describe('the demo, in a browser', requires('chromium'), () => {
  const ends = scope();
  let front: Front;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requested = new Set<string>();

  before(async () => {
    front = await startFront(ends, ['demo', '--https', '0', '--http', '0']);
    browser = await chromium.launch({ executablePath: program('chromium'), args: ['--no-sandbox'] });
    // The certificates have tests of their own; this browser has never heard of the authority.
    page = await (await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })).newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error' && !KNOWN_NOISE.test(message.text())) complaints.push(message.text()); });
    page.on('request', (request) => requested.add(new URL(request.url()).origin));
    await page.goto(`${front.http}/`);
    await page.waitForSelector('#told-scheme');
  });
  after(async () => { await browser?.close(); });

  const text = async (selector: string): Promise<string> => (await page.textContent(selector)) ?? '';
  const attempt = async (name: string): Promise<{ verdict: string; good: boolean; all: string }> => {
    await page.click(`[data-try=${name}]`);
    await page.waitForSelector(`#${name} .verdict`);
    return { verdict: await text(`#${name} .verdict`), good: (await page.$(`#${name} .verdict.good`)) !== null, all: await text(`#${name}`) };
  };
  const lines = (list: string): Promise<string[]> => page.$$eval(`#${list} li`, (items) => items.map((item) => item.firstElementChild?.textContent ?? ''));

  test('the plain door leads to the page on https', () => {
    assert.equal(page.url(), `${front.https}/`);
  });

  test('shows what was sent beside what the app was told', async () => {
    assert.equal(await text('#told-scheme'), 'https');
    assert.equal(await text('#told-host'), `localhost:${front.httpsPort}`);
    assert.equal(await text('#told-port'), String(front.httpsPort));
    assert.match(await text('#told-client'), /^(127\.0\.0\.1|::1)$/);
    const [sent, received] = [await lines('sent'), await lines('received')];
    assert.equal(sent[0], 'GET / HTTP/1.1');
    assert.ok(sent.includes('Connection: keep-alive'), 'what the browser really sent');
    assert.ok(!sent.some((line) => /^x-forwarded/i.test(line)));
    assert.ok(!received.includes('Connection: keep-alive'));
    assert.ok(received.includes('X-Forwarded-Proto: https'));
    const added = await page.$$eval('#received li.new', (items) => items.length);
    assert.ok(added >= 4, `${added} lines are marked as the front's own`);
    assert.equal(await page.isVisible('#notice'), false);
  });

  test('a forged header changes nothing', async () => {
    const { verdict, good, all } = await attempt('forge');
    assert.ok(good, all);
    assert.ok(verdict.includes(`The app was told the truth: https, localhost:${front.httpsPort}, port ${front.httpsPort}, client `), verdict);
    const rows = await page.$$eval('#forge tbody tr', (all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    assert.deepEqual(rows.find(([name]) => name === 'X-Forwarded-Proto'), ['X-Forwarded-Proto', 'http', 'https']);
    assert.deepEqual(rows.find(([name]) => name === 'X_Forwarded_Proto'), ['X_Forwarded_Proto', 'http', 'nothing']);
    assert.equal(rows.find(([name]) => name === 'Forwarded')?.[2], 'nothing');
  });

  test('the loop is answered 508 and explained', async () => {
    const { verdict, good, all } = await attempt('loop');
    assert.ok(good, all);
    assert.match(verdict, /The front answered 508: Redirect loop/);
    assert.ok(all.includes(`GET ${front.https}/loop was answered by a redirect to the very same URL`), all);
    assert.ok(all.includes('X-Forwarded-Proto: https'), all);
  });

  test('a WebSocket echoes, and its upgrade was told https', async () => {
    await page.fill('#word', 'a word of my own');
    const { verdict, good, all } = await attempt('socket');
    assert.ok(good, all);
    assert.ok(verdict.includes('“a word of my own” came back, and the upgrade request was told https'), verdict);
    assert.match(all, /^X-Forwarded-Proto: https$/m);
  });

  test('plain HTTP is sent to https by either door', async () => {
    const { good, all } = await attempt('knock');
    assert.ok(good, all);
    const rows = await page.$$eval('#knock tbody tr', (all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    assert.deepEqual(rows, [front.httpPort, front.httpsPort].map((port) => [`http://localhost:${port}/some/page?x=1`, '307', `${front.https}/some/page?x=1`]));
  });

  test('past the front, the page says that the app can be fooled', async () => {
    const direct = await (await browser.newContext()).newPage();
    await direct.goto(String(front.ready['app']));
    await direct.waitForSelector('#notice:not([hidden])');
    assert.match((await direct.textContent('#notice')) ?? '', /straight to the app/);
    await direct.click('[data-try=forge]');
    await direct.waitForSelector('#forge .verdict.bad');
    await direct.click('[data-try=loop]');
    await direct.waitForSelector('#loop .verdict.bad');
    await direct.close();
  });

  test('fits a phone, and every control has a name', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.equal(overflow, 0, 'no sideways scrolling');
    const unnamed = await page.evaluate("[...document.querySelectorAll('button, input, a')].filter((e) => !(e.textContent.trim() || e.labels?.length)).length");
    assert.equal(unnamed, 0);
  });

  test('nothing failed on the page, and it asked nobody but its own origin', () => {
    assert.deepEqual(complaints, []);
    assert.deepEqual([...requested].sort(), [front.http, front.https].sort());
  });

  test('Ctrl-C ends everything with 0', async () => {
    const app = String(front.ready['app']);
    assert.equal((await fetch(app)).status, 200);
    assert.deepEqual(await front.stop('SIGINT'), { code: 0, signal: null });
    await assert.rejects(fetch(app), 'the app is gone too');
  });
});

describe('the demo\'s flags', () => {
  test('a wrong flag is status 2 and says how to call it', async (t) => {
    const { exit, stderr } = await runFront(['demo', '--port', '1']);
    assert.equal(exit.code, 2);
    assert.match(stderr, /--port/);
    assert.match(stderr, /sallyport demo --help/);
    const bad = await runFront(['demo', '--https', 'nonsense:x']);
    assert.equal(bad.exit.code, 2);
    assert.match(bad.stderr, /--https/);
    const holder = await startFront(t, ['demo', '--https', '0', '--http', '0']);
    const taken = await runFront(['demo', '--https', `127.0.0.1:${holder.httpsPort}`, '--http', '0']);
    assert.equal(taken.exit.code, 1);
    assert.match(taken.stderr, new RegExp(`127\\.0\\.0\\.1:${holder.httpsPort} is taken`));
  });
});
