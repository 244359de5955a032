import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { StaticRoute } from '../../src/config/settings/settings.ts';
import { closeFile, createStaticRoot, streamFile, type FileAnswer, type StaticRoot } from '../../src/front/static/index.ts';
import { fieldsOf } from '../helpers/fields.ts';

const base = mkdtempSync(join(tmpdir(), 'static-'));
after(() => { rmSync(base, { recursive: true, force: true }); });
chmodSync(base, 0o755);
const dir = join(base, 'public');
const LONG_AGO = new Date(Date.UTC(2024, 4, 5, 6, 7, 8));

function put(path: string, content: string | Buffer, when = LONG_AGO): void {
  const full = join(base, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, content);
  utimesSync(full, when, when);
}

put('public/a.txt', 'hello');
put('public/empty.css', '');
put('public/index.html', '<h1>home');
put('public/docs/index.html', '<h1>docs');
put('public/bare/file.bin', 'x');
put('public/.env', 'SECRET');
put('public/.git/config', 'SECRET');
put('public/.well-known/security.txt', 'Contact: x');
put('public/grüße.txt', 'grüße');
put('public/noextension', 'x');
put('public/app.js', '1');
put('public/big.bin', Buffer.alloc(300_000, 'abcdefghij'));
put('public-neighbour/secret.txt', 'SECRET');
put('outside/secret.txt', 'SECRET');
put('outside/folder/index.html', 'SECRET');

const route = (more: Partial<StaticRoute> = {}): StaticRoute =>
  ({ kind: 'static', path: '/media/', dir, cacheControl: undefined, fallback: undefined, missing: '404', ...more });
const ask = (root: StaticRoot, rest: string, { method = 'GET', head = '' } = {}): Promise<FileAnswer | undefined> =>
  root.find({ method, rest, fields: fieldsOf(head), dirRedirect: `/media/${rest}/?q=1` });
async function get(root: StaticRoot, rest: string, options: { method?: string; head?: string } = {}): Promise<FileAnswer> {
  const answer = await ask(root, rest, options);
  assert.ok(answer, `${rest} is there`);
  return answer;
}
const text = (answer: FileAnswer): string => Buffer.from(answer.content!).toString();
const line = (answer: FileAnswer, name: string): string | undefined =>
  answer.lines.split('\r\n').find((l) => l.toLowerCase().startsWith(`${name.toLowerCase()}:`))?.slice(name.length + 1).trim();
const collect = (answer: FileAnswer): Promise<Buffer> => new Promise((resolve, reject) => {
  const pieces: Buffer[] = [];
  streamFile(answer.open!, {
    write: (bytes) => { pieces.push(Buffer.from(bytes)); return true; },
    done: (outcome, error) => { if (outcome === 'sent') resolve(Buffer.concat(pieces)); else reject(error ?? new Error(outcome)); },
  });
});

test('a small file comes whole, with its type, length and validators', async () => {
  const answer = await get(createStaticRoot(route()), 'a.txt');
  assert.equal(answer.status, 200);
  assert.equal(text(answer), 'hello');
  assert.deepEqual(answer.body, { framing: 'length', length: 5 });
  assert.equal(answer.open, undefined);
  assert.equal(line(answer, 'Content-Type'), 'text/plain; charset=utf-8');
  assert.equal(line(answer, 'Last-Modified'), 'Sun, 05 May 2024 06:07:08 GMT');
  assert.match(line(answer, 'ETag')!, /^"[0-9a-f]+-5"$/);
  assert.equal(line(answer, 'Accept-Ranges'), 'bytes');
  assert.equal(line(answer, 'X-Content-Type-Options'), 'nosniff');
  assert.equal(line(answer, 'Cache-Control'), undefined);
  assert.doesNotMatch(answer.lines, /Content-Length|Connection|Date:/i);
  assert.match(answer.lines, /^(?:[^\r\n]+\r\n)+$/);
});

test('types', async () => {
  const root = createStaticRoot(route());
  for (const [name, type] of [['empty.css', 'text/css; charset=utf-8'], ['app.js', 'text/javascript; charset=utf-8'], ['', 'text/html; charset=utf-8'],
    ['noextension', 'application/octet-stream'], ['big.bin', 'application/octet-stream']] as const) {
    const answer = await get(root, name);
    assert.equal(line(answer, 'Content-Type'), type, name);
    if (answer.open !== undefined) closeFile(answer.open);
  }
});

test('an empty file is an answer of length 0', async () => {
  const answer = await get(createStaticRoot(route()), 'empty.css');
  assert.deepEqual([answer.status, answer.body, answer.content!.length], [200, { framing: 'length', length: 0 }, 0]);
});

