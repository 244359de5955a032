/** Compression in the life of an answer: what goes through a coder arrives whole, in time, and no faster than it is read. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { DEFAULT_COMPRESS } from '../../src/config/defaults.ts';
import type { AppRoute } from '../../src/config/settings/settings.ts';
import { canMake } from '../../src/front/coding/coder.ts';
import type { Coding } from '../../src/core/policy/codings.ts';
import { ended, stdout } from '../helpers/cgi-decode.ts';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';
import { phpFront } from '../helpers/php-site.ts';
import { eventually } from '../helpers/scope.ts';

const frontWith = (changes: Partial<AppRoute> = {}): MemoryFront =>
  new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ compress: DEFAULT_COMPRESS, ...changes })] })] }));
const get = (accept: string, line = 'GET / HTTP/1.1'): string => `${line}\r\nHost: shop.test\r\nAccept-Encoding: ${accept}\r\n\r\n`;
const TEXT = 'Content-Type: text/plain\r\nDate: x\r\n';
const ok = (body: string, more = ''): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${TEXT}${more}\r\n${body}`;
const CHUNKED = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${TEXT}\r\n`;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const SOME = 'what is said twice is said shorter. '.repeat(100);

/** Coders work beside the loop: what they do is waited for, for as long as it takes. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => { setTimeout(resolve, 1); });
}

/** The content of a chunked answer, as far as it has come. */
function contentOf(client: MemoryWire): Buffer {
  let rest = client.text.slice(client.text.indexOf('\r\n\r\n') + 4);
  let content = '';
  for (let size = parseInt(rest, 16); size > 0; size = parseInt(rest, 16)) {
    const from = rest.indexOf('\r\n') + 2;
    content += rest.slice(from, from + size);
    rest = rest.slice(from + size + 2);
  }
  return Buffer.from(content, 'latin1');
}
const whole = (client: MemoryWire): boolean => client.text.endsWith('\r\n0\r\n\r\n');

const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Buffer };
const DECODE: Record<Coding, (bytes: Uint8Array) => Buffer> = { br: zlib.brotliDecompressSync, gzip: zlib.gunzipSync, zstd: (bytes) => zstdDecompressSync!(bytes) };
const codings = (['br', 'gzip', 'zstd'] as const).filter(canMake);

