/** An app of several servers, with both ends of every connection in the test's hands. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpstreamSettings } from '../../src/config/settings/settings.ts';
import { DEFAULT_TIMEOUTS } from '../../src/config/defaults.ts';
import { MemoryFront, appRoute, servers, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import { MemoryTransport, type MemoryWire } from '../helpers/memory-transport.ts';
import { eventually } from '../helpers/scope.ts';

const get = (path = '/', more = '', method = 'GET'): string => `${method} ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const post = (body = 'x'): string => `POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
/** An answer over a connection that may be kept. */
const kept = (body = 'fine'): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
/** And one over a connection that is not. */
const ok = (body = 'fine'): string => `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

interface Sent { readonly port: number; readonly wire: MemoryWire; readonly up: () => void }

class Servers extends MemoryFront {
  constructor(changes: Partial<UpstreamSettings> = {}, { ports = [1, 2], route = '/', timeouts = {}, hosts = [] as string[] } = {}) {
    super(settings({
      timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
      sites: [siteSettings({ hosts, routes: [appRoute({ path: route, app: upstream({ servers: servers(...ports), ...changes }) })] })],
    }));
  }

  /** The newest connection. */
  last(): Sent { return this.transport.made.at(-1)!; }

  /** A client that sends this; and the connection that was made for it. */
  ask(text: string, peer = '192.0.2.7'): { client: MemoryWire; to: Sent } {
    const client = this.client({ tls: true, peer });
    const before = this.transport.made.length;
    client.say(text);
    assert.equal(this.transport.made.length, before + 1, 'one connection was made');
    return { client, to: this.last() };
  }

  /** Asks, and has it answered over a connection that is closed after; the port that was asked. */
  answered(text = get(), peer?: string): number {
    const { client, to } = this.ask(text, peer);
    to.up();
    to.wire.say(ok());
    assert.match(client.text, /^HTTP\/1\.1 200 /);
    return to.port;
  }

  /** Takes a server out: refused as often as it takes, each request answered by the other one. */
  takeOut(port: number): void {
    for (let i = 0; this.events().every(({ event, server }) => event !== 'server-down' || server !== `127.0.0.1:${port}`); i++) {
      assert.ok(i < 20, 'it is out after a few failures');
      const { client, to } = this.ask(get());
      let sent = to;
      if (sent.port === port) {
        sent.wire.break('ECONNREFUSED');
        sent = this.last();
      }
      sent.up();
      sent.wire.say(ok());
      assert.match(client.text, /^HTTP\/1\.1 200 /);
    }
  }
}

describe('which server a request goes to', () => {
  it('least-conn: the one with the fewest running exchanges, equals in turn', () => {
    const front = new Servers({}, { ports: [1, 2, 3] });
    const running = Array.from({ length: 6 }, () => front.ask(get()));
    assert.deepEqual(running.map(({ to }) => to.port).sort(), [1, 1, 2, 2, 3, 3]);
    const done = running.filter(({ to }) => to.port === 2);
    for (const { to } of done) { to.up(); to.wire.say(ok()); }
    assert.deepEqual([front.ask(get()).to.port, front.ask(get()).to.port], [2, 2]);
    running.find(({ to }) => to.port === 3)!.client.break(); // a client that leaves makes room, too
    assert.equal(front.ask(get()).to.port, 3);
  });

  it('counts a WebSocket for as long as it is open', () => {
    const front = new Servers();
    const { client, to } = front.ask(get('/', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n'));
    to.up();
    to.wire.say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const other = 3 - to.port;
    for (let i = 0; i < 4; i++) assert.equal(front.answered(), other);
    client.break();
    assert.deepEqual(new Set([front.answered(), front.answered()]), new Set([1, 2]));
  });

  it('round-robin: each in turn, however busy', () => {
    const front = new Servers({ balance: 'round-robin' }, { ports: [1, 2, 3] });
    assert.deepEqual(Array.from({ length: 6 }, () => front.ask(get()).to.port), [1, 2, 3, 1, 2, 3]);
  });

  it('client: always the same for one address, every server for some, and only the clients of one that leaves move', () => {
    const front = new Servers({ balance: 'client', fails: 1, pause: 60_000 }, { ports: [1, 2, 3] });
    const addresses = Array.from({ length: 90 }, (_, i) => `198.51.100.${i}`);
    const first = addresses.map((address) => front.answered(get(), address));
    assert.deepEqual(addresses.map((address) => front.answered(get(), address)), first);
    for (const port of [1, 2, 3]) assert.ok(first.filter((one) => one === port).length > 10, `server ${port} has its share`);
    const { client, to } = front.ask(get(), addresses[first.indexOf(2)]);
    to.wire.break('ECONNREFUSED');
    front.app().say(ok());
    assert.match(client.text, /fine$/);
    for (const [i, address] of addresses.entries()) {
      const now = front.answered(get(), address);
      if (first[i] === 2) assert.notEqual(now, 2);
      else assert.equal(now, first[i]);
    }
  });

  it('a client cannot choose by a header: it is the true address that counts', () => {
    const front = new Servers({ balance: 'client' });
    const ports = Array.from({ length: 20 }, (_, i) => front.answered(get('/', `X-Forwarded-For: 203.0.113.${i}\r\n`)));
    assert.equal(new Set(ports).size, 1);
  });
});

describe('a request whose server fails', () => {
  it('goes to another one where nothing of it was sent, whatever its method', () => {
    for (const code of ['ECONNREFUSED', 'EHOSTUNREACH']) {
      const front = new Servers();
      const { client, to } = front.ask(post('body'));
      to.wire.break(code);
      assert.equal(front.last().port, 3 - to.port);
      front.app().say(ok());
      assert.match(client.text, /^HTTP\/1\.1 200 [^]*fine$/);
      assert.match(front.last().wire.text, /\r\n\r\nbody$/);
    }
  });

  it('that follows as the client sends it goes to another one before its first byte, with every byte', () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ streamBodies: true, app: upstream({ servers: servers(1, 2) }) })] })] }));
    const client = front.client();
    client.say('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc');
    front.transport.made[0]!.wire.break('ECONNREFUSED');
    const app = front.app();
    client.say('def');
    assert.match(app.text, /\r\n\r\nabcdef$/);
    app.say(ok());
    assert.match(client.text, /^HTTP\/1\.1 200 /);
  });

  it('goes to another one when it was closed without a byte of an answer, if it may be sent twice', () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const front = new Servers();
      const { client, to } = front.ask(get('/', method === 'PUT' ? 'Content-Length: 0\r\n' : '', method));
      to.up();
      to.wire.fin();
      assert.equal(front.last().port, 3 - to.port, method);
      front.app().say(ok());
      assert.match(client.text, /^HTTP\/1\.1 200 /, method);
    }
    const front = new Servers();
    const { client, to } = front.ask(post());
    to.up();
    to.wire.fin();
    assert.equal(front.transport.made.length, 1, 'a POST may have been done');
    assert.match(client.text, /^HTTP\/1\.1 502 /);
  });

  it('goes nowhere else after a byte of an answer, an interim one included', () => {
    for (const [bytes, status] of [['H', 502], ['HTTP/1.1 103 Early Hints\r\n\r\n', 502], ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab', 200]] as const) {
      const front = new Servers();
      const { client, to } = front.ask(get());
      to.up();
      to.wire.say(bytes);
      to.wire.break();
      assert.equal(front.transport.made.length, 1, bytes);
      assert.match(client.text, new RegExp(`HTTP/1\\.1 ${status} `), bytes);
    }
  });

  it('goes nowhere else when its answer did not come in time: the app may be at work on it', async () => {
    const front = new Servers({}, { timeouts: { answer: 100 } });
    const { client, to } = front.ask(get());
    to.up();
    await eventually('an answer', () => client.text !== '');
    assert.match(client.text, /^HTTP\/1\.1 504 /);
    assert.equal(front.transport.made.length, 1);
  });

  it('goes to another one when a server does not accept in time', async () => {
    const front = new Servers({}, { timeouts: { connect: 100 } });
    const { client, to } = front.ask(post());
    await eventually('a second connection', () => front.transport.made.length === 2);
    assert.equal(front.last().port, 3 - to.port);
    front.app().say(ok());
    assert.match(client.text, /^HTTP\/1\.1 200 /);
  });

  it('goes to each at most once: then it is 503, with the reasons in the log and Retry-After', () => {
    const front = new Servers({}, { ports: [1, 2, 3] });
    const { client } = front.ask(get());
    for (let i = 0; i < 3; i++) front.transport.made[i]!.wire.break('ECONNREFUSED');
    assert.deepEqual(front.transport.made.map(({ port }) => port).sort(), [1, 2, 3]);
    assert.match(client.text, /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n/);
    assert.ok(front.events().some(({ event, message }) => event === 'app-down' && /127\.0\.0\.1:3/.test(String(message))));
  });

  it('that kills every server it comes to gets 502, and the last server goes on for the others', () => {
    const front = new Servers({ fails: 1, pause: 60_000 });
    for (let i = 0; i < 5; i++) {
      const client = front.client();
      const from = front.transport.made.length;
      client.say(get('/poison'));
      for (let at = from; at < front.transport.made.length; at++) { front.transport.made[at]!.up(); front.transport.made[at]!.wire.fin(); }
      assert.match(client.text, /^HTTP\/1\.1 502 /);
    }
    front.answered();
  });

  // uWSGI closes without a word on more variables than its buffer-size. A few requests with one large header, which anybody
  // can send, counted as failures of every server they came to, and took all but the last of them out.
  it('because it is too large for uWSGI takes no server out', () => {
    const front = new Servers({ protocol: 'uwsgi', fails: 1, pause: 60_000 }, { ports: [1, 2, 3] });
    const client = front.client();
    client.say(get('/', `Cookie: ${'c'.repeat(5000)}\r\n`));
    for (const at of [0, 1, 2]) { front.transport.made[at]!.up(); front.transport.made[at]!.wire.fin(); }
    assert.match(client.text, /^HTTP\/1\.1 502 /);
    assert.deepEqual(front.events().filter(({ event }) => event === 'server-down'), []);
    assert.deepEqual(new Set([front.answered(), front.answered(), front.answered()]), new Set([1, 2, 3]));
  });

  it('a sole server that refuses stays 502, every time, and is asked every time', () => {
    const front = new Servers({ fails: 1, sticky: { cookie: 'stay', secretFile: undefined } }, { ports: [1] });
    for (let i = 0; i < 5; i++) {
      const { client, to } = front.ask(get());
      to.wire.break('ECONNREFUSED');
      assert.match(client.text, /^HTTP\/1\.1 502 /);
    }
    assert.ok(front.events().every(({ event }) => event !== 'server-down'));
  });

  it('a kept connection that its app closed is no failure of the server', () => {
    const front = new Servers({ fails: 1, pause: 60_000 }, { ports: [1, 2] });
    const { client, to } = front.ask(get());
    to.up();
    to.wire.say(kept());
    client.say(get());
    const next = front.last();
    if (next.port !== to.port) { next.up(); next.wire.say(kept()); client.say(get()); } // in turn
    assert.equal(front.transport.made.length, 2 - Number(next.port === to.port));
    to.wire.break();
    front.app().say(kept());
    assert.ok(front.events().every(({ event }) => event !== 'server-down'));
    assert.equal(client.text.match(/HTTP\/1\.1 200/g)?.length, 3 - Number(next.port === to.port));
  });
});

describe('a server that fails', () => {
  it('is left out after so many failures in a row, said once, tried by one request after its pause, and back when that is answered', async () => {
    const front = new Servers({ fails: 3, pause: 150 });
    front.takeOut(1);
    for (let i = 0; i < 6; i++) assert.equal(front.answered(), 2);
    await eventually('a trial', () => {
      const { client, to } = front.ask(get());
      if (to.port === 1) {
        assert.equal(front.ask(post()).to.port, 2, 'one trial at a time');
        to.wire.break('ECONNREFUSED');
        assert.equal(front.last().port, 2, 'and nobody notices one that failed');
      }
      front.app().say(ok());
      assert.match(client.text, /^HTTP\/1\.1 200 /);
      return to.port === 1;
    });
    await eventually('a trial that is answered', () => front.answered() === 1);
    assert.deepEqual(front.events().filter(({ server }) => server === '127.0.0.1:1').map(({ event }) => event), ['server-down', 'server-up']);
    assert.match(String(front.events().find(({ event }) => event === 'server-down')?.['message']), /ECONNREFUSED/);
    assert.ok(new Set(Array.from({ length: 6 }, () => front.answered())).has(1), 'it gets work again');
  });

  it('has its count of failures begin anew with every answer', () => {
    const front = new Servers({ fails: 2, balance: 'round-robin', pause: 60_000 });
    for (let i = 0; i < 6; i++) {
      const { to } = front.ask(get());
      if (to.port === 1 && i % 4 === 0) { to.wire.break('ECONNREFUSED'); front.app().say(ok()); } else { to.up(); to.wire.say(ok()); }
    }
    assert.ok(front.events().every(({ event }) => event !== 'server-down'));
  });

  it('with all the others: 503 at once, Retry-After counts to the next trial', async () => {
    const front = new Servers({ fails: 1, pause: 10_000 });
    const { client } = front.ask(get());
    front.transport.made[0]!.wire.break('ECONNREFUSED');
    front.transport.made[1]!.wire.break('ECONNREFUSED');
    assert.match(client.text, /^HTTP\/1\.1 503 /);
    const second = front.client();
    second.say(get());
    assert.equal(front.transport.made.length, 2, 'nobody is asked');
    const retryAfter = Number(/\r\nRetry-After: (\d+)\r\n/.exec(second.text)?.[1]);
    assert.ok(retryAfter >= 7 && retryAfter <= 12, `${retryAfter} s: ten, a fifth more or less`);
  });

  it('that came back with a WebSocket and fails again is tried again, though that is still open', async () => {
    const front = new Servers({ fails: 1, pause: 20 });
    front.takeOut(1);
    await eventually('a trial', () => {
      const { to } = front.ask(get('/', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n'));
      to.up();
      to.wire.say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      return to.port === 1;
    });
    const to = [1, 2, 3].map(() => front.ask(get()).to).find(({ port }) => port === 1); // none of them ends
    assert.ok(to !== undefined);
    to.wire.break('ECONNREFUSED');
    await eventually('another trial', () => front.answered() === 1);
  });

  it('is not tried by what may not be sent twice, as long as others can do that', async () => {
    const front = new Servers({ fails: 1, pause: 1 });
    front.takeOut(1);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    assert.equal(front.ask(post()).to.port, 2);
    assert.equal(front.ask(get()).to.port, 1);
  });
});

describe('sticky', () => {
  const sticky = { sticky: { cookie: 'stay', secretFile: undefined } };
  const cookieIn = (text: string): string => /\r\nSet-Cookie: stay=([^;]*);/.exec(text)?.[1] ?? '';
  const first = (front: Servers): { port: number; cookie: string; text: string } => {
    const { client, to } = front.ask(get());
    to.up();
    to.wire.say(ok());
    return { port: to.port, cookie: cookieIn(client.text), text: client.text };
  };

  it('a client stays with its server by a cookie that the app does not see', () => {
    const front = new Servers(sticky);
    const { port, cookie, text } = first(front);
    assert.match(text, /\r\nSet-Cookie: stay=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax; Secure\r\n/);
    for (let i = 0; i < 4; i++) {
      const { client, to } = front.ask(get('/', `Cookie: a=1; stay=${cookie}; b=2\r\nX-Last: 1\r\n`));
      assert.equal(to.port, port);
      to.up();
      assert.match(to.wire.text, /\r\nCookie: a=1; b=2\r\nX-Last: 1\r\n/);
      to.wire.say(ok());
      assert.equal(cookieIn(client.text), '', 'it is not set again');
      front.transport.made.length = 0;
      to.wire.fin();
    }
    const alone = front.ask(get('/', `Cookie: stay=${cookie}\r\n`)).to;
    alone.up();
    assert.doesNotMatch(alone.wire.text, /cookie/i);
  });

  it('says nothing of addresses, differs from front to front, and cannot be made up', () => {
    const front = new Servers(sticky);
    const one = first(front);
    const two = first(front);
    assert.notEqual(one.port, two.port);
    assert.notEqual(one.cookie, two.cookie);
    assert.notEqual(first(new Servers(sticky)).cookie, one.cookie);
    for (const forged of ['127.0.0.1:2', '2', '', one.cookie.slice(1), `"${one.cookie}"`]) {
      const { client, to } = front.ask(get('/', `Cookie: stay=${forged}\r\n`));
      to.up();
      to.wire.say(ok());
      assert.notEqual(cookieIn(client.text), '', `${forged} is nobody's`);
    }
  });

  it('a server that is out loses its clients: another one, and a new cookie', () => {
    const front = new Servers({ ...sticky, fails: 1, pause: 60_000 });
    const { port, cookie } = first(front);
    const { client, to } = front.ask(get('/', `Cookie: stay=${cookie}\r\n`));
    assert.equal(to.port, port);
    to.wire.break('ECONNREFUSED');
    front.app().say(ok());
    assert.match(client.text, /^HTTP\/1\.1 200 /);
    const now = cookieIn(client.text);
    assert.ok(now !== '' && now !== cookie);
    assert.equal(front.ask(get('/', `Cookie: stay=${now}\r\n`)).to.port, 3 - port);
  });

  it('is for the paths of its route, and without Secure where the client came over plain http', () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ schemes: [['/', 'either']], routes: [appRoute({ path: '/shop/', app: upstream({ servers: servers(1, 2), ...sticky }) })] })] }));
    const client = front.client({ tls: false });
    client.say(get('/shop/x'));
    front.app().say(ok());
    assert.match(client.text, /\r\nSet-Cookie: stay=[\w-]{22}; Path=\/shop; HttpOnly; SameSite=Lax\r\n/);
  });
});