test('HEAD announces the length and opens nothing', async () => {
  const root = createStaticRoot(route());
  for (const [name, size] of [['a.txt', '5'], ['big.bin', '300000'], ['a.txt', '5']] as const) {
    const answer = await get(root, name, { method: 'HEAD' });
    assert.equal(line(answer, 'Content-Length'), size);
    assert.deepEqual([answer.status, answer.body.framing, answer.content, answer.open], [200, 'none', undefined, undefined]);
  }
});

test('a large file is opened to be streamed, whole or in part', async () => {
  const root = createStaticRoot(route());
  const whole = await get(root, 'big.bin');
  assert.deepEqual(whole.body, { framing: 'length', length: 300_000 });
  assert.deepEqual(await collect(whole), Buffer.alloc(300_000, 'abcdefghij'));
  const part = await get(root, 'big.bin', { head: 'Range: bytes=100001-200000\r\n' });
  assert.equal(part.status, 206);
  assert.equal(line(part, 'Content-Range'), 'bytes 100001-200000/300000');
  assert.deepEqual(part.body, { framing: 'length', length: 100_000 });
  const bytes = await collect(part);
  assert.equal(bytes.length, 100_000);
  assert.equal(bytes.subarray(0, 10).toString(), 'bcdefghija');
});

test('ranges and conditions of a small file, read first and from memory alike', async () => {
  const root = createStaticRoot(route({ cacheControl: 'max-age=60' }));
  const tag = line(await get(root, 'a.txt'), 'ETag')!;
  for (const fresh of [root, createStaticRoot(route({ cacheControl: 'max-age=60' }))]) {
    const part = await get(fresh, 'a.txt', { head: 'Range: bytes=1-2\r\n' });
    assert.deepEqual([part.status, text(part), line(part, 'Content-Range'), part.body.length], [206, 'el', 'bytes 1-2/5', 2]);
    const beyond = await get(fresh, 'a.txt', { head: 'Range: bytes=5-\r\n' });
    assert.deepEqual([beyond.status, line(beyond, 'Content-Range'), beyond.body], [416, 'bytes */5', { framing: 'length', length: 0 }]);
    const same = await get(fresh, 'a.txt', { head: `If-None-Match: ${tag}\r\n` });
    assert.deepEqual([same.status, same.body.framing, line(same, 'ETag'), line(same, 'Cache-Control')], [304, 'none', tag, 'max-age=60']);
    assert.doesNotMatch(same.lines, /Content-/);
    const other = await get(fresh, 'a.txt', { head: 'If-Match: "other"\r\n' });
    assert.equal(other.status, 412);
  }
});

test('a folder is its index; without the slash it is redirected, without an index it is nothing', async () => {
  const root = createStaticRoot(route());
  assert.equal(text(await get(root, '')), '<h1>home');
  assert.equal(text(await get(root, 'docs/')), '<h1>docs');
  const redirect = await get(root, 'docs');
  assert.deepEqual([redirect.status, line(redirect, 'Location'), redirect.body], [307, '/media/docs/?q=1', { framing: 'length', length: 0 }]);
  assert.equal(await ask(root, 'bare'), undefined);
  assert.equal(await ask(root, 'bare/'), undefined);
  assert.equal(await ask(root, 'a.txt/'), undefined, 'a file is no folder');
});

