import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_TIMEOUTS } from '../../src/config/defaults.ts';
import { ended, record, stdout } from '../helpers/cgi-decode.ts';
import { MemoryFront, appRoute, settings, siteSettings } from '../helpers/memory-front.ts';
import { FPM, ROOT, answer, get, phpFront, settled } from '../helpers/php-site.ts';

describe('a FastCGI server that answers badly', () => {
  const cases: readonly [name: string, bytes: Buffer, closes: boolean, code: string, says: RegExp][] = [
    ['nonsense', Buffer.from('hello, this is no FastCGI'), false, 'app-bad-answer', /version 104; expected 1/],
    ['HTTP', Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), false, 'app-bad-answer', /Is it a FastCGI server/],
    ['HTTP in a record', stdout('HTTP/1.1 200 OK\r\n\r\n'), false, 'app-bad-answer', /rfc2616_headers/],
    ['half a head', stdout('Content-Type: te'), true, 'app-closed', /127\.0\.0\.1:9000: closed.*before the head/],
    ['half a head and its end', Buffer.concat([stdout('Content-Type: te'), ended()]), false, 'app-bad-answer', /before the head of the answer was complete/],
    ['a head of 100 KiB', Buffer.concat([stdout(`X: ${'x'.repeat(50_000)}`), stdout('x'.repeat(50_000))]), false, 'app-bad-answer', /65536 bytes/],
    ['nothing', Buffer.alloc(0), true, 'app-closed', /before a byte of the answer/],
    ['half a record', record(6, 'Content-Type: a\r\n\r\n').subarray(0, 5), true, 'app-closed', /before the head/],
    ['CANT_MPX_CONN', ended(1), false, 'app-bad-answer', /one request per connection/],
    ['OVERLOADED', ended(2), false, 'app-bad-answer', /overloaded/],
    ['UNKNOWN_ROLE', ended(3), false, 'app-bad-answer', /responder role/],
    ['another request\'s record', record(6, 'x', { id: 2 }), false, 'app-bad-answer', /request 2/],
    ['a line break in a value', stdout('X: a\rSet-Cookie: b=1\r\n\r\n'), false, 'app-bad-answer', /./],
  ];
  for (const [name, bytes, closes, code, says] of cases) {
    it(`${name}: 502, and the log says what it was`, () => {
      const it = phpFront();
      const client = it.client();
      client.say(get('/'));
      const app = it.app();
      if (bytes.length > 0) app.say(bytes);
      if (closes) app.fin();
      assert.match(client.text, /^HTTP\/1\.1 502 /);
      const event = it.events().find((seen) => seen['event'] === code);
      assert.match(String(event?.['message']), says);
      assert.equal(app.gone, 'destroyed');
    });
  }

  it('nothing at all in time: 504', async () => {
    const it = new MemoryFront(settings({ timeouts: { ...DEFAULT_TIMEOUTS, answer: 1 }, sites: [siteSettings({ routes: [appRoute({ app: FPM, root: ROOT })] })] }));
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    assert.match(await settled(client), /^HTTP\/1\.1 504 /);
    assert.equal(app.gone, 'destroyed');
  });

  it('more content than it announced, or an end too early: the client can tell', () => {
    for (const [bytes, expected] of [
      [Buffer.concat([stdout('Content-Length: 5\r\n\r\nhel'), ended()]), /hel$/],
      [Buffer.concat([stdout('Content-Type: a/b\r\n\r\nhel')]), /3\r\nhel\r\n$/],
    ] as const) {
      const it = phpFront();
      const client = it.client();
      client.say(get('/'));
      const app = it.app();
      app.say(bytes);
      app.fin();
      assert.match(client.text, expected);
      assert.equal(client.ended || client.gone !== undefined, true, 'it would wait for the rest for ever');
    }
  });

  it('bytes behind the end spoil the connection and not the answer', () => {
    const it = phpFront();
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    app.say(Buffer.concat([answer('ok', 'Content-Length: 2\r\n'), stdout('more')]));
    assert.match(client.text, /^HTTP\/1\.1 200 [^]*ok$/);
    assert.equal(app.gone, 'destroyed');
  });
});