describe('health checks', () => {
  const check = { path: '/up?deep=1', host: 'shop.test', interval: 60_000, timeout: 60_000, rise: 2, fall: 2, statuses: [] };
  const answer = (sent: Sent, status: string, more = ''): void => {
    sent.up();
    sent.wire.say(`HTTP/1.1 ${status}\r\n${more}Content-Length: 0\r\n\r\n`);
  };

  it('ask every server with the site\'s Host, told as a secure request is, over a connection that is not kept', () => {
    const front = new Servers({ check });
    assert.deepEqual(front.transport.made.map(({ port }) => port), [1, 2]);
    for (const sent of [...front.transport.made]) {
      answer(sent, '200 OK');
      assert.match(sent.wire.text, /^GET \/up\?deep=1 HTTP\/1\.1\r\nHost: shop\.test:8443\r\nUser-Agent: Sallyport-Check\r\n/);
      assert.match(sent.wire.text, /\r\nX-Forwarded-Proto: https\r\n/);
      assert.equal(sent.wire.gone, 'destroyed');
    }
    assert.equal(front.events().length, 0, 'well from the start is no news, and a check no access line');
  });

  it('take a server out whose first one fails, say why, and bring it back after enough good ones', async () => {
    const front = new Servers({ check: { ...check, interval: 50 } });
    const [one, two] = front.transport.made;
    answer(one!, '301 Moved', 'Location: https://shop.test/up\r\n');
    answer(two!, '204 No Content');
    const down = front.events().find(({ event }) => event === 'server-down');
    assert.deepEqual([down?.['server'], down?.['app']], ['127.0.0.1:1', '127.0.0.1:1,127.0.0.1:2']);
    assert.match(String(down?.['message']), /\/up\?deep=1 answers 301 to https:\/\/shop\.test\/up/);
    const checked = new Set<MemoryWire>([one!.wire, two!.wire]);
    const nextCheck = (): Promise<Sent> => eventually('the next check of server 1', () => {
      for (const sent of front.transport.made) if (sent.port === 2 && !checked.has(sent.wire)) { checked.add(sent.wire); answer(sent, '200 OK'); }
      return front.transport.made.find((sent) => sent.port === 1 && !checked.has(sent.wire));
    });
    for (const good of [1, 2]) {
      assert.ok(front.events().every(({ event }) => event !== 'server-up'), `not after ${good - 1}`);
      const sent = await nextCheck();
      checked.add(sent.wire);
      answer(sent, '200 OK');
    }
    assert.ok(front.events().some(({ event, server }) => event === 'server-up' && server === '127.0.0.1:1'));
  });

  it('all failing: 503 with Retry-After; a sole server is only told of', () => {
    const front = new Servers({ check });
    for (const sent of [...front.transport.made]) sent.wire.break('ECONNREFUSED');
    const client = front.client();
    client.say(get());
    assert.match(client.text, /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 120\r\n/);
    const sole = new Servers({ check }, { ports: [1] });
    sole.last().wire.break('ECONNREFUSED');
    assert.match(String(sole.events()[0]?.['message']), /is down: .*ECONNREFUSED.* Requests still go to it/);
    sole.answered();
  });

  it('that are not answered in time fail, and statuses that are named are good', async () => {
    const front = new Servers({ check: { ...check, timeout: 50, statuses: [401] } });
    answer(front.transport.made[0]!, '401 Unauthorized');
    await eventually('the second server to be down', () => front.events().find(({ event, server, message }) => event === 'server-down' && server === '127.0.0.1:2' && /no answer .* in 50 ms/.test(String(message))));
    assert.equal(front.answered(), 1);
  });
});