test('the redirect to a folder cannot be bent to another host', async () => {
  const root = createStaticRoot(route());
  for (const dirRedirect of ['//other.example/%2e%2e/media/docs/', '/\\other.example/..%2fmedia/docs/', '///other.example/docs/']) {
    const answer = await root.find({ method: 'GET', rest: 'docs', fields: fieldsOf(''), dirRedirect });
    assert.match(line(answer!, 'Location')!, /^\/other\.example\//);
  }
  const answer = await root.find({ method: 'GET', rest: 'docs', fields: fieldsOf(''), dirRedirect: '/media/\xe9\r\nX: 1/docs/' });
  assert.equal(line(answer!, 'Location'), '/media/%E9%0D%0AX:%201/docs/');
});

test('what is not there, or has no business being asked for, is missing', async () => {
  const root = createStaticRoot(route());
  for (const rest of ['nope', 'a.txt/x', 'a.txt\0', '.env', '.git/config', '../outside/secret.txt', '..\\outside', '../public-neighbour/secret.txt', 'x'.repeat(5000), '\xff', 'docs/.well-known/security.txt']) {
    assert.equal(await ask(root, rest), undefined, JSON.stringify(rest));
  }
});

test('.well-known is the one dot folder that is served', async () => {
  assert.equal(text(await get(createStaticRoot(route()), '.well-known/security.txt')), 'Contact: x');
});

test('names beyond ASCII are found by their UTF-8 bytes', async () => {
  const rest = Buffer.from('grüße.txt').toString('latin1');
  assert.equal(text(await get(createStaticRoot(route()), rest)), 'grüße');
});

test('links within the folder are followed, links that lead outside are missing, loops too', async () => {
  symlinkSync('a.txt', join(dir, 'link-in.txt'));
  symlinkSync('../public/docs', join(dir, 'link-out-and-in'));
  symlinkSync('.git', join(dir, 'meant')); // whoever made the link meant it; a volume of a container orchestrator is built so
  symlinkSync('../outside/secret.txt', join(dir, 'link-out.txt'));
  symlinkSync('../outside', join(dir, 'folder-out'));
  symlinkSync('../outside/folder', join(dir, 'folder-out-with-index'));
  symlinkSync('../public-neighbour', join(dir, 'neighbour'));
  symlinkSync('loop', join(dir, 'loop'));
  symlinkSync('/etc/passwd', join(dir, 'passwd'));
  const root = createStaticRoot(route());
  assert.equal(text(await get(root, 'link-in.txt')), 'hello');
  assert.equal(text(await get(root, 'link-out-and-in/')), '<h1>docs');
  assert.equal(text(await get(root, 'meant/config')), 'SECRET');
  for (const rest of ['link-out.txt', 'folder-out/secret.txt', 'folder-out', 'folder-out/folder/', 'folder-out-with-index', 'neighbour/secret.txt', 'loop', 'passwd']) {
    assert.equal(await ask(root, rest), undefined, rest);
    assert.equal(await ask(root, rest), undefined, `${rest}, asked again`);
  }
});

test('a file that is replaced by a link that leads outside is not served from memory', async () => {
  put('public/turncoat.txt', 'good');
  const root = createStaticRoot(route());
  assert.equal(text(await get(root, 'turncoat.txt')), 'good');
  rmSync(join(dir, 'turncoat.txt'));
  symlinkSync('../outside/secret.txt', join(dir, 'turncoat.txt'));
  assert.equal(await ask(root, 'turncoat.txt'), undefined);
});

test('FIFOs, sockets and devices are missing, and nobody waits for them', async () => {
  execFileSync('mkfifo', [join(dir, 'fifo.txt')]);
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(join(dir, 'socket.txt'), resolve); });
  try {
    const root = createStaticRoot(route());
    assert.equal(await ask(root, 'fifo.txt'), undefined);
    assert.equal(await ask(root, 'socket.txt'), undefined);
  } finally {
    await new Promise((resolve) => { server.close(resolve); });
    rmSync(join(dir, 'fifo.txt'));
  }
});

test('a file that may not be read is 403, and blames the operator', { skip: process.platform === 'win32' && 'Windows has no modes' }, async () => {
  put('public/locked.txt', 'x');
  chmodSync(join(dir, 'locked.txt'), 0o000);
  const root = createStaticRoot(route());
  const superuser = process.geteuid!() === 0;
  if (superuser) process.seteuid!(65_534); // root may read everything
  try {
    const answer = await get(root, 'locked.txt');
    assert.deepEqual([answer.status, answer.fault?.code, answer.fault?.blame], [403, 'file-unreadable', 'operator']);
    assert.match(answer.fault!.detail, /EACCES/);
  } finally {
    if (superuser) process.seteuid!(0);
  }
});

test('other methods are 405 with Allow; where the app has what is missing, they are its own', async () => {
  const alone = createStaticRoot(route());
  for (const method of ['POST', 'OPTIONS', 'DELETE', 'get']) {
    for (const rest of ['a.txt', 'nope']) {
      const answer = await get(alone, rest, { method });
      assert.deepEqual([answer.status, answer.fault?.code, line(answer, 'Allow')], [405, 'method-not-allowed', 'GET, HEAD'], method + rest);
    }
  }
  const shared = createStaticRoot(route({ missing: 'app' }));
  assert.equal(await ask(shared, 'login', { method: 'POST' }), undefined);
  assert.equal(await ask(shared, 'docs', { method: 'POST' }), undefined, 'a folder without its slash is no file');
  assert.equal(await ask(shared, '../x', { method: 'POST' }), undefined);
  assert.equal((await get(shared, 'a.txt', { method: 'POST' })).status, 405);
});

test('a change is seen at once: content, length, removal, return', async () => {
  put('public/live.txt', 'one');
  const root = createStaticRoot(route());
  assert.equal(text(await get(root, 'live.txt')), 'one');
  assert.equal(text(await get(root, 'live.txt')), 'one');
  put('public/live.txt', 'two'); // same length, and the very same time: only the inode's change time tells
  assert.equal(text(await get(root, 'live.txt')), 'two');
  put('public/next.txt', 'three');
  renameSync(join(dir, 'next.txt'), join(dir, 'live.txt'));
  assert.equal(text(await get(root, 'live.txt')), 'three');
  rmSync(join(dir, 'live.txt'));
  assert.equal(await ask(root, 'live.txt'), undefined);
  put('public/live.txt', 'four');
  assert.equal(text(await get(root, 'live.txt')), 'four');
});

