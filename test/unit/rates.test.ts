/** How often a path may be asked for: who is counted as one, which rule counts, and what is said. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRate } from '../../src/config/values/rates.ts';
import type { RateSettings, SiteSettings } from '../../src/config/settings/settings.ts';
import { networkOf } from '../../src/core/contract/address.ts';
import type { Limiter, Told } from '../../src/front/limiter/limiter.ts';
import { MemoryFront, appRoute, settings, siteSettings } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';

const rates = (written: Readonly<Record<string, string>>): (readonly [string, RateSettings])[] => Object.entries(written).map(([prefix, rate]) => [prefix, parseRate(rate)]);
const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const TOO_MANY = /^HTTP\/1\.1 429 Too Many Requests\r\n/;

class Rationed extends MemoryFront {
  constructor(written: Readonly<Record<string, string>>, site: Partial<SiteSettings> = {}, { trust = [] as string[], limiter }: { trust?: string[]; limiter?: Limiter } = {}) {
    super(settings({ trust, sites: [siteSettings({ rates: rates(written), ...site })] }), { ...(limiter && { limiter }) });
  }

  /** The status that a client of this address gets; 200 from the app. */
  ask(path: string, peer = '192.0.2.7', more = ''): number {
    const client = this.client({ tls: true, peer });
    client.say(get(path, more));
    if (client.text === '') this.app().say('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return Number(/^HTTP\/1\.1 (\d+)/.exec(client.text)?.[1]);
  }
}

describe('a rate as it is written', () => {
  const RATES: readonly (readonly [string, RateSettings])[] = [
    ['5/m', { kind: 'rate', interval: 12_000, burst: 5, all: false }],
    ['20/s burst=100', { kind: 'rate', interval: 50, burst: 100, all: false }],
    ['0.5/s', { kind: 'rate', interval: 2000, burst: 1, all: false }],
    ['10r/s, burst=1, all', { kind: 'rate', interval: 100, burst: 1, all: true }],
    ['1/h', { kind: 'rate', interval: 3_600_000, burst: 1, all: false }],
    ['off', { kind: 'off' }],
  ];
  for (const [written, rate] of RATES) it(written, () => { assert.deepEqual(parseRate(written), rate); });
  for (const wrong of ['', '5', '0/s', '-1/s', '5/d', '5/s burst', '5/s burst=0', '5/s every', 'off all', '5/s burst=1e9']) {
    it(`refuses "${wrong}"`, () => { assert.throws(() => parseRate(wrong), { name: 'BadValue' }); });
  }
});

describe('who counts as one', () => {
  const SAME: readonly (readonly [string, string])[] = [
    ['192.0.2.1', '192.0.2.1'], ['2001:db8:1:2::1', '2001:db8:1:2::'], ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::'],
    ['::1', '::'], ['fe80::1', 'fe80::'], ['unix', 'unix'],
  ];
  for (const [address, network] of SAME) it(`${address} is ${network}`, () => { assert.equal(networkOf(address), network); });

  it('an IPv6 network of 64 bits, and an IPv4 address', () => {
    const front = new Rationed({ '/': '1/m' });
    assert.deepEqual(['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1', '192.0.2.1', '192.0.2.2', '192.0.2.1'].map((peer) => front.ask('/', peer)), [200, 429, 200, 200, 200, 429]);
  });

  it('the true client behind a proxy that is believed, and nobody whom a client only names', () => {
    const front = new Rationed({ '/': '1/m' }, {}, { trust: ['10.0.0.1'] });
    const from = (client: string, peer = '10.0.0.1'): number => front.ask('/', peer, `X-Forwarded-For: ${client}\r\nX-Forwarded-Proto: https\r\n`);
    assert.deepEqual([from('192.0.2.1'), from('192.0.2.2'), from('192.0.2.1'), from('192.0.2.9, 192.0.2.2')], [200, 200, 429, 429]);
    assert.deepEqual([from('203.0.113.1', '192.0.2.50'), from('203.0.113.2', '192.0.2.50')], [200, 429]);
  });

  it('all together where that is said', () => {
    const front = new Rationed({ '/': '2/m all' });
    assert.deepEqual([1, 2, 3].map((i) => front.ask('/', `192.0.2.${i}`)), [200, 200, 429]);
  });
});

