import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProxyReader } from '../../src/core/proxy-protocol/reader.ts';
import type { ProxyHeader } from '../../src/core/proxy-protocol/header.ts';
import type { Settings } from '../../src/config/settings/settings.ts';
import type { AppPool } from '../../src/front/upstream/pool.ts';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const later = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 5); });

const start = (sendProxy: 'v1' | 'v2' | undefined, changes: Partial<Settings> = {}): MemoryFront => new MemoryFront(settings({
  sites: [siteSettings({ schemes: [['/', 'either']], routes: [appRoute({ app: upstream(sendProxy && { sendProxy }) })] })], ...changes,
}));

const prelude = (front: MemoryFront, at = -1): string => String(front.transport.made.at(at)?.options.prelude);

/** What a receiver makes of the header. */
const header = (front: MemoryFront, at = -1): ProxyHeader => {
  const bytes = Buffer.from(prelude(front, at), 'latin1');
  const read = new ProxyReader().push(bytes);
  assert.ok(read !== undefined && 'header' in read);
  assert.equal(read.used, bytes.length);
  return read.header;
};

/** One request and its answer, over whichever connection the front takes. */
const ask = (front: MemoryFront, client: MemoryWire, head = get('/')): void => {
  const before = front.transport.made.length;
  const counts = front.transport.made.map(({ wire }) => wire.writes.length);
  client.say(head);
  if (front.transport.made.length > before) front.app().say(OK);
  else front.transport.made.find(({ wire }, i) => wire.writes.length > counts[i]!)!.wire.say(OK);
};