test('a file written this very moment has a weak tag and is read anew each time', async () => {
  const root = createStaticRoot(route());
  for (let i = 0; i < 30; i++) {
    writeFileSync(join(dir, 'busy.txt'), `turn ${String(i).padStart(3, '0')}`);
    const answer = await get(root, 'busy.txt');
    assert.equal(text(answer), `turn ${String(i).padStart(3, '0')}`);
    assert.match(line(answer, 'ETag')!, /^W\//);
  }
});

test('findNow answers from memory what was asked before, and nothing else', async () => {
  const root = createStaticRoot(route());
  const request = { method: 'GET', rest: 'a.txt', fields: fieldsOf(''), dirRedirect: '' };
  assert.equal(root.findNow(request), undefined);
  await root.find(request);
  assert.equal(text(root.findNow(request)!), 'hello');
  assert.equal(root.findNow({ ...request, method: 'POST' }), undefined);
});

test('the fallback answers for pages, not for files, data or other methods', async () => {
  const root = createStaticRoot(route({ path: '/', fallback: 'index.html', cacheControl: 'max-age=31536000, immutable' }));
  const page = { head: 'Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n' };
  for (const rest of ['users/7', 'users/john.doe', 'css', 'html', 'docs/x/y', 'bare', 'a/']) {
    const answer = await get(root, rest, page);
    assert.equal(text(answer), '<h1>home', rest);
    assert.equal(line(answer, 'Cache-Control'), 'no-cache', 'the page that names the files is asked for anew');
    assert.equal(line(answer, 'Vary'), 'Accept');
  }
  assert.equal((await get(root, 'users/7', { ...page, method: 'HEAD' })).status, 200);
  assert.equal(line(await get(root, 'app.js', page), 'Cache-Control'), 'max-age=31536000, immutable');
  for (const rest of ['index.html', '']) {
    const answer = await get(root, rest, page);
    assert.deepEqual([line(answer, 'Cache-Control'), line(answer, 'Vary')], ['no-cache', undefined], 'it is the same page under its own name');
  }
  assert.equal(line(await get(root, 'docs/', page), 'Cache-Control'), 'max-age=31536000, immutable');
  for (const [rest, options] of [['chunk-abc.js', page], ['pic.png', page], ['api/x', { head: 'Accept: application/json\r\n' }], ['chunk-abc.js', { head: 'Accept: */*\r\n' }], ['.env', page]] as const) {
    assert.equal(await ask(root, rest, options), undefined, rest);
  }
  for (const head of ['', 'Accept: */*\r\n']) assert.equal(text(await get(root, 'users/7', { head })), '<h1>home', 'whoever takes anything gets the page');
  assert.equal((await get(root, 'users/7', { ...page, method: 'POST' })).status, 405);
  for (const rest of ['\0', '\x00', '\xc4\x80']) { // nor is its place in memory a path
    assert.equal(root.findNow({ method: 'GET', rest, fields: fieldsOf(page.head), dirRedirect: '' }), undefined);
  }
});

test('a folder that is itself a link follows a deployment', async () => {
  put('releases/1/v.txt', 'release 1');
  put('releases/2/v.txt', 'release 2');
  put('releases/2/only2.txt', 'new');
  symlinkSync('releases/1', join(base, 'current'));
  const root = createStaticRoot(route({ dir: join(base, 'current') }));
  assert.equal(text(await get(root, 'v.txt')), 'release 1');
  symlinkSync('releases/2', join(base, 'current.new'));
  renameSync(join(base, 'current.new'), join(base, 'current'));
  assert.equal(text(await get(root, 'v.txt')), 'release 2');
  assert.equal(text(await get(root, 'only2.txt')), 'new');
  assert.equal(await ask(root, '../1/v.txt'), undefined);
});

test('a folder that goes away is missing, not a crash', async () => {
  put('fleeting/v.txt', 'x');
  const root = createStaticRoot(route({ dir: join(base, 'fleeting') }));
  await get(root, 'v.txt');
  rmSync(join(base, 'fleeting'), { recursive: true });
  assert.equal(await ask(root, 'v.txt'), undefined);
});

test('what cannot be served is said at construction', () => {
  assert.throws(() => createStaticRoot(route({ dir: join(base, 'nowhere') })), /The folder for \/media\/ cannot be served: ENOENT.*nowhere/);
  assert.throws(() => createStaticRoot(route({ cacheControl: 'max-age=1\r\nSet-Cookie: a=b' })), /Cache-Control of \/media\//);
  assert.throws(() => createStaticRoot(route({ fallback: '../outside/secret.txt' })), /fallback of \/media\//);
});
