/** Compressed files beside those that are asked for (nginx's gzip_static, brotli_static). */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { StaticRoute } from '../../src/config/settings/settings.ts';
import { closeFile, createStaticRoot, type FileAnswer, type StaticRoot } from '../../src/front/static/index.ts';
import { fieldsOf } from '../helpers/fields.ts';
import { scope, tempDir } from '../helpers/scope.ts';

const base = tempDir(scope());
const THEN = Date.UTC(2024, 4, 5, 6, 7, 8);
const put = (path: string, content: string | Buffer, when = THEN): void => {
  mkdirSync(join(base, path, '..'), { recursive: true });
  writeFileSync(join(base, path), content);
  utimesSync(join(base, path), when / 1000, when / 1000);
};
put('public/app.js', 'as it is');
put('public/app.js.br', 'brotli');
put('public/app.js.zst', 'zstd');
put('public/app.js.gz', 'gzip');
put('public/old.css', 'new style');
put('public/old.css.br', 'old style', THEN - 10_000);
put('public/old.css.gz', 'near enough', THEN - 1_000);
put('public/plain.css', 'nothing beside it');
put('public/lone.js.br', 'no file as it is');
put('public/index.html', '<h1>home');
put('public/index.html.gz', 'home in gzip');
put('public/photo.png', 'picture');
put('public/photo.png.gz', 'nobody does that');
put('public/big.js', Buffer.alloc(200_000, 'x'));
put('public/big.js.br', Buffer.alloc(100_000, 'y'));
put('secret.txt', 'SECRET');
put('public/leak.js', 'as it is');
symlinkSync('../secret.txt', join(base, 'public/leak.js.br'));
put('public/folder.js', 'as it is');
mkdirSync(join(base, 'public/folder.js.br'));

const route = (more: Partial<StaticRoute> = {}): StaticRoute =>
  ({ kind: 'static', path: '/', dir: join(base, 'public'), cacheControl: undefined, fallback: undefined, missing: '404', precompressed: ['br', 'zstd', 'gzip'], ...more });

interface Asked { readonly accept?: string; readonly method?: string; readonly head?: string }
const request = (rest: string, { accept = '', method = 'GET', head = '' }: Asked) =>
  ({ method, rest, fields: fieldsOf((accept === '' ? '' : `Accept-Encoding: ${accept}\r\n`) + head), dirRedirect: undefined });

/** Twice: from the disk, and from memory. */
async function get(root: StaticRoot, rest: string, asked: Asked = {}): Promise<FileAnswer> {
  await root.find(request(rest, asked));
  const found = await root.find(request(rest, asked));
  assert.ok(found, `${rest} is there`);
  const now = root.findNow(request(rest, asked));
  if (now !== undefined) assert.deepEqual(now, found, 'both ways give the same');
  return found;
}
const text = ({ content }: FileAnswer): string => Buffer.from(content ?? '').toString();
const line = ({ lines }: FileAnswer, name: string): string | undefined => new RegExp(`^${name}: (.*)\r$`, 'im').exec(lines)?.[1];

test('a client gets what it takes best, with the type of what it asked for', async () => {
  const root = createStaticRoot(route());
  for (const [accept, coding, content] of [['gzip, br, zstd', 'br', 'brotli'], ['zstd, gzip', 'zstd', 'zstd'], ['gzip', 'gzip', 'gzip'], ['br;q=0.1, gzip', 'gzip', 'gzip'], ['', undefined, 'as it is'], ['identity', undefined, 'as it is']] as const) {
    const answer = await get(root, 'app.js', { accept });
    assert.deepEqual([text(answer), line(answer, 'Content-Encoding'), line(answer, 'Content-Type'), line(answer, 'Vary')], [content, coding, 'text/javascript; charset=utf-8', 'Accept-Encoding'], accept);
    assert.ok(root.findNow(request('app.js', { accept })), `${accept}: from memory the next time`);
  }
});

