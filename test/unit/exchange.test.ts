import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_TIMEOUTS } from '../../src/config/defaults.ts';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';

/** One server with two addresses, as a bare port has. */
const onBoth = upstream({ servers: [{ written: '8000', addresses: [{ kind: 'ip', host: '127.0.0.1', port: 8000 }, { kind: 'ip', host: '::1', port: 8000 }] }] });

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const ok = (body: string, more = ''): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nDate: x\r\n${more}\r\n${body}`;
const later = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 20); });
const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

describe('one request and its answer', () => {
  it('goes to the app once, with the truth in the place of what the client said', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/a?b=%20c', 'X-Forwarded-Proto: http\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_Proto: http\r\nAccept: */*\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\n'));
    const app = front.app();
    const [line, ...fields] = app.text.slice(0, -4).split('\r\n');
    assert.equal(line, 'GET /a?b=%20c HTTP/1.1');
    assert.deepEqual(fields.filter((field) => !field.startsWith('X-Request-Id: ')), [
      'Host: shop.test', 'Accept: */*', 'X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: shop.test', 'X-Forwarded-Port: 8443',
    ]);
    app.say(ok('hello'));
    assert.match(client.text, /^HTTP\/1\.1 200 OK\r\n/);
    assert.equal(bodyOf(client.text), 'hello');
    assert.equal(client.writes.length, 1, 'head and body leave in one write');
    assert.equal(app.writes.length, 1);
  });

  it('keeps the app\'s connection for the next one', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/1'));
    front.app().say(ok('1'));
    client.say(get('/2'));
    assert.equal(front.transport.made.length, 1);
    front.transport.made[0]!.wire.say(ok('2'));
    assert.equal(client.writes.length, 2);
  });

  it('answers pipelined requests in their order', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/1') + get('/2') + get('/3'));
    const app = front.app();
    for (const n of ['1', '2', '3']) {
      assert.match(app.writes.at(-1)!, new RegExp(`^GET /${n} `));
      app.say(ok(`answer ${n}`));
    }
    assert.deepEqual(client.writes.map(bodyOf), ['answer 1', 'answer 2', 'answer 3']);
  });

  it('reads no further than 64 KiB ahead of the answer that is owed', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/1'));
    const app = front.app();
    client.say('x'.repeat(70_000));
    assert.equal(client.paused, true);
    app.say(ok('1'));
    assert.equal(client.paused, false);
    assert.match(client.writes.at(-1)!, /^HTTP\/1\.1 4\d\d /);
  });

  it('relays interim answers, and the final one after them', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/'));
    front.app().say('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nKeep-Alive: x\r\n\r\n');
    assert.equal(client.text, 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n');
    front.transport.made[0]!.wire.say(ok('x'));
    assert.match(client.text, /\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('frames an answer of unknown length as chunked, and ends it only when the app ended it in order', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/'));
    const app = front.app();
    app.say('HTTP/1.1 200 OK\r\n\r\nab');
    app.say('cd');
    app.fin();
    assert.match(client.text, /Transfer-Encoding: chunked\r\n/);
    assert.equal(bodyOf(client.text), '2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n');
  });

  it('announces a length without a body for HEAD and 304, and never for 204', () => {
    // Django sends Content-Length: 0 with a 204; a length in a 204 is against RFC 9110 §8.6 and some clients wait for it.
    for (const [method, status, announced] of [['HEAD', 200, true], ['GET', 304, true], ['GET', 204, false], ['HEAD', 204, false]] as const) {
      const front = new MemoryFront();
      const client = front.client();
      client.say(`${method} / HTTP/1.1\r\nHost: shop.test\r\n\r\n`);
      front.app().say(`HTTP/1.1 ${status} x\r\nContent-Length: 0\r\n\r\n`);
      assert.equal(/Content-Length/.test(client.text), announced, `${method} ${status}`);
      client.say(get('/2'));
      assert.equal(front.transport.made.length, 1, 'the connection goes on');
    }
  });

  it('never ends a cut answer as if it were whole', () => {
    const front = new MemoryFront();
    for (const [head, ending] of [['HTTP/1.1 200 OK\r\n\r\nab', 'break'], ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab', 'fin'], ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n', 'fin']] as const) {
      const client = front.client();
      client.say(get('/'));
      const app = front.app();
      app.say(head);
      app[ending]();
      assert.ok(client.ended || client.gone !== undefined, head);
      assert.doesNotMatch(client.text, /0\r\n\r\n$/);
    }
  });

  it('tells an HTTP/1.0 client the end by closing, and a cut by a reset', () => {
    const front = new MemoryFront();
    for (const ending of ['fin', 'break'] as const) {
      const client = front.client();
      client.say('GET / HTTP/1.0\r\nHost: shop.test\r\n\r\n');
      const app = front.app();
      app.say('HTTP/1.1 200 OK\r\n\r\nab');
      app[ending]();
      assert.equal(bodyOf(client.text), 'ab');
      assert.equal(ending === 'fin' ? client.ended : client.gone === 'reset', true);
    }
  });
});

describe('request bodies', () => {
  const post = (framing: string): string => `POST /up HTTP/1.1\r\nHost: shop.test\r\n${framing}\r\n\r\n`;

  it('are whole before an app connection is taken, and go on with a Content-Length', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(post('Transfer-Encoding: chunked') + '3\r\nabc\r\n');
    assert.equal(front.transport.made.length, 0, 'no worker is taken for half a body');
    client.say('2\r\nde\r\n0\r\n\r\n');
    const app = front.app();
    assert.match(app.text, /\r\nContent-Length: 5\r\n/);
    assert.doesNotMatch(app.text, /chunked/);
    assert.equal(bodyOf(app.text), 'abcde');
    assert.equal(app.writes.length, 1);
  });

  it('larger than 64 KiB go over a temporary file, every byte of them', async () => {
    const front = new MemoryFront();
    const client = front.client();
    const body = Array.from({ length: 50_000 }, (_, i) => `${i},`).join('');
    client.say(post(`Content-Length: ${body.length}`));
    for (let at = 0; at < body.length; at += 10_000) { client.say(body.slice(at, at + 10_000)); if (at % 50_000 === 0) await later(); }
    const app = front.app();
    await later();
    for (let tries = 0; bodyOf(app.text).length < body.length && tries < 100; tries++) await later();
    assert.equal(bodyOf(app.text), body);
  });

  it('with Expect are asked for by the front, once', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(post('Content-Length: 2\r\nExpect: 100-continue'));
    assert.equal(client.text, 'HTTP/1.1 100 Continue\r\n\r\n');
    client.say('hi');
    assert.doesNotMatch(front.app().text, /Expect/);
  });

  it('that are too large are refused before a byte of them, and the connection ends', () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ maxBody: 10 })] })] }));
    const announced = front.client();
    announced.say(post('Content-Length: 11'));
    assert.match(announced.text, /^HTTP\/1\.1 413 [\s\S]*Connection: close/);
    const chunked = front.client();
    chunked.say(post('Transfer-Encoding: chunked') + '8\r\n12345678\r\n');
    assert.equal(chunked.text, '');
    chunked.say('3\r\nabc\r\n');
    assert.match(chunked.text, /^HTTP\/1\.1 413 /);
    assert.equal(chunked.ended, true);
    assert.equal(front.transport.made.length, 0);
  });

  it('stream as they come where the route says so, Expect and all', () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ streamBodies: true })] })] }));
    const client = front.client();
    client.say(post('Transfer-Encoding: chunked\r\nExpect: 100-continue'));
    const app = front.app();
    assert.match(app.text, /Transfer-Encoding: chunked\r\n[\s\S]*Expect: 100-continue\r\n/);
    app.say('HTTP/1.1 100 Continue\r\n\r\n');
    assert.equal(client.text, 'HTTP/1.1 100 Continue\r\n\r\n');
    client.say('3;ext=1\r\nabc\r\n');
    assert.equal(bodyOf(app.text), '3\r\nabc\r\n');
    client.say('0\r\nX-Sum: 1\r\nX-Forwarded-Proto: http\r\n\r\n');
    assert.equal(bodyOf(app.text), '3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n');
    app.say(ok('done'));
    assert.match(client.text, /done$/);
    assert.equal(client.ended, false, 'the request was whole before its answer');
  });

  it('do not hold back an answer that comes before their end', () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ streamBodies: true })] })] }));
    const client = front.client();
    client.say(post('Content-Length: 100') + 'half');
    const app = front.app();
    app.say('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
    assert.match(client.text, /^HTTP\/1\.1 413 [\s\S]*Connection: close\r\n\r\nno$/);
    assert.equal(app.gone, 'destroyed', 'half a request was written on it');
  });

  it('that are cut by the client never reach the app', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(post('Content-Length: 10') + 'half');
    client.fin();
    assert.equal(front.transport.made.length, 0);
  });
});

describe('a kept connection that the app has just closed', () => {
  const used = (): { front: MemoryFront; client: ReturnType<MemoryFront['client']> } => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/1'));
    front.app().say(ok('1'));
    return { front, client };
  };

  it('never costs an idempotent request: it is sent once more', () => {
    const { front, client } = used();
    client.say(get('/2'));
    front.transport.made[0]!.wire.break();
    assert.equal(front.transport.made.length, 2);
    front.app().say(ok('2'));
    assert.match(client.text, /2$/);
    assert.equal(client.writes.length, 2);
  });

  it('is not tried a third time', () => {
    const { front, client } = used();
    client.say(get('/2'));
    front.transport.made[0]!.wire.break();
    front.app().break();
    assert.equal(front.transport.made.length, 2);
    assert.match(client.writes.at(-1)!, /^HTTP\/1\.1 502 /);
  });

  it('is not tried again when something of an answer had come', () => {
    const { front, client } = used();
    client.say(get('/2'));
    front.transport.made[0]!.wire.say('HTTP/1.1 2');
    front.transport.made[0]!.wire.break();
    assert.equal(front.transport.made.length, 1);
    assert.match(client.writes.at(-1)!, /^HTTP\/1\.1 502 /);
  });

  it('never sees a POST twice', () => {
    const { front, client } = used();
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\n\r\nx');
    front.transport.made[0]!.wire.break();
    assert.equal(front.transport.made.length, 1);
    assert.match(client.writes.at(-1)!, /^HTTP\/1\.1 502 /);
  });

  it('is not used for a POST when it has been idle for a while', async () => {
    const { front, client } = used();
    await new Promise((resolve) => { setTimeout(resolve, 600); });
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\n\r\nx');
    assert.equal(front.transport.made.length, 2);
  });

  it('is dropped when it says something that nobody asked for, without harm to the answer before', () => {
    // Gunicorn sends a body on HEAD.
    const front = new MemoryFront();
    const client = front.client();
    client.say('HEAD / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    const app = front.app();
    app.say(ok('a body that HEAD does not have'));
    assert.match(client.text, /Content-Length: 30\r\n\r\n$|Content-Length: 30\r\n[\s\S]*\r\n\r\n$/);
    assert.doesNotMatch(client.text, /a body/);
    assert.equal(app.gone, 'destroyed');
    client.say(get('/2'));
    assert.equal(front.transport.made.length, 2);
  });
});

describe('a stop', () => {
  it('lets a request whose head is half here be finished, and answers it as the last one', () => {
    // Every connection that waited for a head was hung up on, also one in the middle of it: a person's order was lost.
    const front = new MemoryFront();
    const half = front.client();
    const idle = front.client();
    idle.say('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    front.app().say(ok('before'));
    half.say('POST /order HTTP/1.1\r\nHost: shop.test\r\n');
    front.live.stopping = true;
    for (const connection of [...front.context.connections]) connection.stop();
    assert.equal(idle.ended, true);
    assert.equal(half.ended, false);
    half.say('Content-Length: 1\r\n\r\nx');
    front.app().say(ok('thanks'));
    assert.match(half.text, /Connection: close\r\n[^]*thanks$/);
    assert.equal(half.ended, true);
  });

  it('answers the first request of a client that has just come, and waits for it no longer than two seconds from then', (t) => {
    // A client that connected in the moment of an upgrade was hung up on before it could ask: an empty answer.
    t.mock.timers.enable({ apis: ['setInterval'] });
    const front = new MemoryFront();
    let now = front.context.clock.now;
    t.mock.method(performance, 'now', () => now);
    const pass = (ms: number): void => { for (const until = now + ms; now < until;) { now += 100; t.mock.timers.tick(100); } };
    const early = front.client(); // a browser's, opened in case it is needed
    pass(2_500);
    const quick = front.client();
    const never = front.client();
    front.live.stopping = true;
    for (const connection of [...front.context.connections]) connection.stop();
    const shaking = front.client(); // its handshake was under way
    pass(400);
    assert.equal(early.ended, true);
    for (const [client, text] of [[quick, 'a'], [shaking, 'b']] as const) {
      client.say('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
      front.app().say(ok(text));
      assert.match(client.text, new RegExp(`Connection: close\r\n[^]*${text}$`));
      assert.equal(client.ended, true);
    }
    assert.equal(never.ended, false);
    pass(2_000);
    assert.equal(never.ended, true);
  });
});

describe('an app in trouble', () => {
  it('refused: 502 with the id that is in the log, and the second address is tried first', () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ app: onBoth })] })] }));
    const client = front.client();
    client.say(get('/', 'Accept: application/json\r\n'));
    front.transport.made[0]!.wire.break('ECONNREFUSED');
    assert.equal(front.transport.made.length, 2);
    front.transport.made[1]!.wire.break('ECONNREFUSED');
    assert.match(client.text, /^HTTP\/1\.1 502 /);
    const { error } = JSON.parse(bodyOf(client.text)) as { error: { code: string; requestId: string } };
    assert.equal(error.code, 'app-refused');
    const event = front.events().find((event) => event['requestId'] === error.requestId && event['event'] === 'app-refused');
    assert.equal(String(event?.['message']).match(/ECONNREFUSED/g)?.length, 2, 'the log has what both addresses said');
  });

  it('that does not accept in time: 504, after every address had its time', async () => {
    const two = appRoute({ app: onBoth });
    const front = new MemoryFront(settings({ timeouts: { ...DEFAULT_TIMEOUTS, connect: 250 }, sites: [siteSettings({ routes: [two] })] }));
    const client = front.client();
    client.say(get('/'));
    for (let tries = 0; client.text === '' && tries < 200; tries++) await later();
    assert.deepEqual(front.transport.made.map(({ wire }) => wire.gone), ['destroyed', 'destroyed']);
    assert.match(client.text, /^HTTP\/1\.1 504 /);
    const second = front.client();
    second.say(get('/'));
    for (let tries = 0; front.transport.made.length < 4 && tries < 200; tries++) await later();
    front.app().say(ok('late but here'));
    assert.match(second.text, /late but here$/);
  });

  it('that answers what is not HTTP gives 502', () => {
    const front = new MemoryFront();
    for (const answer of ['nonsense\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n', 'HTTP/1.1 200 OK\nX: y\n\n']) {
      const client = front.client();
      client.say(get('/'));
      front.app().say(answer);
      assert.match(client.text, /^HTTP\/1\.1 502 /, answer);
    }
  });

  it('is left alone at once when the client has gone', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/'));
    const app = front.app();
    client.break();
    assert.equal(app.gone, 'destroyed');
  });

  it('is not read further than the read-ahead of a client that takes nothing', () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ readAhead: 200_000 })] })] }));
    const client = front.client();
    client.slow = true;
    client.say(get('/'));
    const app = front.app();
    app.say('HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n');
    for (let i = 0; i < 10 && !app.paused; i++) app.say('x'.repeat(50_000));
    assert.equal(app.paused, true);
    assert.ok(client.buffered <= 260_000, String(client.buffered));
    client.drain();
    assert.equal(app.paused, false);
  });
});

describe('a WebSocket', () => {
  const handshake = get('/ws', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n');

  it('is told https, and joins both ends after the app\'s 101', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(handshake);
    const app = front.app();
    assert.match(app.text, /X-Forwarded-Proto: https\r\n[\s\S]*Connection: Upgrade\r\nUpgrade: websocket\r\n/);
    app.say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\nearly');
    assert.match(client.text, /^HTTP\/1\.1 101 [\s\S]*Sec-WebSocket-Accept: y\r\n[\s\S]*\r\n\r\n$|early$/);
    assert.match(client.text, /early$/);
    client.say('ping');
    assert.match(app.text, /ping$/);
    app.say('pong');
    assert.match(client.text, /pong$/);
    app.break();
    assert.equal(client.gone, 'destroyed');
  });

  it('that nobody asked for is no WebSocket, however well the app says 101', () => {
    // Any GET whose app answered 101 became a tunnel: the client's next requests would have gone to the app unread.
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/'));
    const app = front.app();
    app.say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    assert.match(client.text, /^HTTP\/1\.1 502 /);
    assert.equal(app.gone, 'destroyed');
  });

  it('that the app refuses is an ordinary answer', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(handshake);
    front.app().say('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    assert.match(client.text, /^HTTP\/1\.1 403 /);
    client.say(get('/'));
    assert.match(front.transport.made.at(-1)!.wire.text, /GET \/ HTTP/);
  });

  it('bytes sent before the app agreed are not given to it as a request or otherwise', () => {
    // Pingora CVE-2026-2833: what came behind an Upgrade was forwarded before the 101.
    const front = new MemoryFront();
    const client = front.client();
    client.say(handshake + 'GET /admin HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    const app = front.app();
    assert.doesNotMatch(app.text, /admin/);
  });
});

describe('a request that is not one', () => {
  for (const [what, bytes] of Object.entries({
    'a bare LF': 'GET / HTTP/1.1\nHost: a\n\n',
    'two lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx',
    'a length beside a coding': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'no Host': 'GET / HTTP/1.0\r\n\r\n',
  })) {
    it(`${what} is answered with 400, closed, logged, and never reaches the app`, () => {
      const front = new MemoryFront();
      const client = front.client();
      client.say(bytes);
      assert.match(client.text, /^HTTP\/1\.1 400 [\s\S]*Connection: close/);
      assert.equal(client.ended, true);
      assert.equal(front.transport.made.length, 0);
      assert.ok(front.events().some((event) => event['event'] === 'refused'));
    });
  }

  it('behind a good one gets its answer after the good one\'s', () => {
    const front = new MemoryFront();
    const client = front.client();
    client.say(get('/') + 'GET / HTTP/1.1\nHost: a\n\n');
    front.app().say(ok('good'));
    assert.match(client.text, /good[\s\S]*HTTP\/1\.1 400 /);
  });
});
