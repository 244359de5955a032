/** Compression as a real client sees it: curl, which reads gzip and Brotli itself. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib';
import { authority, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startRawApp } from '../helpers/raw-app.ts';
import { program, requires } from '../helpers/real.ts';
import { scope, tempDir } from '../helpers/scope.ts';

const run = promisify(execFile);

describe('compression', requires('curl'), () => {
  const here = scope();
  const text = Array.from({ length: 20_000 }, (_, i) => `line ${i} of a long answer\n`).join('');
  let front: Front;
  let dir: string;
  /** The head of the answer, and its content as curl understood it. */
  const curl = async (path: string, ...more: string[]): Promise<{ head: string; content: string }> => {
    const { stdout } = await run(program('curl'), ['-sS', '-D', '-', '--http1.1', '--cacert', join(dir, 'ca.pem'), ...more, front.https + path], { maxBuffer: 1 << 24 });
    const cut = stdout.indexOf('\r\n\r\n');
    return { head: stdout.slice(0, cut), content: stdout.slice(cut + 4) };
  };
  before(async () => {
    dir = tempDir(here);
    writeFileSync(join(dir, 'page.txt'), text);
    writeFileSync(join(dir, 'app.js'), 'as it is');
    for (const [suffix, make] of [['br', brotliCompressSync], ['gz', gzipSync]] as const) writeFileSync(join(dir, `app.js.${suffix}`), make(`in ${suffix}`));
    const app = await startRawApp(here, async (connection) => {
      for (let request = await connection.request(); request !== undefined; request = await connection.request()) {
        const type = 'Content-Type: text/plain\r\n';
        if (request.target === '/cut') {
          connection.end(`HTTP/1.1 200 OK\r\n${type}Content-Length: ${text.length}\r\n\r\n${text.slice(0, 100_000)}`);
          return;
        }
        connection.write(`HTTP/1.1 200 OK\r\n${type}Content-Length: ${text.length}\r\nETag: "1"\r\n\r\n${text}`);
      }
    });
    front = await startFront(here, [app.address, '--compress', '--static', `/files/=${dir}`, '--static-precompressed']);
    writeFileSync(join(dir, 'ca.pem'), authority());
  });

  for (const path of ['/', '/files/page.txt']) {
    test(`${path}: curl --compressed gets what it would get without, in fewer bytes`, async () => {
      const plain = await curl(path);
      assert.match(plain.head, /^vary: Accept-Encoding$/im);
      assert.doesNotMatch(plain.head, /^content-encoding/im);
      const { head, content } = await curl(path, '--compressed');
      assert.match(head, /^content-encoding: (?:br|gzip)\r$/im);
      assert.match(head, /^etag: W\//im);
      assert.equal(content, plain.content);
      assert.equal(content, text);
      const raw = await front.get(path, { headers: { 'Accept-Encoding': 'br' } });
      assert.equal(brotliDecompressSync(raw.body).toString(), text);
      assert.ok(raw.body.length * 4 < text.length, `${raw.body.length} of ${text.length}`);
    });
  }

  test('curl keeps its connection over compressed answers', async () => {
    const { stdout } = await run(program('curl'), ['-sS', '--http1.1', '--compressed', '--cacert', join(dir, 'ca.pem'), '-o', '/dev/null', '-o', '/dev/null', '-w', '%{num_connects} ', `${front.https}/`, `${front.https}/files/page.txt`]);
    assert.equal(stdout, '1 0 ');
  });

  test('an answer that the app cut is an error to curl', async () => {
    await assert.rejects(curl('/cut', '--compressed'), ({ code }: { code: number }) => code !== 0);
  });

  test('a part of a file is one of the file as it is', async () => {
    const part = await front.get('/files/page.txt', { headers: { 'Accept-Encoding': 'gzip', 'Range': 'bytes=0-9' } });
    assert.deepEqual([part.status, part.text, part.headers['content-encoding']], [206, text.slice(0, 10), undefined]);
  });

  test('a compressed file beside the one that is asked for is sent in its place, and not compressed once more', async () => {
    const { head, content } = await curl('/files/app.js', '-H', 'Accept-Encoding: gzip', '--compressed');
    assert.deepEqual([content, /^content-encoding: (.*)\r$/im.exec(head)?.[1], /^content-type: (.*)\r$/im.exec(head)?.[1]], ['in gz', 'gzip', 'text/javascript; charset=utf-8']);
    assert.equal(brotliDecompressSync((await front.get('/files/app.js', { headers: { 'Accept-Encoding': 'gzip, br' } })).body).toString(), 'in br');
    assert.equal((await curl('/files/app.js')).content, 'as it is');
  });

  test('a client that has the compressed answer gets 304', async () => {
    const first = await front.get('/files/page.txt', { headers: { 'Accept-Encoding': 'gzip' } });
    const again = await front.get('/files/page.txt', { headers: { 'Accept-Encoding': 'gzip', 'If-None-Match': first.headers.etag ?? '' } });
    assert.deepEqual([again.status, again.headers.etag, again.headers.vary], [304, first.headers.etag, 'Accept-Encoding']);
  });
});