/** What has come can be read, though the end has not. */
function soFar(coding: Coding, client: MemoryWire): string {
  const bytes = contentOf(client);
  if (coding === 'br') return zlib.brotliDecompressSync(bytes, { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH }).toString();
  return zlib.gunzipSync(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString();
}

describe('an answer on its way through a coder', () => {
  for (const coding of codings) {
    it(`${coding}: is what the app said, however it came`, async () => {
      await fc.assert(fc.asyncProperty(fc.array(fc.string({ minLength: 1, maxLength: 3000, unit: 'binary-ascii' }), { minLength: 1, maxLength: 6 }), fc.array(fc.nat(40), { maxLength: 6 }), fc.boolean(), async (parts, cuts, slow) => {
        const front = frontWith();
        const client = front.client();
        client.slow = slow;
        client.say(get(coding));
        const app = front.app();
        let bytes = CHUNKED + parts.map(chunk).join('') + '0\r\n\r\n';
        for (const cut of cuts) { app.say(bytes.slice(0, cut + 1)); bytes = bytes.slice(cut + 1); }
        app.say(bytes);
        await until(() => { if (slow) client.drain(); return whole(client); });
        assert.match(client.text, new RegExp(`\r\nContent-Encoding: ${coding}\r\n`));
        assert.equal(DECODE[coding](contentOf(client)).toString('latin1'), parts.join(''));
      }), { numRuns: 25 });
    });
  }

  it('leaves in chunks instead of a length, shorter, with its head changed once', async () => {
    const front = frontWith();
    const client = front.client();
    client.say(get('gzip'));
    front.app().say(ok(SOME, 'ETag: "1"\r\nAccept-Ranges: bytes\r\n'));
    await until(() => whole(client));
    const [head = ''] = client.text.split('\r\n\r\n', 1);
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(head, /\r\nETag: W\/"1"\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\nX-Request-Id: \S+\r\nTransfer-Encoding: chunked$/m);
    assert.doesNotMatch(head, /Content-Length|Accept-Ranges/);
    assert.ok(contentOf(client).length < 200, `${contentOf(client).length}`);
    assert.equal(zlib.gunzipSync(contentOf(client)).toString(), SOME);
  });

  it('is followed by the next request\'s on the same connection', async () => {
    const front = frontWith();
    const client = front.client();
    client.say(get('br') + get('identity'));
    front.app().say(ok(SOME));
    await until(() => front.transport.made[0]!.wire.writes.length === 2);
    assert.ok(whole(client));
    front.transport.made[0]!.wire.say(ok(SOME));
    assert.ok(client.text.endsWith(SOME));
  });

  it('has its trailers', async () => {
    const front = frontWith();
    const client = front.client();
    client.say(get('br'));
    front.app().say(`${CHUNKED}${chunk(SOME)}0\r\nX-Sum: 1\r\n\r\n`);
    await until(() => client.text.endsWith('\r\n0\r\nX-Sum: 1\r\n\r\n'));
  });

  for (const coding of ['br', 'gzip'] as const) {
    it(`${coding}: can be read up to where the app paused`, async () => {
      const front = frontWith();
      const client = front.client();
      client.say(get(coding));
      const app = front.app();
      app.say(CHUNKED + chunk('first'));
      await until(() => contentOf(client).length > 0 && soFar(coding, client) === 'first');
      app.say(chunk(' second'));
      await until(() => soFar(coding, client) === 'first second');
      app.say('0\r\n\r\n');
      await until(() => whole(client));
      assert.equal(DECODE[coding](contentOf(client)).toString(), 'first second');
    });
  }

  const uwsgi = (): MemoryFront => frontWith({ app: upstream({ protocol: 'uwsgi' }) });
  const php = (): MemoryFront => phpFront({ compress: DEFAULT_COMPRESS });
  for (const [what, make, bytes, hows] of [
    ['in chunks', frontWith, CHUNKED + chunk(SOME), ['fin', 'break']],
    ['with a length', frontWith, `HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n${TEXT}\r\n${SOME}`, ['fin', 'break']],
    ['that its connection ends', frontWith, `HTTP/1.1 200 OK\r\n${TEXT}\r\n${SOME}`, ['break']],
    ['of uWSGI', uwsgi, `HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n${TEXT}\r\n${SOME}`, ['fin', 'break']],
    ['of PHP', php, stdout(`${TEXT}\r\n${SOME}`), ['fin', 'break']],
    ['of PHP with a length', php, Buffer.concat([stdout(`Content-Length: 100000\r\n${TEXT}\r\n${SOME}`), ended()]), []],
  ] as const) {
    for (const how of hows.length === 0 ? ['ended'] as const : hows) {
      it(`${what} that the app cut (${how}) is cut, and never ends as if it were whole`, async () => {
        const front = make();
        const client = front.client();
        client.say(get('gzip'));
        const app = front.app();
        app.say(bytes);
        if (how !== 'ended') {
          await until(() => contentOf(client).length > 0);
          app[how]();
        }
        assert.equal(client.ended, true);
        assert.match(client.text, /\r\nContent-Encoding: gzip\r\n/i);
        await new Promise((resolve) => { setTimeout(resolve, 20); }); // what a coder that was let go still makes reaches nobody
        assert.ok(!whole(client));
        assert.throws(() => zlib.gunzipSync(contentOf(client)));
        assert.ok(front.events().some(({ event }) => event === 'app-cut-answer'));
      });
    }
  }

  it('that nobody reads holds the app, and goes on when it is read', async () => {
    const front = frontWith({ readAhead: 64 * 1024 });
    const client = front.client();
    client.slow = true;
    client.say(get('gzip'));
    const app = front.app();
    app.say(CHUNKED);
    let sent = '';
    // Noise, of which nothing gets shorter: what was made by a formula came out fifty times shorter, and how much was taken
    // until the app was held was up to the moment.
    while (!app.paused) {
      const piece = randomBytes(16_000).toString('latin1');
      app.say(chunk(piece));
      sent += piece;
      await new Promise((resolve) => { setImmediate(resolve); });
      assert.ok(sent.length < 8 * 1024 * 1024, 'the app was never held');
    }
    assert.ok(sent.length < 1024 * 1024, `${sent.length} bytes were taken for a client that reads none`);
    await until(() => { client.drain(); return !app.paused; });
    app.say('0\r\n\r\n');
    await until(() => { client.drain(); return whole(client); });
    assert.equal(zlib.gunzipSync(contentOf(client)).toString('latin1'), sent);
  });

  it('that comes faster than it is compressed holds the app, and goes on by itself', async () => {
    const front = frontWith({ readAhead: 64 * 1024 });
    const client = front.client();
    client.say(get('gzip'));
    const app = front.app();
    app.say(CHUNKED);
    const piece = randomBytes(16_000).toString('latin1');
    let pieces = 0;
    for (; !app.paused; pieces++) {
      assert.ok(pieces < 100, 'the app was never held');
      app.say(chunk(piece)); // in one turn of the loop: nothing is compressed in between
    }
    await eventually('the app to be read again', () => !app.paused, 20_000);
    app.say('0\r\n\r\n');
    await eventually('the end', () => whole(client), 20_000);
    assert.equal(zlib.gunzipSync(contentOf(client)).length, pieces * piece.length);
  });

  it('whose client leaves lets the app go, and its coder', async () => {
    const front = frontWith();
    for (let i = 0; i < 300; i++) { // more than may run at a time: each has to be given back
      const client = front.client();
      client.say(get('gzip'));
      const app = front.app();
      app.say(CHUNKED + chunk('x'));
      client.break();
      assert.equal(app.gone, 'destroyed');
    }
    const client = front.client();
    client.say(get('gzip'));
    front.app().say(ok(SOME));
    await until(() => whole(client));
  });

  it('goes out as it is while 256 others are compressed, and says that it varies', async () => {
    const front = frontWith();
    const clients = Array.from({ length: 256 }, () => {
      const client = front.client();
      client.say(get('gzip'));
      front.app().say(CHUNKED);
      return client;
    });
    const client = front.client();
    client.say(get('gzip'));
    front.app().say(ok(SOME));
    assert.match(client.text, /\r\nVary: Accept-Encoding\r\nX-Request-Id: \S+\r\nContent-Length: 3600\r\n\r\nwhat is said twice/);
    for (const one of clients) one.break();
  });

  it('of HEAD has the head of GET, and no content', () => {
    const front = frontWith();
    const client = front.client();
    client.say(get('gzip', 'HEAD / HTTP/1.1'));
    front.app().say(`HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n${TEXT}\r\n`);
    assert.match(client.text, /\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\nX-Request-Id: \S+\r\n\r\n$/);
    client.say(get('identity'));
    assert.match(front.app().text, /^GET \/ /, 'the connection goes on');
  });

  it('of HTTP/1.0 goes out as it is, with its length', () => {
    const front = frontWith();
    const client = front.client();
    client.say(get('gzip', 'GET / HTTP/1.0'));
    front.app().say(ok(SOME));
    assert.match(client.text, /\r\nContent-Length: 3600\r\n/);
  });

  it('is asked for with the client\'s own words: If-None-Match and Accept-Encoding reach the app', () => {
    const front = frontWith();
    const client = front.client();
    client.say('GET / HTTP/1.1\r\nHost: shop.test\r\nAccept-Encoding: gzip\r\nIf-None-Match: W/"1"\r\n\r\n');
    const app = front.app();
    assert.match(app.text, /\r\nAccept-Encoding: gzip\r\nIf-None-Match: W\/"1"\r\n/);
    app.say('HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nDate: x\r\n\r\n');
    assert.match(client.text, /^HTTP\/1\.1 304 Not Modified\r\nDate: x\r\nETag: W\/"1"\r\nVary: Accept-Encoding\r\nX-Request-Id: \S+\r\n\r\n$/);
  });

  it('that the app compressed itself passes as it is', () => {
    const front = frontWith();
    const client = front.client();
    client.say(get('gzip'));
    front.app().say(ok(SOME, 'Content-Encoding: gzip\r\n'));
    assert.match(client.text, /\r\nContent-Encoding: gzip\r\nX-Request-Id: \S+\r\nContent-Length: 3600\r\n\r\n/);
    assert.ok(client.text.endsWith(`\r\n\r\n${SOME}`));
  });
});

it('nothing is compressed, and nothing said of it, where it was not asked for', () => {
  const front = new MemoryFront();
  const client = front.client();
  client.say(get('gzip'));
  front.app().say(ok(SOME));
  assert.doesNotMatch(client.text, /Vary|Content-Encoding/);
});
