/** An app that dies, and a client that leaves, at every moment of an exchange: what the other one sees, and that the front serves on. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ended, stdout } from '../helpers/cgi-decode.ts';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';
import { answer, get as getPhp, phpFront } from '../helpers/php-site.ts';

const frontOf = (protocol: 'http' | 'uwsgi', streamBodies = false): MemoryFront => new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({
  streamBodies, app: upstream({ protocol, written: `${protocol}://127.0.0.1:8000` }),
})] })] }));

const get = (minor = 1): string => `GET / HTTP/1.${minor}\r\nHost: shop.test\r\n\r\n`;

/** What a client makes of what it got: a whole answer's status, or `cut`. Nothing of the front's own reader is used. */
function seen(client: MemoryWire): number | 'cut' {
  const end = client.text.indexOf('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(client.text)?.[1]);
  if (end < 0 || Number.isNaN(status)) return 'cut';
  const head = client.text.slice(0, end + 2);
  const body = client.text.slice(end + 4);
  const length = /^content-length: *(\d+)\r$/im.exec(head)?.[1];
  const over = client.ended || client.gone !== undefined;
  const whole = length !== undefined ? body.length === Number(length) : /^transfer-encoding: *chunked\r$/im.test(head) ? /(?:^|\r\n)0\r\n\r\n$/.test(body) : client.ended && client.gone !== 'reset';
  if (!whole) assert.ok(over, 'a client that was told nothing waits for the rest for ever');
  return whole ? status : 'cut';
}

type Moment = readonly [when: string, bytes: string | Buffer, sees: { readonly fin: number | 'cut'; readonly break: number | 'cut' }];
const CUT = { fin: 'cut', break: 'cut' } as const;
const NONE = { fin: 502, break: 502 } as const;
/** Where only the connection's end ends an answer, an orderly end is all that there is to see: RFC 9112 §8. */
const BLIND = { fin: 200, break: 'cut' } as const;
const OK = 'HTTP/1.1 200 OK\r\n';

const HTTP: readonly Moment[] = [
  ['before a byte of its answer', '', NONE],
  ['in the status line', 'HTTP/1.1 20', NONE],
  ['in a field line', `${OK}Content-Le`, NONE],
  ['after an interim answer', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', NONE],
  ['behind the head', `${OK}Content-Length: 10\r\n\r\n`, CUT],
  ['in a body with a length', `${OK}Content-Length: 10\r\n\r\nhalf`, CUT],
  ['one byte before the end', `${OK}Content-Length: 5\r\n\r\nhalf`, CUT],
  ['before the first chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n`, CUT],
  ['in a chunk\'s size', `${OK}Transfer-Encoding: chunked\r\n\r\n1`, CUT],
  ['in a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n10\r\nhalf`, CUT],
  ['behind a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`, CUT],
  ['in the last chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n`, CUT],
  ['in a trailer', `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX-Sum: 1`, CUT],
  ['in a body that the end of the connection ends', `${OK}Connection: close\r\n\r\nhalf`, BLIND],
];
const UWSGI: readonly Moment[] = HTTP.filter(([, bytes]) => !bytes.includes('chunked') && !bytes.includes('103'));
const PHP: readonly Moment[] = [
  ['before a byte of its answer', '', NONE],
  ['in a record', stdout('Content-Type: a/b\r\n\r\nx').subarray(0, 5), NONE],
  ['in its head', stdout('Content-Type: a/'), NONE],
  ['in its content, with a length', stdout('Content-Length: 10\r\n\r\nhalf'), CUT],
  ['in its content, without one', stdout('Content-Type: a/b\r\n\r\nhalf'), CUT],
  ['in the record that ends it', Buffer.concat([stdout('Content-Type: a/b\r\n\r\nhalf'), ended().subarray(0, 9)]), CUT],
];

for (const [name, moments, make, whole, ask] of [
  ['HTTP', HTTP, () => frontOf('http'), `${OK}Content-Length: 2\r\n\r\nok`, get],
  ['uwsgi', UWSGI, () => frontOf('uwsgi'), `${OK}Content-Length: 2\r\n\r\nok`, get],
  ['FastCGI', PHP, phpFront, answer('ok', 'Content-Length: 2\r\n'), (minor = 1) => getPhp('/').replace('HTTP/1.1', `HTTP/1.${minor}`)],
] as const) {
  describe(`an app behind ${name} that is killed`, () => {
    for (const [when, bytes, sees] of moments) {
      for (const how of ['fin', 'break'] as const) {
        it(`${when}${how === 'break' ? ', with a reset' : ''}: ${sees[how] === 'cut' ? 'its client sees the cut' : `its client sees ${sees[how]}`}, and the next is served`, () => {
          const front = make();
          for (const minor of [1, 0]) {
            const client = front.client();
            client.say(ask(minor));
            // A request that may be sent twice is sent to a new connection where the kept one closed without a byte: that one dies, too.
            for (let tries = 0; tries < 2 && client.text === '' && !client.ended; tries++) {
              const app = front.app();
              if (bytes.length > 0) app.say(bytes);
              app[how]();
            }
            const interim = /^HTTP\/1\.1 103 [^]*?\r\n\r\n/.exec(client.text)?.[0] ?? '';
            client.writes.splice(0, client.writes.length, client.text.slice(interim.length));
            assert.equal(seen(client), sees[how], `HTTP/1.${minor}: ${JSON.stringify(client.text.slice(-120))}`);
            assert.equal(front.transport.made.at(-1)?.wire.gone !== undefined, true, 'nothing is kept of the app\'s connection');
            const next = front.client();
            next.say(ask());
            front.app().say(whole);
            assert.equal(seen(next), 200);
            assert.match(next.text, /ok$/);
          }
        });
      }
    }
  });
}

describe('a client that leaves', () => {
  const post = (more: string): string => `POST / HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n\r\n`;
  const moments: readonly (readonly [when: string, play: (front: MemoryFront, client: MemoryWire) => MemoryWire | undefined, streamed?: true])[] = [
    ['in the head of its request', (_, client) => { client.say('GET / HTTP/1.1\r\nHo'); return undefined; }],
    ['in a body that is collected', (_, client) => { client.say(`${post('Content-Length: 10')}half`); return undefined; }],
    ['in a chunk that is collected', (_, client) => { client.say(`${post('Transfer-Encoding: chunked')}8\r\nhalf`); return undefined; }],
    ['in a body that is streamed', (front, client) => { client.say(`${post('Content-Length: 10')}half`); return front.app(); }, true],
    ['in a chunk that is streamed', (front, client) => { client.say(`${post('Transfer-Encoding: chunked')}8\r\nhalf`); return front.app(); }, true],
    ['while its app is being connected', (front, client) => { client.say(get()); return front.transport.made.at(-1)!.wire; }],
    ['while its app works', (front, client) => { client.say(get()); return front.app(); }],
    ...HTTP.slice(1).map(([when, bytes]) => [`when its app is ${when}`, (front: MemoryFront, client: MemoryWire) => {
      client.say(get());
      const app = front.app();
      app.say(bytes);
      return app;
    }] as const),
  ];
  for (const [when, play, streamed] of moments) {
    for (const how of ['fin', 'break'] as const) {
      it(`${when}${how === 'break' ? ', with a reset' : ''}: its app's request is dropped at once, and the next is served`, async () => {
        const front = frontOf('http', streamed);
        const client = front.client();
        const app = play(front, client);
        const sent = app?.text;
        client[how]();
        await new Promise((turn) => { setImmediate(turn); }); // a wire never tells of its end from inside a call
        if (app === undefined) assert.equal(front.transport.made.length, 0, 'the app is not asked');
        else {
          assert.notEqual(app.gone, undefined, 'in the same turn of the loop');
          assert.equal(app.text, sent, 'and what was begun is not ended as if it were whole');
        }
        const next = front.client();
        next.say(get());
        front.app().say(`${OK}Content-Length: 2\r\n\r\nok`);
        assert.equal(seen(next), 200);
      });
    }
  }
});