describe('an app that is sent PROXY headers', () => {
  it('hears the client and the door, in version 1', () => {
    const front = start('v1');
    ask(front, front.client({ peer: '192.0.2.7', port: 40001 }));
    assert.equal(prelude(front), 'PROXY TCP4 192.0.2.7 127.0.0.1 40001 8443\r\n');
    ask(front, front.client({ peer: '2001:db8::7', port: 40002, local: { kind: 'ip', address: '2001:db8::1', port: 443 } }));
    assert.equal(prelude(front), 'PROXY TCP6 2001:db8::7 2001:db8::1 40002 443\r\n');
  });

  it('hears of TLS too, in version 2', () => {
    const front = start('v2');
    const source = { address: '192.0.2.7', port: 55555 };
    const destination = { address: '127.0.0.1', port: 8443 };
    ask(front, front.client({ tls: true }));
    assert.deepEqual(header(front), { kind: 'proxied', source, destination, secure: true, tlsVersion: 'TLSv1.3', alpn: 'http/1.1', authority: 'localhost' });
    ask(front, front.client({ tls: false }));
    assert.deepEqual(header(front), { kind: 'proxied', source, destination, secure: false });
  });

  it('hears nothing of a client or a door without an address', () => {
    for (const options of [{ peer: 'unix' }, { local: { kind: 'unix', path: '/run/front.sock' } as const }]) {
      for (const [version, local] of [['v1', 'PROXY UNKNOWN\r\n'], ['v2', '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0']] as const) {
        const front = start(version);
        ask(front, front.client(options));
        assert.equal(prelude(front), local);
      }
    }
  });

  it('hears the truth: what a trusted proxy says, and what a client says not at all', () => {
    const said = 'X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n';
    const trusting = start('v2', { trust: ['192.0.2.7'] });
    ask(trusting, trusting.client({ tls: false }), get('/', said));
    assert.deepEqual(header(trusting), { kind: 'proxied', source: { address: '203.0.113.9', port: 0 }, destination: { address: '127.0.0.1', port: 8443 }, secure: true });
    const other = start('v2');
    ask(other, other.client({ tls: false }), get('/', said));
    assert.deepEqual(header(other), { kind: 'proxied', source: { address: '192.0.2.7', port: 55555 }, destination: { address: '127.0.0.1', port: 8443 }, secure: false });
  });

  it('a client\'s next requests go over the connection that names it, and nobody else\'s ever', () => {
    const front = start('v1');
    const [one, two] = [front.client({ peer: '192.0.2.1' }), front.client({ peer: '192.0.2.2' })];
    for (let round = 0; round < 3; round++) { ask(front, one, get(`/one/${round}`)); ask(front, two, get(`/two/${round}`)); }
    assert.equal(front.transport.made.length, 2);
    const [forOne, forTwo] = front.transport.made.map(({ wire, options }) => ({ text: wire.text, prelude: options.prelude }));
    assert.match(String(forOne!.prelude), / 192\.0\.2\.1 /);
    assert.deepEqual(forOne!.text.match(/GET \S+/g), ['GET /one/0', 'GET /one/1', 'GET /one/2']);
    assert.deepEqual(forTwo!.text.match(/GET \S+/g), ['GET /two/0', 'GET /two/1', 'GET /two/2']);
  });

  it('it ends with the client\'s', async () => {
    const front = start('v1');
    const client = front.client();
    ask(front, client);
    const app = front.transport.made[0]!.wire;
    assert.equal(app.gone, undefined);
    client.break();
    assert.equal(app.gone, 'destroyed');
    await later();
    // The same address and port may come again, and be somebody else behind the same router.
    ask(front, front.client());
    assert.equal(front.transport.made.length, 2);
  });

  it('a busy one ends with the client too', () => {
    const front = start('v1');
    const client = front.client();
    client.say(get('/'));
    const app = front.app();
    client.break();
    assert.equal(app.gone, 'destroyed');
  });

  it('where a trusted proxy sends two clients\' requests over one connection, each has its own', () => {
    const front = start('v1', { trust: ['192.0.2.7'] });
    const proxy = front.client();
    for (const client of ['203.0.113.1', '203.0.113.1', '203.0.113.2', '203.0.113.1']) ask(front, proxy, get('/', `X-Forwarded-For: ${client}\r\n`));
    assert.deepEqual(front.transport.made.map(({ options }) => String(options.prelude).split(' ')[2]), ['203.0.113.1', '203.0.113.2', '203.0.113.1']);
    assert.deepEqual(front.transport.made.map(({ wire }) => wire.gone), ['destroyed', 'destroyed', undefined], 'an earlier client\'s is not kept');
  });

  it('the retry after a kept connection was found closed names the client again', () => {
    const front = start('v1');
    const client = front.client();
    ask(front, client);
    client.say(get('/again'));
    front.transport.made[0]!.wire.break();
    assert.equal(front.transport.made.length, 2);
    assert.equal(prelude(front), prelude(front, 0));
    front.app().say(OK);
    assert.equal(client.text.match(/200 OK/g)?.length, 2);
  });

  it('each address that is tried gets the header', () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ app: upstream({ sendProxy: 'v1', servers: [{ written: '8000', addresses: [{ kind: 'ip', host: '127.0.0.1', port: 8000 }, { kind: 'ip', host: '::1', port: 8000 }] }] }) })] })] }));
    front.client().say(get('/'));
    front.transport.made[0]!.wire.break('ECONNREFUSED');
    assert.equal(prelude(front, 1), prelude(front, 0));
  });

  it('a connection to where the server was before is not used again', () => {
    const front = start('v1');
    const client = front.client();
    ask(front, client);
    const lead = front.context.sites.pick('shop.test')!.app('/');
    assert.ok(lead !== undefined && 'target' in lead);
    lead.target.upstream.sole!.moved([{ kind: 'ip', host: '127.0.0.2', port: 8000 }]);
    ask(front, client);
    assert.deepEqual(front.transport.made.map(({ options, wire }) => [options.address.kind === 'ip' && options.address.host, wire.gone]), [['127.0.0.1', 'destroyed'], ['127.0.0.2', undefined]]);
  });

  it('asked by the front itself, it hears that it is the front', () => {
    for (const [version, local] of [['v1', 'PROXY UNKNOWN\r\n'], ['v2', '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0']] as const) {
      const front = start(version);
      ask(front, front.client());
      const lead = front.context.sites.pick('shop.test')!.app('/');
      assert.ok(lead !== undefined && 'target' in lead);
      const pool: AppPool = lead.target.upstream.sole!;
      const connection = pool.take('any', 'front');
      assert.equal(prelude(front), local);
      connection.drop();
    }
  });

  it('without it nothing is sent, and clients share connections', () => {
    const front = start(undefined);
    for (const peer of ['192.0.2.1', '192.0.2.2']) ask(front, front.client({ peer }));
    assert.equal(front.transport.made.length, 1);
    assert.equal(front.transport.made[0]!.options.prelude, undefined);
  });
});

describe('a connection whose PROXY header told no address', () => {
  const told = (nameless: boolean): { app: string; events: Record<string, unknown>[] } => {
    const front = start(undefined, { trust: ['10.0.0.5'], acceptProxy: true });
    const by = { kind: 'ip', address: '10.0.0.5', port: 4000 } as const;
    const client = front.client({ peer: by.address, proxied: { by, nameless, secure: undefined, tlsVersion: undefined, alpn: undefined, authority: undefined } });
    client.say(get('/', 'X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.66\r\n'));
    return { app: front.app().text, events: front.events() };
  };

  it('is the balancer\'s own with LOCAL: its lines count', () => {
    assert.match(told(false).app, /X-Forwarded-For: 203\.0\.113\.66\r\nX-Forwarded-Proto: https\r\n/);
  });

  it('may be anybody\'s with UNKNOWN: no line counts, and the log says why', () => {
    const { app, events } = told(true);
    assert.match(app, /X-Forwarded-For: 10\.0\.0\.5\r\nX-Forwarded-Proto: http\r\n/);
    assert.doesNotMatch(app, /203\.0\.113\.66/);
    assert.match(String(events.find(({ event }) => event === 'claim-ignored')?.['message']), /told no address.*Let the balancer tell addresses/);
  });
});
