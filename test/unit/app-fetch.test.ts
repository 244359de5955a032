import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { heardOf, sallyport, type Options } from '../../src/app/fetch.ts';
import { OptionError } from '../../src/app/options.ts';

/** What a handler hears of a request, given what its runtime hands over beside it. */
async function heard(url: string, { options = {}, handed = [], headers = {} }: { options?: Options; handed?: unknown[]; headers?: Readonly<Record<string, string>> } = {}): Promise<{ scheme: string; url: string; client: string }> {
  const handler = sallyport({ log: () => undefined, ...options })((request) => Response.json({ ...heardOf(request), url: request.url }));
  return await (await handler(new Request(url, { headers: { Host: 'shop.test', ...headers } }), ...handed)).json() as { scheme: string; url: string; client: string };
}

const message = (encrypted: boolean): object => ({ socket: { remoteAddress: '192.0.2.1', encrypted } });
const bun = (protocol: string, url = `${protocol}://127.0.0.1:3000/`): object => ({ requestIP: () => (url.startsWith('unix') ? null : { address: '192.0.2.1' }), protocol, url: new URL(url) });
const deno = { remoteAddr: { transport: 'tcp', hostname: '192.0.2.1' } };

describe('the scheme of the connection', () => {
  // `GET https://shop.test/ HTTP/1.1` over a plain connection: Deno and Node's server for Hono make request.url of it, and
  // whoever sent that line was taken for a visitor over https, by nobody's word.
  it('is not what a client writes into the request line', async () => {
    for (const handed of [[], [deno], [message(false)], [{ incoming: message(false) }], [bun('http')]]) {
      const got = await heard('https://evil.test/a?b', { handed });
      assert.deepEqual([got.scheme, got.url], ['http', 'http://shop.test/a?b'], JSON.stringify(handed));
    }
  });

  it('is what the socket shows, where the runtime has it', async () => {
    for (const handed of [[message(true)], [{ incoming: message(true) }], [bun('https')]]) assert.equal((await heard('http://shop.test/', { handed })).scheme, 'https', JSON.stringify(handed));
  });

  it('can be said where the runtime ends TLS itself and does not show it', async () => {
    assert.equal((await heard('https://shop.test/', { handed: [deno], options: { connection: 'https' } })).scheme, 'https');
    assert.equal((await heard('http://shop.test/', { handed: ['https'], options: { connection: (_, said) => (said === 'https' ? 'https' : 'http') } })).scheme, 'https');
    // a trusted front's word stands above it
    assert.equal((await heard('http://shop.test/', { options: { connection: 'https', peer: () => '127.0.0.1' }, headers: { 'X-Forwarded-Proto': 'http' } })).scheme, 'http');
    for (const wrong of [{ connection: 'tls' }, { peer: '127.0.0.1' }]) assert.throws(() => sallyport(wrong as unknown as Options), OptionError);
  });
});

describe('who connected', () => {
  // srvx on Bun and on Deno keeps what they hand over in request.runtime, and an app on a unix socket of Bun's has a peer
  // without an address: both heard nobody, and so looped behind a front that said https.
  it('is found in what Bun, Deno, srvx and Node hand over', async () => {
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.7' };
    const on = (runtime: object): Request => Object.assign(new Request('http://shop.test/', { headers }), { runtime });
    const options: Options = { trust: ['192.0.2.1', 'unix'], log: () => undefined };
    const hears = sallyport(options)((request) => Response.json(heardOf(request)));
    for (const [request, ...handed] of [
      [on({ node: { req: message(false) } })], [on({ bun: { server: bun('http') } })], [on({ deno: { info: deno } })],
      [on({}), deno], [on({}), { remoteAddr: { transport: 'unix', path: '/run/app.sock' } }], [on({}), bun('http')], [on({}), bun('http', 'unix:///run/app.sock')],
      [on({}), message(false)], [on({}), { incoming: message(false) }], [on({}), { socket: { server: { address: () => '/run/app.sock' } } }],
    ] as const) assert.equal(((await (await hears(request, ...handed)).json()) as { client: string }).client, '203.0.113.7', JSON.stringify([(request as { runtime?: object }).runtime, handed]));
    for (const handed of [undefined, null, {}, { socket: {} }, { remoteAddr: null }, 'unix', { requestIP: 1 }]) {
      assert.equal(((await (await hears(on({}), handed)).json()) as { scheme: string }).scheme, 'http', JSON.stringify(handed));
    }
  });

  it('is missed when the app starts, where it is not sure that somebody will show it', () => {
    const said = (options: Options): string[] => { const lines: string[] = []; sallyport({ ...options, log: (line) => { lines.push(line); } }); return lines; };
    const quiet = 'Bun' in globalThis ? 0 : 1;
    assert.equal(said({}).length, quiet);
    if (quiet > 0) assert.match(said({})[0]!, /srvx does.*--secret-file.*peer:/);
    assert.deepEqual([said({ peer: () => undefined }), said({ trust: { secret: 'x'.repeat(16) } })], [[], []]);
  });
});

describe('a connection that was upgraded', () => {
  const secure = { trust: { secret: 'x'.repeat(16) }, https: 'https', hsts: 300, log: () => undefined } as const;
  const request = (): Request => new Request('http://shop.test/', { headers: { 'Sallyport-Secret': 'x'.repeat(16), 'X-Forwarded-Proto': 'https' } });
  // Bun's handlers return nothing after server.upgrade(), and the option https made a TypeError of it; Deno's 101 cannot
  // be copied into another Response at all.
  it('has no answer to amend, and what stands for it goes through as it is', async () => {
    assert.equal(await sallyport(secure)(() => undefined)(request()), undefined);
    const upgraded = { status: 101, headers: new Headers() } as Response;
    assert.equal(await sallyport(secure)(() => upgraded)(request()), upgraded);
    const failed = Response.error();
    assert.equal(await sallyport(secure)(() => failed)(request()), failed);
    assert.equal((await sallyport(secure)(() => new Response('x'))(request())).headers.get('Strict-Transport-Security'), 'max-age=300');
  });

  it('is redirected or refused before, as any request is', async () => {
    assert.equal((await sallyport(secure)(() => new Response('x'))(new Request('http://shop.test/ws', { headers: { Upgrade: 'websocket' } }))).status, 307);
  });
});
