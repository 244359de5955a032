import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { startFront, type Front } from '../helpers/front.ts';
import { answering, reply, startRawApp, type RawApp } from '../helpers/raw-app.ts';
import { program, requires } from '../helpers/real.ts';
import { eventually, scope, sleep } from '../helpers/scope.ts';
import type { Talk } from '../helpers/talk.ts';

const GET = (path = '/', more = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const MIB = 1024 * 1024;

/** Connections that the front holds open to the app. */
const open = (app: RawApp): number => app.connections.filter(({ ended, socket }) => ended === undefined && !socket.destroyed).length;

describe('slow on purpose', () => {
  const ends = scope();
  const setup = async (): Promise<{ front: Front; app: RawApp }> => {
    const app = await startRawApp(ends, answering((request) => reply(request.target === '/big' ? 'x'.repeat(20 * MIB) : request.body)));
    const front = await startFront(ends, [app.address, '--scheme', '/=either', '--timeout', 'head=1s', '--timeout', 'body=1s', '--timeout', 'send=2s', '--timeout', 'keepAlive=1s']);
    return { front, app };
  };
  const both = setup();

  for (const door of ['https', 'http'] as const) {
    it(`a head that never ends is refused after the head's time, however often a byte comes (${door})`, async () => {
      const { front, app } = await both;
      const before = app.connections.length;
      const talk = await front.talk(door);
      const started = performance.now();
      talk.say('GET / HTTP/1.1\r\nHost: localhost\r\n');
      const drip = setInterval(() => { talk.say('X'); }, 100);
      try { assert.match(await talk.toTheEnd(6000), /^HTTP\/1\.1 408 /); } finally { clearInterval(drip); }
      assert.ok(performance.now() - started < 5500);
      assert.equal(app.connections.length, before);
    });

    it(`a body that stops or comes byte by byte is refused, one that is slow is not, and none takes an app (${door})`, async () => {
      const { front, app } = await both;
      const before = app.connections.length;
      const slow = await front.talk(door);
      slow.say('POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000\r\n\r\n');
      const dripping = await front.talk(door);
      dripping.say('POST /stopped HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000\r\n\r\n');
      const stopped = await front.talk(door);
      stopped.say('POST /stopped HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\nx');
      for (let i = 0; i < 7; i++) {
        await sleep(300);
        slow.say('x'.repeat(1000));
        if (dripping.ended === undefined) dripping.say('x');
      }
      assert.equal(app.connections.length, before);
      slow.say('x'.repeat(1000));
      assert.match(await slow.until('x'.repeat(8000)), /^HTTP\/1\.1 200 /);
      for (const refused of [stopped, dripping]) assert.match(await refused.toTheEnd(6000), /^HTTP\/1\.1 408 /);
      assert.doesNotMatch(app.received(), /stopped/);
    });

    it(`an answer that nobody reads is dropped, one that is read slowly is not (${door})`, async () => {
      const { front } = await both;
      const dead = await front.talk(door, { reading: false });
      dead.say(GET('/big'));
      const slow = await front.talk(door, { reading: false });
      slow.say(GET('/big'));
      let read = 0;
      slow.socket.on('data', (bytes: Buffer) => {
        read += bytes.length;
        slow.socket.pause();
        setTimeout(() => slow.socket.resume(), bytes.length / 2000); // 2 MB a second
      });
      await sleep(5000);
      dead.listen();
      const text = await dead.toTheEnd(5000);
      assert.ok(text.length < 20 * MIB, 'it was cut');
      const after = read;
      await eventually('the slow one to go on', () => read > after + 100_000, 4000);
      slow.drop();
    });
  }
});

describe('a storm of connections that are reset', () => {
  it('leaves the front answering, and nothing open to the app', async (t) => {
    const app = await startRawApp(t, answering(reply('ok')));
    const front = await startFront(t, [app.address, '--scheme', '/=either']);
    const pieces = ['', 'GET', GET(), GET() + GET(), 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n' + 'x'.repeat(100_000)];
    for (let round = 0; round < 10; round++) {
      const talks = await Promise.all(Array.from({ length: 30 }, (_, i) => front.talk(i % 3 === 0 ? 'https' : 'http')));
      talks.forEach((talk, i) => {
        talk.say(pieces[i % pieces.length]!);
        if (i % 3 === 0) talk.drop();
        else setTimeout(() => { talk.socket.resetAndDestroy(); }, i % 7);
      });
      await sleep(20);
    }
    assert.equal((await front.get('/')).text, 'ok');
    await eventually('only kept connections to the app', () => open(app) <= 128);
  });

  it('a thousand kept requests with clients that leave at random: no connection to the app is lost track of', async (t) => {
    const app = await startRawApp(t, answering((request, connection) => {
      if (request.target === '/never') return undefined;
      if (request.target === '/half') { connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'); return undefined; }
      return reply('ok');
    }));
    const front = await startFront(t, [app.address, '--scheme', '/=either']);
    const paths = ['/', '/', '/', '/', '/never', '/half'];
    let talks: Talk[] = [];
    for (let i = 0; i < 1000; i++) {
      if (talks.length < 10) talks.push(await front.talk('http'));
      const talk = talks[i % talks.length]!;
      const path = paths[i * 7919 % paths.length]!;
      talk.say(GET(path));
      if (path === '/') await talk.until(/\r\n\r\nok$/);
      else {
        await sleep(i % 5);
        if (i % 2 === 0) talk.drop(); else talk.socket.resetAndDestroy();
        talks = talks.filter((one) => one !== talk);
      }
    }
    for (const talk of talks) talk.drop();
    await eventually('the busy connections to be dropped', () => open(app) <= 10, 5000);
  });
});

describe('an answer that its app cut', () => {
  const answers: Readonly<Record<string, string>> = {
    '/length': 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf',
    '/chunked': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    '/chunk': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf',
  };
  it('is an error for curl, in every framing, over TLS and without', requires('curl'), async (t) => {
    const app = await startRawApp(t, async (connection) => {
      const request = await connection.request();
      connection.write(answers[request?.target ?? ''] ?? '');
      await sleep(100);
      if (request?.get('x-end') === 'reset') connection.reset(); else connection.end();
    });
    const front = await startFront(t, [app.address, '--scheme', '/=either']);
    for (const origin of [front.https.replace('localhost', '127.0.0.1'), front.http.replace('localhost', '127.0.0.1')]) {
      for (const path of Object.keys(answers)) {
        for (const version of ['--http1.1', '--http1.0']) {
          for (const end of ['fin', 'reset']) {
            const code = await promisify(execFile)(program('curl'), ['-sk', version, '-H', `X-End: ${end}`, origin + path]).then(() => 0, (error: { code: number }) => error.code);
            assert.ok([18, 56].includes(code), `curl ${version} ${origin}${path}, ${end}: exit ${code}`);
          }
        }
      }
    }
  });
});

describe('requests that hide another', () => {
  it('never reach an app that would find the other', async (t) => {
    // The most lenient app there is: whatever looks like a request line is one.
    const app = await startRawApp(t, answering(reply('ok')));
    const front = await startFront(t, [app.address, '--scheme', '/=either']);
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const post = (lines: string, body: string): string => `POST / HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n\r\n${body}`;
    const pairs = [
      post(`Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${hidden}`),
      post(`Transfer-Encoding: chunked\r\nContent-Length: 4`, `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`),
      ...['Transfer-Encoding : chunked', 'Transfer-Encoding: xchunked', 'Transfer-Encoding:\x0bchunked', 'Transfer-Encoding: chunked, identity', 'Transfer-Encoding:\r\n chunked', 'X: y\rTransfer-Encoding: chunked', 'X: y\nTransfer-Encoding: chunked', 'Transfer_Encoding: chunked']
        .map((line) => post(`Content-Length: 5\r\n${line}`, `0\r\n\r\n${hidden}`).replace('Content-Length: 5\r\nTransfer_', 'Transfer_')),
      post('Content-Length: 0\r\nContent-Length: 44', hidden), post('Content-Length: +0', hidden), post('Content-Length: 0, 44', hidden),
      post('Transfer-Encoding: chunked', `0\r\nX: y\r\n\r\n${hidden}`), post('Transfer-Encoding: chunked', `1;a\n\r\nx\r\n0\r\n\r\n${hidden}`), post('Transfer-Encoding: chunked', `2\r\nxx${hidden}`),
    ];
    for (const bytes of pairs) {
      for (const door of ['https', 'http'] as const) {
        const from = app.connections.map(({ received }) => received.length);
        const talk = await front.talk(door);
        talk.say(bytes);
        await sleep(60);
        talk.drop();
        const said = app.connections.map(({ received }, i) => received.slice(from[i] ?? 0)).join('');
        // A pipelined request of its own is judged like any other, and says so; a hidden one would come without the truth.
        for (const at of said.matchAll(/GET \/hidden/g)) {
          assert.match(said.slice(at.index), /^GET \/hidden HTTP\/1\.1\r\nHost: localhost\r\n(?:(?!\r\n\r\n)[\s\S])*X-Forwarded-Proto: https?\r\n/, JSON.stringify({ bytes, said }));
        }
      }
    }
  });
});