describe('which rate counts', () => {
  it('that of the longest prefix, each with buckets of its own; none where it is off or nothing is said', () => {
    const front = new Rationed({ '/login/': '1/m', '/api': '2/m', '/api/free': 'off' });
    assert.deepEqual([front.ask('/login/'), front.ask('/login/x?y'), front.ask('/api'), front.ask('/api/x'), front.ask('/api/')], [200, 429, 200, 200, 429]);
    for (let i = 0; i < 5; i++) assert.deepEqual([front.ask('/'), front.ask('/api/free/x'), front.ask('/apis')], [200, 200, 200]);
  });

  it('the slower one, where servers may read the path in two ways', () => {
    const spellings = ['/login', '//login', '/%6cogin', '/x/..%2flogin', '/free/..;/login', '/free/%2e%2e/login', '/free/../login'];
    for (const path of spellings) {
      const front = new Rationed({ '/': '100/m', '/free': 'off', '/login': '1/m' });
      assert.deepEqual([front.ask('/login'), front.ask(path)], [200, 429], path);
    }
  });

  it('none for a health path, and no request that is only sent to https', () => {
    const front = new Rationed({ '/': '1/m' }, { health: ['/up'] });
    for (let i = 0; i < 3; i++) assert.equal(front.ask('/up'), 200);
    for (let i = 0; i < 3; i++) {
      const plain = front.client({ tls: false });
      plain.say(get('/'));
      assert.match(plain.text, /^HTTP\/1\.1 30[78] /);
    }
    assert.deepEqual([front.ask('/'), front.ask('/')], [200, 429]);
  });
});

describe('what is said', () => {
  it('429 with the seconds to wait, in the form that is asked for; the connection goes on', () => {
    const front = new Rationed({ '/': '5/m burst=1' });
    front.ask('/');
    const client = front.client();
    client.say(get('/', 'Accept: application/json\r\n') + get('/'));
    const answers = client.text.split(/(?=HTTP\/1\.1 )/);
    assert.equal(answers.length, 2);
    for (const answer of answers) {
      assert.match(answer, TOO_MANY);
      assert.match(answer, /\r\nRetry-After: 12\r\n/);
      assert.match(answer, /\r\nCache-Control: no-store\r\n/);
    }
    assert.match(answers[0]!, /"code":"too-many-requests"/);
    assert.equal(front.transport.made.length, 1, 'the app was asked once');
    assert.ok(front.events().some(({ status, fault }) => status === 429 && fault === 'too-many-requests'), 'it is in the access log');
  });
});

describe('where another process has to be asked', () => {
  /** A limiter whose answers the test gives. */
  class Slow implements Limiter {
    readonly asked: Told[] = [];
    take(_key: string, _rate: unknown, told: Told): undefined { this.asked.push(told); }
  }
  const post = (body: string, length = body.length): string => `POST /x HTTP/1.1\r\nHost: shop.test\r\nContent-Length: ${length}\r\n\r\n${body}`;
  const begin = (text: string, streamBodies = false): { front: Rationed; client: MemoryWire; limiter: Slow } => {
    const limiter = new Slow();
    const front = new Rationed({ '/': '1/s' }, { routes: [appRoute({ streamBodies, maxBody: 20 })] }, { limiter });
    const client = front.client();
    client.say(text);
    assert.deepEqual([limiter.asked.length, front.transport.made.length, client.text], [1, 0, '']);
    return { front, client, limiter };
  };

  it('a body that came meanwhile arrives whole, however it was cut', () => {
    for (const streamBodies of [false, true]) {
      for (const cut of [0, 3, 6]) {
        const { front, client, limiter } = begin(post('abcdef'.slice(0, cut), 6), streamBodies);
        assert.equal(client.paused, cut === 3, 'whoever has sent some of it is held');
        limiter.asked[0]!(0);
        assert.equal(client.paused && !streamBodies, false);
        if (cut < 6) client.say('abcdef'.slice(cut));
        const app = front.app();
        if (streamBodies && cut < 6) client.say('');
        assert.match(app.text, /^POST \/x [^]*\r\n\r\nabcdef$/, `${String(streamBodies)} ${cut}`);
        app.say('HTTP/1.1 204 No Content\r\n\r\n');
        assert.match(client.text, /^HTTP\/1\.1 204 /);
      }
    }
  });

  it('what was sent behind the request is answered after it, in its order', () => {
    const { front, client, limiter } = begin(post('abc') + get('/2'));
    limiter.asked[0]!(5000);
    assert.match(client.text, TOO_MANY);
    assert.equal(limiter.asked.length, 2);
    limiter.asked[1]!(0);
    front.app().say('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo');
    assert.match(client.text, /\r\n\r\ntwo$/);
  });

  it('a body that is too large is refused, and so is one that is not framed well', () => {
    const large = begin(post('a'.repeat(30)));
    large.limiter.asked[0]!(0);
    assert.match(large.client.text, /^HTTP\/1\.1 413 /);
    const bad = begin('POST / HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n');
    bad.client.say('nonsense\r\n');
    assert.match(bad.client.text, /^HTTP\/1\.1 400 /);
    bad.limiter.asked[0]!(0);
    assert.equal(bad.front.transport.made.length, 0);
  });

  it('a client that has left is not asked for', () => {
    const { front, client, limiter } = begin(get('/'));
    client.break();
    limiter.asked[0]!(0);
    assert.equal(front.transport.made.length, 0);
  });
});
