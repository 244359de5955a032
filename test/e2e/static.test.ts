import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { scope, tempDir } from '../helpers/scope.ts';

describe('files straight from a folder', () => {
  const here = scope();
  const big = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31 + (i >> 10)) & 255));
  let front: Front;
  before(async () => {
    const dir = tempDir(here);
    const media = join(dir, 'media');
    for (const name of ['media', 'media/sub', 'media/deep', 'media/empty', 'media/.git', 'outside']) mkdirSync(join(dir, name));
    const files: Record<string, string | Buffer> = {
      'media/style.css': 'body { color: red }', 'media/a b\u00e9.txt': 'name', 'media/big.bin': big, 'media/sub/index.html': '<h1>index</h1>', 'media/.secret': 'secret',
      'media/.git/config': 'secret', 'media/deep/one.svg': '<svg/>', 'outside/secret.txt': 'secret', 'media/100%.txt': 'percent',
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
    symlinkSync('../outside/secret.txt', join(media, 'leak.txt'));
    symlinkSync('../outside', join(media, 'leakdir'));
    symlinkSync('style.css', join(media, 'inside.css'));
    symlinkSync('/etc', join(media, 'etc'));
    writeFileSync(join(dir, 'outside/deep.txt'), 'longest prefix');
    const app = await startRawApp(here, answering((request) => reply(`app ${request.target}`)));
    front = await startFront(here, [app.address, '--static', `/media/=${media}`, '--static', `/media/deep/=${join(dir, 'outside')}`, '--static', `/docs/=${join(media, 'sub')}`]);
  });

  test('have their type, length, date and tag', async () => {
    const got = await front.get('/media/style.css');
    assert.equal(got.status, 200);
    assert.match(got.headers['content-type'] ?? '', /^text\/css/);
    assert.equal(got.headers['content-length'], '19');
    assert.ok(got.headers.etag);
    assert.ok(Date.parse(got.headers['last-modified'] ?? '') > 0);
    assert.equal(got.text, 'body { color: red }');
    const head = await front.get('/media/style.css', { method: 'HEAD' });
    assert.equal(head.headers['content-length'], '19');
    assert.equal(head.text, '');
  });

  test('come whole, whatever their size', async () => {
    const got = await front.get('/media/big.bin');
    assert.ok(got.body.equals(big));
  });

  test('a client that has them gets 304', async () => {
    const first = await front.get('/media/style.css');
    const tag = first.headers.etag ?? '';
    assert.equal((await front.get('/media/style.css', { headers: { 'If-None-Match': tag } })).status, 304);
    assert.equal((await front.get('/media/style.css', { headers: { 'If-None-Match': '"other"' } })).status, 200);
    assert.equal((await front.get('/media/style.css', { headers: { 'If-Modified-Since': first.headers['last-modified'] ?? '' } })).status, 304);
    assert.equal((await front.get('/media/style.css', { headers: { 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' } })).status, 200);
    // RFC 9110 §13.1.3: If-Modified-Since is ignored beside If-None-Match.
    assert.equal((await front.get('/media/style.css', { headers: { 'If-None-Match': '"other"', 'If-Modified-Since': first.headers['last-modified'] ?? '' } })).status, 200);
  });

  test('a single range is 206, one that cannot be is 416, others are ignored', async () => {
    const ranges: readonly (readonly [string, number, string])[] = [
      ['bytes=0-3', 206, 'body'], ['bytes=-5', 206, ' red }'.slice(-5)], ['bytes=13-', 206, ' red }'.slice(-6)], ['bytes=0-999', 206, 'body { color: red }'],
      ['bytes=19-', 416, ''], ['lines=1-2', 200, 'body { color: red }'], ['bytes=b-a', 200, ''],
    ];
    for (const [range, status, text] of ranges) {
      const got = await front.get('/media/style.css', { headers: { Range: range } });
      assert.equal(got.status, status, range);
      if (status === 206) {
        assert.equal(got.text, text, range);
        assert.match(String(got.headers['content-range']), /^bytes \d+-\d+\/19$/);
      }
      if (status === 416) assert.equal(got.headers['content-range'], 'bytes */19');
    }
    const tag = (await front.get('/media/style.css')).headers.etag ?? '';
    assert.equal((await front.get('/media/style.css', { headers: { Range: 'bytes=0-3', 'If-Range': '"old"' } })).status, 200);
    if (!tag.startsWith('W/')) assert.equal((await front.get('/media/style.css', { headers: { Range: 'bytes=0-3', 'If-Range': tag } })).status, 206);
    const middle = await front.get('/media/big.bin', { headers: { Range: 'bytes=1000000-1999999' } });
    assert.ok(middle.body.equals(big.subarray(1_000_000, 2_000_000)));
  });

  test('names with spaces, percent signs and letters beyond ASCII are found', async () => {
    assert.equal((await front.get('/media/a%20b%C3%A9.txt')).text, 'name');
    assert.equal((await front.get('/media/100%25.txt')).text, 'percent');
  });

  test('a folder gives its index.html, with the slash, and never a listing', async () => {
    assert.equal((await front.get('/media/sub/')).text, '<h1>index</h1>');
    const bare = await front.get('/media/sub?x=1');
    if (bare.status !== 404) assert.equal(new URL(bare.headers.location ?? '', `${front.https}/media/sub`).href, `${front.https}/media/sub/?x=1`);
    assert.equal((await front.get('/media/empty/')).status, 404);
    assert.equal((await front.get('/media/')).status, 404);
  });

  // `/docs` answered with the index of `/docs/` itself, so that every relative link in it led to the level above.
  test('the prefix without its slash is redirected to its index like any folder', async () => {
    for (const round of ['first', 'from memory']) {
      const bare = await front.get('/docs?x=1');
      assert.equal(bare.status, 307, round);
      assert.equal(bare.headers.location, '/docs/?x=1', round);
      assert.equal((await front.get('/docs/')).text, '<h1>index</h1>', round);
    }
    assert.equal((await front.get('/media')).status, 404, 'no index to come to');
  });

  test('a missing file is 404 and does not go to the app; other methods are 405', async () => {
    const missing = await front.get('/media/none.css');
    assert.equal(missing.status, 404);
    assert.doesNotMatch(missing.text, /^app/);
    const posted = await front.get('/media/style.css', { method: 'POST', body: 'x', headers: { 'Content-Length': '1' } });
    assert.equal(posted.status, 405);
    assert.match(posted.headers.allow ?? '', /GET/);
  });

  test('the longest prefix wins, and what is under none is the app\'s', async () => {
    assert.equal((await front.get('/media/deep/deep.txt')).text, 'longest prefix');
    assert.equal((await front.get('/media/deep/one.svg')).status, 404);
    assert.equal((await front.get('/mediaX/style.css')).text, 'app /mediaX/style.css');
    assert.equal((await front.get('/style.css')).text, 'app /style.css');
  });

  test('a link that stays inside is followed, dot files are not served', async () => {
    assert.equal((await front.get('/media/inside.css')).status, 200);
    for (const path of ['/media/.secret', '/media/.git/config', '/media/%2esecret', '/media/%2egit/config', '/media/sub/../.secret']) assert.notEqual((await front.get(path)).text, 'secret', path);
  });

  test('there is no way out of the folder', async () => {
    for (const path of [
      '/media/../outside/secret.txt', '/media/%2e%2e/outside/secret.txt', '/media/%2e%2e%2foutside%2fsecret.txt', '/media/..%2foutside/secret.txt', '/media/..%5coutside%5csecret.txt',
      '/media/..\\outside\\secret.txt', '/media/sub/../../outside/secret.txt', '/media//../outside/secret.txt', '/media/%252e%252e/outside/secret.txt', '/media/....//outside/secret.txt',
      '/media/leak.txt', '/media/leakdir/secret.txt', '/media/etc/passwd', '/media/%00', '/media/style.css%00.txt', '/media/%c0%ae%c0%ae/outside/secret.txt', '/media/%u002e%u002e/outside/secret.txt', '/media//etc/passwd', '/media/%2fetc%2fpasswd',
    ]) {
      const talk = await front.talk();
      talk.say(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      const text = await talk.toTheEnd();
      talk.drop();
      assert.doesNotMatch(text, /\r\n\r\n(secret|root:)/, path);
      assert.match(text, /^HTTP\/1\.1 (4\d\d|200 [^]*\r\n\r\napp )/, path);
    }
  });

  test('the http door sends them to https like everything else', async () => {
    assert.equal((await front.getHttp('/media/style.css')).status, 307);
  });
});

test('with no app and a --static it serves files alone', async (t) => {
  const dir = tempDir(t);
  writeFileSync(join(dir, 'index.html'), '<h1>home</h1>');
  mkdirSync(join(dir, '.well-known'));
  writeFileSync(join(dir, '.well-known/security.txt'), 'contact');
  writeFileSync(join(dir, '.env'), 'secret');
  const front = await startFront(t, ['--static', `/=${dir}`]);
  assert.equal((await front.get('/')).text, '<h1>home</h1>');
  assert.equal((await front.get('/none')).status, 404);
  assert.equal((await front.get('/.well-known/security.txt')).text, 'contact', 'the one dot name that is meant for everybody');
  assert.equal((await front.get('/.env')).status, 404);
});

test('options: Cache-Control, a fallback for single-page apps, and missing files that go to the app', async (t) => {
  const dir = tempDir(t);
  writeFileSync(join(dir, 'index.html'), '<h1>spa</h1>');
  writeFileSync(join(dir, 'app.js'), 'let a');
  const app = await startRawApp(t, answering((request) => reply(`app ${request.target}`)));
  const spa = await startFront(t, ['--static', `/=${dir}`, '--static-fallback', 'index.html', '--static-cache', 'public, max-age=60']);
  assert.equal((await spa.get('/deep/link', { headers: { Accept: 'text/html,*/*;q=0.8' } })).text, '<h1>spa</h1>');
  assert.equal((await spa.get('/app.js')).headers['cache-control'], 'public, max-age=60');
  // The page that stands for every path must not outlive the scripts it names.
  assert.notEqual((await spa.get('/')).headers['cache-control'], 'public, max-age=60');
  assert.equal((await spa.get('/none.js', { headers: { Accept: 'application/javascript' } })).status, 404);
  const passing = await startFront(t, [app.address, '--static', `/=${dir}`, '--static-missing', 'app']);
  assert.equal((await passing.get('/index.html')).text, '<h1>spa</h1>');
  assert.equal((await passing.get('/api?x=1')).text, 'app /api?x=1');
});