describe('a server with a name', () => {
  const named = (name = 'app.internal'): UpstreamSettings['servers'] => [{ written: `${name}:80`, addresses: [{ kind: 'ip', host: name, port: 80 }] }];

  class Named extends Servers {
    constructor(changes: Partial<UpstreamSettings> = {}, given = {}) { super({ servers: named(), ...changes }, given); }
    resolves(...addresses: string[]): void { this.transport.names.set('app.internal', addresses); }
    /** Where the newest connection, or that one, was made to. */
    host(i = -1): string { const { address } = this.transport.made.at(i)!.options; return address.kind === 'ip' ? address.host : address.path; }
    /** The lookup at the start is through. */
    async looked(): Promise<void> { await new Promise((resolve) => { setImmediate(resolve); }); }
  }

  it('is asked for in the background; requests use what is known, in its order', async () => {
    const front = new Named();
    front.resolves('10.0.0.1', '10.0.0.2');
    assert.equal(front.ask(get()).to.port, 80);
    assert.equal(front.host(0), 'app.internal', 'nobody waits for the first answer');
    await front.looked(); // it was asked for before there was an answer
    await eventually('a connection by address', () => {
      const { to } = front.ask(get());
      if (front.host() === '10.0.0.1') {
        to.wire.break('ECONNREFUSED');
        return front.host() === '10.0.0.2';
      }
      to.wire.break('ECONNREFUSED'); // makes it ask again, at most once a second
      return false;
    });
  });

  it('that moved is found by the next lookup, and connections to where it was are given up', async () => {
    const front = new Named({ lookup: 1000 });
    front.resolves('10.0.0.1');
    await eventually('the first address', () => { const { to } = front.ask(get()); to.wire.break('ECONNREFUSED'); return front.host() === '10.0.0.1'; });
    const { client } = front.ask(get());
    const old = front.app();
    old.say(kept());
    const busy = front.client();
    busy.say(get());
    assert.equal(front.transport.made.at(-1)!.wire, old, 'a kept connection');
    const { to: idle } = front.ask(get());
    idle.up();
    idle.wire.say(kept());
    front.resolves('10.0.0.9');
    await eventually('the log to tell', () => front.events().find(({ event, message }) => event === 'server-moved' && /10\.0\.0\.9/.test(String(message))));
    assert.equal(idle.wire.gone, 'destroyed');
    old.say(kept('last'));
    assert.match(busy.text, /last$/);
    assert.equal(old.gone, 'destroyed', 'it does not wait for another request');
    client.say(get());
    assert.equal(front.host(), '10.0.0.9');
  });

  it('that is not there any more is looked up while the request waits, and found', async () => {
    const front = new Named();
    front.resolves('10.0.0.1');
    await eventually('the first address', () => { const { to } = front.ask(get()); to.wire.break('ECONNREFUSED'); return front.host() === '10.0.0.1'; });
    front.resolves('10.0.0.2');
    await new Promise((resolve) => { setTimeout(resolve, 1100); }); // it is asked for once a second at most
    const { client, to } = front.ask(post('body'));
    to.wire.break('EHOSTUNREACH');
    assert.equal(client.text, '');
    await eventually('the new address', () => front.host() === '10.0.0.2');
    front.app().say(ok());
    assert.match(client.text, /^HTTP\/1\.1 200 /);
    assert.match(front.last().wire.text, /\r\n\r\nbody$/);
  });

  it('whose resolver says nothing costs a request no more than the time to connect', async (t) => {
    const { lookup } = MemoryTransport.prototype;
    t.after(() => { MemoryTransport.prototype.lookup = lookup; });
    MemoryTransport.prototype.lookup = () => new Promise(() => {});
    const front = new Named({}, { timeouts: { connect: 50 } });
    const { client, to } = front.ask(get());
    to.wire.break('EHOSTUNREACH');
    await eventually('the answer', () => /^HTTP\/1\.1 502 /.test(client.text));
  });

  it('whose resolver fails stays where it was, which is said once', async () => {
    const front = new Named({ lookup: 1000 });
    front.resolves('10.0.0.1');
    await eventually('the first address', () => { const { to } = front.ask(get()); to.wire.break('ECONNREFUSED'); return front.host() === '10.0.0.1'; });
    front.transport.names.clear();
    await eventually('the log to tell', () => front.events().find(({ event, message }) => event === 'lookup-failed' && /ENOTFOUND.*10\.0\.0\.1 as before/.test(String(message))));
    front.answered();
    assert.equal(front.host(), '10.0.0.1');
    front.resolves('10.0.0.1');
    await eventually('the log to tell', () => front.events().find(({ event }) => event === 'lookup-works'));
    assert.equal(front.events().filter(({ event }) => event === 'lookup-failed').length, 1 + Number(front.events()[0]?.['event'] === 'lookup-failed'));
  });
});
