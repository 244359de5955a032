/** One id for each request: in the log, for the app, for the client, and from a proxy that gave it one already. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Settings, TrustHeaders } from '../../src/config/settings/settings.ts';
import { DEFAULT_TRUST_HEADERS } from '../../src/config/defaults.ts';
import { createIds } from '../../src/front/ids.ts';
import { MemoryFront, settings } from '../helpers/memory-front.ts';
import type { MemoryWire, MemoryWireOptions } from '../helpers/memory-transport.ts';

const idIn = (text: string): string[] => [...text.matchAll(/^X-Request-Id: (.*)\r$/gim)].map(([, id]) => id!);
const get = (...lines: string[]): string => `GET / HTTP/1.1\r\nHost: shop.test\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: x\r\n\r\n';

interface Ids { readonly app: string[]; readonly client: string[]; readonly logged: unknown }

function ask(request: string, { peer = '192.0.2.7', more = {}, headers = {}, answer = OK }: { peer?: string; more?: Partial<Settings>; headers?: Partial<TrustHeaders>; answer?: string } = {}): Ids {
  const front = new MemoryFront(settings({ trust: ['10.0.0.0/8', 'cloudflare'], trustHeaders: { ...DEFAULT_TRUST_HEADERS, ...headers }, ...more }));
  const client = front.client({ tls: true, peer } satisfies MemoryWireOptions);
  client.say(request);
  const app: MemoryWire = front.app();
  app.say(answer);
  return { app: idIn(app.text), client: idIn(client.text), logged: front.events().find(({ requestId }) => requestId !== undefined)?.['requestId'] };
}

describe('the id of a request', () => {
  it('is told to the app and to the client, and is in the log', () => {
    const { app, client, logged } = ask(get());
    assert.equal(app.length, 1);
    assert.deepEqual([client, logged], [app, app[0]]);
  });

  it('is not the one of a client', () => {
    const { app, client } = ask(get('X-Request-Id: mine', 'x_request_id: mine', 'X-Request.Id: mine'));
    assert.deepEqual(client, app);
    assert.doesNotMatch(app.join(), /mine/);
  });

  it('is the one of a trusted proxy', () => {
    for (const id of ['7f3c', '0b5a6b9c-8d9e-4b7a-9a3f-2f6f1f1c2d3e', 'Root=1-67891233-abcdef012345678912345678', 'a+/b=', 'x'.repeat(128)]) {
      assert.deepEqual(ask(get(`X-Request-Id: ${id}`), { peer: '10.1.2.3' }), { app: [id], client: [id], logged: id });
    }
  });

  it('is the front\'s own where the trusted proxy\'s is not well-formed, or there are two', () => {
    for (const lines of [['X-Request-Id: a b'], ['X-Request-Id: "a"'], ['X-Request-Id: <b>'], ['X-Request-Id: '], [`X-Request-Id: ${'x'.repeat(129)}`], ['X-Request-Id: a', 'X-Request-Id: b'], ['X-Request-Id: caf\xe9']]) {
      const { app, client } = ask(get(...lines), { peer: '10.1.2.3' });
      assert.match(app.join(), /^[0-9a-z]{6}-[0-9a-z]{6}$/, lines.join());
      assert.deepEqual(client, app);
    }
  });

  it('is taken from a published network only by a header that was named: what else comes through it is its customers\'', () => {
    const peer = '173.245.48.9';
    assert.doesNotMatch(ask(get('X-Request-Id: mine', 'CF-Ray: 8a1b-FRA'), { peer }).app.join(), /mine|8a1b/);
    assert.deepEqual(ask(get('X-Request-Id: mine', 'CF-Ray: 8a1b-FRA'), { peer, headers: { id: 'CF-Ray' } }).client, ['8a1b-FRA']);
    assert.doesNotMatch(ask(get('CF-Ray: 8a1b-FRA'), { headers: { id: 'CF-Ray' } }).app.join(), /8a1b/, 'from anybody else');
  });

  it('takes the place of one that the app answers with', () => {
    const { app, client } = ask(get(), { answer: 'HTTP/1.1 200 OK\r\nX-Request-ID: the-apps-own\r\nContent-Length: 0\r\nDate: x\r\n\r\n' });
    assert.deepEqual(client, app);
  });

  it('is on the front\'s own answers, once', () => {
    const front = new MemoryFront();
    for (const [tls, request] of [[false, get()], [true, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n']] as const) {
      const client = front.client({ tls });
      client.say(request);
      assert.equal(idIn(client.text).length, 1, client.text);
    }
  });

  it('is on a WebSocket\'s 101', () => {
    const { app, client } = ask(get('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x'), { answer: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n' });
    assert.deepEqual(client, app);
  });
});

it('no two are the same, and their order says nothing of how many there were', () => {
  const next = createIds();
  const made = Array.from({ length: 100_000 }, next);
  assert.equal(new Set(made).size, made.length);
  assert.ok(made.every((id) => /^[0-9a-z]{6}-[0-9a-z]{6}$/.test(id)));
  const up = made.filter((id, i) => i > 0 && id > made[i - 1]!).length;
  assert.ok(up > 40_000 && up < 60_000, `${up} of 100000 are larger than the one before`);
});
