import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_TIMEOUTS } from '../../src/config/defaults.ts';
import type { AppRoute, Timeouts } from '../../src/config/settings/settings.ts';
import type { AppLead } from '../../src/front/sites/targets.ts';
import { MemoryFront, appRoute, settings, siteSettings } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';
import { eventually } from '../helpers/scope.ts';

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const post = (more: string): string => `POST / HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n\r\n`;
const ok = (body: string, more = ''): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nDate: x\r\n${more}\r\n${body}`;
const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;
const frontWith = (route: Partial<AppRoute> = {}, timeouts: Partial<Timeouts> = {}): MemoryFront =>
  new MemoryFront(settings({ timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts }, sites: [siteSettings({ routes: [appRoute(route)] })] }));
const WEBSOCKET = get('/ws', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n');
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const gone = (wire: MemoryWire): Promise<string> => eventually('the wire to be let go of', () => wire.gone);

describe('an app that switches protocols unasked', () => {
  it('is answered for with 502, and what the client sent next is still judged as HTTP', () => {
    // The 101's own fields were looked at, not whether the client had asked: a tunnel was opened, and pipelined requests ran through it unjudged.
    const front = frontWith();
    const client = front.client();
    client.say(get('/') + get('/admin', 'X-Forwarded-For: 6.6.6.6\r\n'));
    const app = front.app();
    app.say(SWITCH);
    assert.match(client.text, /^HTTP\/1\.1 502 /);
    assert.equal(app.gone, 'destroyed');
    assert.doesNotMatch(app.text, /admin/);
  });

  it('cannot end the front while a body is still arriving', () => {
    // The state table has no switch in the middle of a body; it threw out of the event, which ended the process.
    const front = frontWith({ streamBodies: true });
    const client = front.client();
    client.say(post('Content-Length: 10') + 'half');
    const app = front.app();
    app.say(SWITCH);
    assert.match(client.text, /^HTTP\/1\.1 502 /);
    assert.equal(client.ended, true);
    assert.equal(app.gone, 'destroyed');
  });
});

describe('a client that pipelines and never reads', () => {
  it('is not given answers without end: memory is bounded by one answer and what it sent ahead', () => {
    // Every answer that came whole let the next request go on, however much already waited for the client.
    const front = frontWith();
    const client = front.client();
    client.slow = true;
    client.say(get('/').repeat(500));
    const app = front.app();
    const big = ok('x'.repeat(60_000));
    let asked = count(app.text, /GET /g);
    for (let i = 0; i < 500 && asked > i; i++) {
      app.say(big);
      asked = count(app.text, /GET /g);
    }
    assert.ok(client.buffered < 200_000, `${client.buffered} bytes wait for a client that does not read`);
    client.drain();
    assert.ok(count(app.text, /GET /g) > asked, 'it goes on when the client has read');
  });

  it('is read no further while its answers wait', () => {
    const front = frontWith();
    const client = front.client();
    client.slow = true;
    client.say(get('/'));
    const app = front.app();
    app.say(ok('x'.repeat(70_000)));
    client.say(get('/2').repeat(5));
    assert.equal(count(app.text, /GET /g), 1);
    client.say('GET /' + 'x'.repeat(70_000));
    assert.equal(client.paused, true);
    client.drain();
    for (let i = 0; i < 5; i++) app.say(ok('x'));
    assert.equal(count(app.text, /GET \/2/g), 5);
    assert.equal(count(client.text, /HTTP\/1\.1 200/g), 6);
    assert.equal(client.paused, false);
    assert.match(client.text, /HTTP\/1\.1 414/);
  });

  it('is dropped when it takes nothing for the send timeout, and no earlier than that while it takes some', async () => {
    const front = frontWith({}, { send: 500, keepAlive: 1 });
    const client = front.client();
    client.slow = true;
    client.say(get('/'));
    front.app().say(ok('x'.repeat(200_000)));
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => { setTimeout(resolve, 250); });
      client.buffered -= 100;
      assert.equal(client.gone, undefined, `after ${i}`);
    }
    await gone(client);
    assert.equal(front.context.connections.size, 0);
  });

  it('never grows the stack: 100,000 requests answered at once', () => {
    const front = new MemoryFront(settings({ sites: [siteSettings({ hosts: ['other.test'] })] }));
    const client = front.client();
    client.say(get('/').repeat(100_000));
    assert.equal(count(client.text, /HTTP\/1\.1 421 /g), 100_000);
  });

  it('never grows the stack when an app answers each at once, either', () => {
    const front = frontWith();
    const client = front.client();
    client.say(get('/').repeat(1000));
    const app = front.app();
    for (let i = 0; i < 1000; i++) app.say(ok('x'));
    assert.equal(count(client.text, /HTTP\/1\.1 200/g), 1000);
  });
});

describe('an app that begins and goes silent', () => {
  for (const [what, bytes] of [['an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n'], ['half a head', 'HTTP/1.1 20']] as const) {
    it(`after ${what}: 504 after the answer timeout, not a status 0`, async () => {
      // A head that had begun was taken for an answer that had: the client was sent "HTTP/1.1 0", after the longer timeout.
      const front = frontWith({}, { answer: 150, answerIdle: 60_000 });
      const client = front.client();
      client.say(get('/'));
      front.app().say(bytes);
      await eventually('an answer', () => /HTTP\/1\.1 [^1]/.test(client.text), 3000);
      assert.match(client.text, /HTTP\/1\.1 504 /);
    });
  }

  it('is asked once: a request that an app had too long is not sent again', async () => {
    // Every failure of a kept connection was taken for its having been closed; a slow report was made twice.
    const front = frontWith({}, { answer: 150 });
    const client = front.client();
    client.say(get('/1'));
    front.app().say(ok('1'));
    client.say(get('/2'));
    await eventually('an answer', () => client.text.includes('HTTP/1.1 504'), 3000);
    assert.equal(front.transport.made.length, 1);
  });

  it('in the middle of its answer: the client sees the cut', async () => {
    const front = frontWith({}, { answerIdle: 150 });
    const client = front.client();
    client.say(get('/'));
    front.app().say('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n');
    await eventually('the end', () => client.ended, 3000);
    assert.doesNotMatch(client.text, /\r\n0\r\n/);
  });
});

describe('a client that sends a body and does not read', () => {
  it('while the app answers already: it is dropped after the send timeout, and the app with it', async () => {
    // Each side waited for the other with no deadline anywhere: client and app connection were held for ever.
    const front = frontWith({ streamBodies: true }, { send: 200, body: 60_000 });
    const client = front.client();
    client.slow = true;
    client.say(post('Content-Length: 10000000') + 'x'.repeat(1000));
    const app = front.app();
    app.slow = true;
    app.say('HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n' + 'y'.repeat(2_000_000));
    client.say('x'.repeat(100_000));
    assert.equal(client.paused, true);
    assert.equal(app.paused, true);
    await eventually('the client to be dropped', () => client.gone, 3000);
    await gone(app);
    assert.equal(front.context.connections.size, 0);
  });

  it('whose body is whole is listened to again, so that its leaving is noticed', async () => {
    const front = frontWith({ streamBodies: true });
    const client = front.client();
    client.say(post('Content-Length: 200000') + 'x'.repeat(1000));
    assert.equal(client.paused, true, 'the app is not connected yet');
    client.say('x'.repeat(199_000));
    assert.equal(client.paused, false);
    const app = front.app();
    client.fin();
    await gone(app);
  });
});

describe('an answer that only the end of the connection ends', () => {
  const begin = (timeouts: Partial<Timeouts> = {}): { front: MemoryFront; client: MemoryWire; app: MemoryWire } => {
    const front = frontWith({}, timeouts);
    const client = front.client();
    client.slow = true;
    client.say('GET / HTTP/1.0\r\nHost: shop.test\r\n\r\n');
    const app = front.app();
    app.say('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n' + 'x'.repeat(255) + '\r\n');
    return { front, client, app };
  };

  it('is reset when its client half-closes before the end', () => {
    // An orderly end would make the half of it look whole (RFC 9112 §8).
    const { client } = begin();
    client.fin();
    assert.equal(client.gone, 'reset');
  });

  it('is reset when the front is stopped before the end', () => {
    const { front, client } = begin();
    for (const connection of [...front.context.connections]) connection.destroy();
    assert.equal(client.gone, 'reset');
  });

  it('is reset when its client takes nothing of it', async () => {
    const { client, app } = begin({ send: 150 });
    app.say('ffff\r\n' + 'x'.repeat(65_535) + '\r\n');
    await gone(client);
    assert.equal(client.gone, 'reset');
  });

  it('that is whole here but not yet there goes on, and is reset when its client takes nothing of it', async () => {
    const { client, app } = begin({ send: 150 });
    app.say('0\r\n\r\n');
    assert.equal(client.ended, true);
    client.fin();
    assert.equal(client.gone, undefined);
    await gone(client);
    assert.equal(client.gone, 'reset');
  });
});

describe('a tunnel', () => {
  const open = (timeouts: Partial<Timeouts> = {}): { front: MemoryFront; client: MemoryWire; app: MemoryWire } => {
    const front = frontWith({}, timeouts);
    const client = front.client();
    client.say(WEBSOCKET);
    const app = front.app();
    app.say(SWITCH);
    return { front, client, app };
  };

  it('whose both ends are through loses nothing that still waits for one of them', () => {
    // The second end destroyed both wires, with whatever they still had to send.
    const { client, app } = open();
    client.slow = true;
    client.fin();
    app.say('last words'.repeat(1000));
    app.fin();
    assert.equal(client.gone, undefined);
    assert.equal(client.ended, true);
    client.buffered = 0;
    client.break();
    assert.equal(app.gone, 'destroyed');
  });

  it('whose app is gone gives the client what the app said before', async () => {
    const { front, client, app } = open({ send: 150 });
    client.slow = true;
    app.say('last words'.repeat(1000));
    app.break();
    assert.equal(client.gone, undefined);
    assert.equal(client.ended, true);
    await gone(client); // it takes nothing of it
    assert.equal(front.context.connections.size, 0);
  });

  it('with nothing left to say ends at once on both sides', () => {
    for (const which of ['client', 'app'] as const) {
      const tunnel = open();
      tunnel[which].break();
      assert.equal(tunnel.client.gone, 'destroyed');
      assert.equal(tunnel.app.gone, 'destroyed');
    }
  });
});

describe('a kept connection to an app', () => {
  it('gives a streamed body its own time, not what was left of its idling', async () => {
    // The limit for idle connections went on while a slow client had not sent a byte of its body.
    const front = frontWith({ streamBodies: true });
    const client = front.client();
    client.say(get('/'));
    const app = front.app();
    app.say(ok('1'));
    client.say(post('Content-Length: 5'));
    assert.equal(front.transport.made.length, 1);
    front.context.clock.now += 30_000;
    await new Promise((resolve) => { setTimeout(resolve, 10); });
    assert.match(app.text, /POST/);
    assert.equal(deadlineOf(front), Infinity);
  });

  it('is not one where a write has failed, though the app had answered all of it', () => {
    // The answer was read out of the system's buffer behind the failed write; the next request, a POST too, got that connection.
    const front = frontWith();
    const client = front.client();
    client.say(post('Content-Length: 1') + 'x' + post('Content-Length: 1') + 'y');
    const app = front.app();
    app.broken = true;
    app.say(ok('1'));
    assert.equal(front.transport.made.length, 2);
    front.app().say(ok('2'));
    assert.match(client.text, /1HTTP[^]*2$/);
  });

  it('is not used again after a HEAD that announced content: an app that sends it all the same would answer the next request with it', () => {
    // The content can be anybody's upload that reads like an answer; it came in a packet of its own after the head.
    for (const framing of ['Content-Length: 5', 'Transfer-Encoding: chunked']) {
      const front = frontWith();
      const client = front.client();
      client.say('HEAD / HTTP/1.1\r\nHost: shop.test\r\n\r\n' + get('/2'));
      const app = front.app();
      app.say(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`);
      assert.equal(front.transport.made.length, 2, framing);
      assert.equal(app.gone, 'destroyed');
    }
  });
});

