import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { requires } from '../helpers/real.ts';
import { scope, sleep } from '../helpers/scope.ts';
import type { Talk } from '../helpers/talk.ts';

const BODY = Buffer.from('slow body '.repeat(2000));
const SIZE = 900_000;

describe('two sync workers and fifty slow clients', requires('gunicorn', 'python3-django'), () => {
  const here = scope();
  let front: Front;
  before(async () => {
    const site = await startDjango(here, { workers: 2 });
    front = await startFront(here, [site.address]);
  });

  // A sync worker serves one client at a time. Two clients that send or read a byte a second made such a site
  // unreachable; any number of them must not.
  test('the others are served as if they were alone, and the slow ones get what they asked for', async () => {
    const host = `Host: localhost:${front.httpsPort}\r\n`;
    const crawl = async (talk: Talk, bytes: Buffer, steps: number): Promise<void> => {
      const size = Math.ceil(bytes.length / steps);
      for (let at = 0; at < bytes.length; at += size) { talk.say(bytes.subarray(at, at + size)); await sleep(100); }
    };
    const head = Buffer.from(`GET /truth HTTP/1.1\r\n${host}X-Slow: ${'x'.repeat(400)}\r\nConnection: close\r\n\r\n`);
    const heads = await Promise.all(Array.from({ length: 17 }, () => front.talk()));
    const bodies = await Promise.all(Array.from({ length: 17 }, () => front.talk()));
    const readers = await Promise.all(Array.from({ length: 16 }, () => front.talk('https', { reading: false })));
    for (const talk of bodies) talk.say(`POST /upload HTTP/1.1\r\n${host}Content-Length: ${BODY.length}\r\nConnection: close\r\n\r\n`);
    for (const talk of readers) talk.say(`GET /download/${SIZE} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    const crawling = Promise.all([...heads.map((talk) => crawl(talk, head, 30)), ...bodies.map((talk) => crawl(talk, BODY, 30))]);
    await sleep(500); // the readers' answers are on their way, and stay there

    const times: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      const got = await front.get('/truth');
      assert.equal(got.status, 200);
      times.push(got.ms);
    }
    const together = await Promise.all(Array.from({ length: 10 }, () => front.get('/truth')));
    times.push(...together.map((got) => got.ms));
    assert.ok(Math.max(...times) < 1500, `slowest of the others: ${Math.round(Math.max(...times))} ms`);

    await crawling;
    for (const talk of heads) assert.match(await talk.toTheEnd(), /^HTTP\/1\.1 200 [^]*"secure"/);
    const digest = createHash('sha256').update(BODY).digest('hex');
    for (const talk of bodies) assert.match(await talk.toTheEnd(), new RegExp(`^HTTP/1\\.1 200 [^]*${digest}`));
    for (const talk of readers) talk.listen();
    for (const talk of readers) {
      const text = await talk.toTheEnd(20_000);
      assert.equal(text.length - text.indexOf('\r\n\r\n') - 4, SIZE);
    }
    for (const talk of [...heads, ...bodies, ...readers]) talk.drop();
  });

  test('clients that went away leave their workers free', async () => {
    const got = await front.get('/truth');
    assert.equal(got.status, 200);
    assert.ok(got.ms < 3000, `${got.ms} ms`);
  });
});
