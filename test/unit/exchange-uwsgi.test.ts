import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';

const front = (streamBodies = false): MemoryFront => new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({
  streamBodies, app: upstream({ protocol: 'uwsgi', written: 'uwsgi://127.0.0.1:8000' }),
})] })] }));

/** The variables of a packet and what stands behind them. */
function decode(text: string): { variables: Map<string, string>; body: string } {
  const bytes = Buffer.from(text, 'latin1');
  assert.equal(bytes[0], 0);
  const end = 4 + bytes.readUInt16LE(1);
  const variables = new Map<string, string>();
  for (let at = 4; at < end;) {
    const take = (): string => { const n = bytes.readUInt16LE(at); at += 2 + n; return bytes.toString('latin1', at - n, at); };
    const name = take();
    assert.ok(!variables.has(name), `${name} twice`);
    variables.set(name, take());
  }
  return { variables, body: bytes.toString('latin1', end) };
}

describe('an app behind the uwsgi protocol', () => {
  it('is told the truth in variables that no header can name', () => {
    const it = front();
    const client = it.client();
    client.say('GET /a%20b?c HTTP/1.1\r\nHost: shop.test\r\nHttps: off\r\nX_Forwarded_Ssl: off\r\nRemote-Addr: 6.6.6.6\r\nProxy: http://evil\r\nX-Forwarded-Proto: http\r\nAccept: */*\r\n\r\n');
    const { variables } = decode(it.app().text);
    assert.deepEqual(Object.fromEntries([...variables].filter(([name]) => /HTTPS|SCHEME|REMOTE|PROXY|HOST|FORWARDED_PROTO|PATH_INFO|REQUEST_URI/.test(name))), {
      REQUEST_URI: '/a%20b?c', PATH_INFO: '/a b', REQUEST_SCHEME: 'https', HTTPS: 'on', UWSGI_SCHEME: 'https', REMOTE_ADDR: '192.0.2.7',
      HTTP_HOST: 'shop.test', HTTP_X_FORWARDED_HOST: 'shop.test', HTTP_X_FORWARDED_PROTO: 'https',
    });
  });

  it('gets a body behind its variables, and its connection is used once', () => {
    const it = front();
    const client = it.client();
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n');
    const app = it.app();
    const { variables, body } = decode(app.text);
    assert.equal(variables.get('CONTENT_LENGTH'), '3');
    assert.equal(body, 'abc');
    app.say('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    assert.match(client.text, /ok$/);
    assert.equal(app.gone, 'destroyed');
  });

  it('gets a streamed body as it comes where its length is known, and a whole one where it is not', () => {
    const known = front(true);
    const client = known.client();
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
    assert.equal(client.text, 'HTTP/1.1 100 Continue\r\n\r\n', 'uwsgi has no words for it');
    client.say('ab');
    const app = known.app();
    assert.equal(decode(app.text).body, 'ab');
    client.say('cd');
    assert.equal(decode(app.text).body, 'abcd');
    const unknown = front(true);
    unknown.client().say('POST / HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    assert.equal(unknown.transport.made.length, 0);
  });

  it('cannot be asked for a WebSocket', () => {
    const it = front();
    const client = it.client();
    client.say('GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n');
    it.app().say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    assert.match(client.text, /^HTTP\/1\.1 502 /);
  });

  it('that closes without a word on large variables: the log names buffer-size', () => {
    const it = front();
    const client = it.client();
    client.say(`GET / HTTP/1.1\r\nHost: shop.test\r\nCookie: ${'c'.repeat(5000)}\r\n\r\n`);
    it.app().fin();
    assert.match(client.text, /^HTTP\/1\.1 502 /);
    assert.ok(it.events().some((event) => event['event'] === 'app-closed' && /buffer-size = 65535/.test(String(event['message']))));
  });

  it('is never sent variables over the protocol\'s 64 KiB: 431', () => {
    const it = front();
    const client = it.client();
    client.say(`GET /${'a'.repeat(15_000)} HTTP/1.1\r\nHost: shop.test\r\nCookie: ${'c'.repeat(45_000)}\r\n\r\n`);
    const app = it.app();
    assert.equal(app.text, '');
    assert.match(client.text, /^HTTP\/1\.1 431 /);
  });
});