/** The deadline of the newest app connection, as the clock sees it. */
function deadlineOf(front: MemoryFront): number {
  return (front.transport.made.at(-1)!.wire.handler as unknown as { deadline: number }).deadline;
}

describe('a body of which nothing may come', () => {
  it('is refused in chunks as it is with a length', () => {
    // A limit of 0 was taken for none.
    const front = frontWith({ maxBody: 0 });
    const client = front.client();
    client.say(post('Transfer-Encoding: chunked') + '1\r\nx\r\n');
    assert.match(client.text, /^HTTP\/1\.1 413 /);
  });
});

describe('a defect of ours', () => {
  // The state table throws at what cannot be, and nobody caught it: one connection's trouble ended the process and everybody's connections.
  it('while a request is read costs its connection alone, and is in the log', async () => {
    const front = frontWith();
    const other = front.client();
    other.say(get('/other'));
    const app = front.app();
    const { context } = front;
    const { read } = context;
    (context as { read: unknown }).read = () => { throw new Error('a defect'); };
    const client = front.client();
    client.say(get('/'));
    await gone(client);
    assert.equal(client.gone, 'reset');
    (context as { read: unknown }).read = read;
    app.say(ok('x'));
    assert.match(other.text, /200 OK/);
    assert.ok(front.events().some((event) => event['event'] === 'internal' && String(event['message']).includes('a defect')));
    assert.equal(context.connections.size, 1);
  });

  it('while an answer is read is a 500, or a cut', () => {
    const front = frontWith();
    const client = front.client();
    client.say(get('/'));
    const app = front.app();
    const found = front.context.sites.pick('shop.test')!.route('/') as AppLead;
    (found.target as { repair: unknown }).repair = () => { throw new Error('a defect'); };
    app.say(ok('x'));
    assert.match(client.text, /^HTTP\/1\.1 500 /);
    assert.doesNotMatch(client.text, /a defect/);
    assert.equal(app.gone, 'destroyed');
  });
});