test('each coding has a tag of its own, and is validated, cut into ranges and announced by it', async () => {
  const root = createStaticRoot(route());
  const tags = await Promise.all(['br', 'zstd', 'gzip', ''].map(async (accept) => line(await get(root, 'app.js', { accept }), 'ETag')));
  assert.equal(new Set(tags).size, 4, tags.join());
  const head = `If-None-Match: ${tags[0]}\r\n`;
  const fresh = await get(root, 'app.js', { accept: 'br', head });
  assert.deepEqual([fresh.status, line(fresh, 'Vary')], [304, 'Accept-Encoding']);
  assert.equal((await get(root, 'app.js', { head })).status, 200);
  const part = await get(root, 'app.js', { accept: 'br', head: 'Range: bytes=1-2\r\n' });
  assert.deepEqual([part.status, text(part), line(part, 'Content-Range'), line(part, 'Content-Encoding')], [206, 'ro', 'bytes 1-2/6', 'br']);
  const announced = await get(root, 'app.js', { accept: 'gzip', method: 'HEAD' });
  assert.deepEqual([line(announced, 'Content-Length'), line(announced, 'Content-Encoding'), announced.content], ['4', 'gzip', undefined]);
});

test('one that is older than its file is of an earlier build, and not sent; a second is no difference', async () => {
  const root = createStaticRoot(route());
  assert.equal(text(await get(root, 'old.css', { accept: 'br' })), 'new style');
  assert.equal(text(await get(root, 'old.css', { accept: 'br, gzip' })), 'near enough');
});

test('a file that is written anew takes the place of what was compressed before, at once', async () => {
  const root = createStaticRoot(route());
  put('public/changing.js', 'one');
  put('public/changing.js.br', 'one in brotli');
  assert.equal(text(await get(root, 'changing.js', { accept: 'br' })), 'one in brotli');
  put('public/changing.js', 'two', THEN + 60_000);
  assert.equal(root.findNow(request('changing.js', { accept: 'br' })), undefined);
  assert.equal(text(await get(root, 'changing.js', { accept: 'br' })), 'two');
  put('public/changing.js.br', 'two in brotli', THEN + 60_000);
  assert.equal(text(await get(root, 'changing.js', { accept: 'br' })), 'two in brotli');
  rmSync(join(base, 'public/changing.js.br'));
  assert.equal(text(await get(root, 'changing.js', { accept: 'br' })), 'two');
  rmSync(join(base, 'public/changing.js'));
  assert.equal(await root.find(request('changing.js', { accept: 'br' })), undefined, 'without the file as it is there is nothing');
});

test('what lies alone, leads out of the folder or is a folder is passed over; a picture is not looked for', async () => {
  const root = createStaticRoot(route());
  assert.equal(await root.find(request('lone.js', { accept: 'br' })), undefined);
  for (const name of ['leak.js', 'folder.js']) assert.equal(text(await get(root, name, { accept: 'br' })), 'as it is');
  const photo = await get(root, 'photo.png', { accept: 'gzip' });
  assert.deepEqual([text(photo), line(photo, 'Vary')], ['picture', undefined]);
  const plain = await get(root, 'plain.css', { accept: 'br, gzip' });
  assert.deepEqual([text(plain), line(plain, 'Content-Encoding')], ['nothing beside it', undefined]);
});

test('the index of a folder and the page of an app have theirs too', async () => {
  const root = createStaticRoot(route({ fallback: 'index.html' }));
  assert.equal(text(await get(root, '', { accept: 'gzip' })), 'home in gzip');
  const page = await get(root, 'some/page', { accept: 'gzip', head: 'Accept: text/html\r\n' });
  assert.deepEqual([text(page), line(page, 'Vary'), line(page, 'Content-Type')], ['home in gzip', 'Accept, Accept-Encoding', 'text/html; charset=utf-8']);
});

test('a large one is streamed', async () => {
  const root = createStaticRoot(route());
  const answer = (await root.find(request('big.js', { accept: 'br' })))!;
  assert.deepEqual([answer.body.length, line(answer, 'Content-Encoding'), line(answer, 'Last-Modified')], [100_000, 'br', statSync(join(base, 'public/big.js.br')).mtime.toUTCString()]);
  closeFile(answer.open!);
});

test('nothing of it where it was not asked for', async () => {
  const answer = await get(createStaticRoot(route({ precompressed: [] })), 'app.js', { accept: 'br' });
  assert.deepEqual([text(answer), line(answer, 'Vary')], ['as it is', undefined]);
});
