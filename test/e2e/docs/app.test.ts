/** The pages of the app's half and the apps of examples/: what a page shows is in the app, and the app does what the page says. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { docsPage, type DocsPage } from '../../helpers/docs.ts';
import { blocksOf } from '../../helpers/docs-page.ts';
import { denoProgram, requiresFramework } from '../../helpers/frameworks.ts';
import { ROOT, startFront, type Front } from '../../helpers/front.ts';
import { tempDir } from '../../helpers/scope.ts';

const PAGES: readonly (readonly [example: string, page: DocsPage])[] = [
  ['node', docsPage('app/node')], ['express', docsPage('app/express')], ['fastify', docsPage('app/fastify')], ['koa', docsPage('app/koa')],
  ['hono', docsPage('app/hono')], ['fetch', docsPage('app/fetch')], ['nest', docsPage('app/nest')],
];
const FORGED = { 'X-Forwarded-Proto': 'http', 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Host': 'evil.example', 'Forwarded': 'for=6.6.6.6;proto=http;host=evil.example' };
const filesOf = (folder: string): string => readdirSync(folder).filter((name) => /\.[jt]s$/.test(name)).map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');

for (const [example, page] of PAGES) {
  describe(`docs/app/${example}.md and examples/${example}`, () => {
    const folder = join(ROOT, 'examples', example);
    page.leave('npm install sallyport', 'the package is the one that is tested');
    if (example === 'fetch') page.leave('-- deno run', 'the test below starts it');

    test('every line of the page is in the app', (t) => {
      const reader = page.follow(t, {});
      const app = filesOf(folder).replaceAll(/\s+/g, ' ');
      for (const { language, text } of blocksOf(page.text)) {
        if (language === 'sh') continue;
        for (const line of reader.text(text).trim().split('\n')) assert.ok(app.includes(line.trim().replaceAll(/\s+/g, ' ')), line);
      }
    });

    test('the app hears, redirects by path and by route, and its cookies are for https alone', async (t) => {
      const dir = example === 'nest' ? folder : ROOT;
      const front = await page.follow(t, {}, { dir, env: { PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` } }).front(example === 'fetch' ? '-- bun' : 'sallyport run');
      await tellsAll(front);
    });
  });
}

test('examples/fetch on Deno', requiresFramework('deno'), async (t) => {
  await tellsAll(await startFront(t, ['run', '--scheme', '/=either', '--', denoProgram(), 'run', '-A', join(ROOT, 'examples/fetch/app.js')], { env: { DENO_DIR: tempDir(t) } }));
});

async function tellsAll(front: Front): Promise<void> {
  for (const [get, secure, origin] of [[front.get, true, front.https], [front.getHttp, false, front.http]] as const) {
    for (const headers of [{}, FORGED, { 'X-Forwarded-Proto': 'https' }]) {
      assert.deepEqual((await get('/', { headers, from: '127.0.0.9' })).json(), { secure, url: `${origin}/`, client: '127.0.0.9' });
    }
  }
  for (const path of ['/account/', '/pay']) {
    const away = await front.getHttp(path);
    assert.equal(away.status, 307, path);
    assert.match(String(away.headers.location), new RegExp(`^https://localhost(?::\\d+)?${path}$`));
    assert.equal((await front.get(path)).status, 200, path);
  }
  const account = await front.get('/account/');
  assert.match(account.headers['set-cookie']?.[0] ?? '', /^seen=yes;.*; *secure/i);
  assert.match(account.text, /over https alone/);
}

const next = docsPage('app/next');
for (const command of ['npm install sallyport', 'next start', 'sallyport 3000']) next.leave(command, 'test/e2e/app-half-next.test.ts runs examples/next');
test('docs/app/next.md shows the proxy.js of examples/next', (t) => {
  const shown = next.follow(t, {}).text('sallyport/next').replace(/^\/\/.*\n/, '');
  assert.equal(shown, readFileSync(join(ROOT, 'examples/next/proxy.js'), 'utf8'));
});

// SvelteKit takes longer to install and to build than a test may: the page says with what it was checked by hand.
const sveltekit = docsPage('app/sveltekit');
for (const command of ['npm install sallyport', 'vite dev', 'vite build', 'sallyport 3000']) sveltekit.leave(command, 'followed by hand, with the versions that the page names');
test('docs/app/sveltekit.md shows the lines of examples/sveltekit', (t) => {
  const reader = sveltekit.follow(t, {});
  const source = join(ROOT, 'examples/sveltekit/src');
  assert.equal(reader.text('sallyport/fetch').replace(/^\/\/.*\n/, ''), readFileSync(join(source, 'hooks.server.js'), 'utf8'));
  assert.ok(readFileSync(join(source, 'routes/pay/+server.js'), 'utf8').includes(reader.text('requireHttps')));
});

test('every example has its page', () => {
  assert.deepEqual(readdirSync(join(ROOT, 'examples')).sort(), [...PAGES.map(([example]) => example), 'next', 'sveltekit'].sort());
});
