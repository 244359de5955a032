import assert from 'node:assert/strict';
import { createServer, request as ask, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import Koa from 'koa';
import * as forKoa from '../../src/app/koa.ts';
import { heardOf, sallyport } from '../../src/app/node.ts';

async function listening(t: TestContext, listener: RequestListener): Promise<(path: string, headers?: Readonly<Record<string, string>>) => Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => { server.closeAllConnections(); server.close(); });
  const { port } = server.address() as AddressInfo;
  return (path, headers = {}) => new Promise((resolve, reject) => {
    ask({ host: '127.0.0.1', port, path, headers: { 'Host': 'shop.test', 'X-Forwarded-Proto': 'https', ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => { text += piece; }).on('end', () => { resolve({ status: response.statusCode!, headers: response.headers, text }); });
    }).on('error', reject).end();
  });
}

describe('answers on Node', () => {
  // With hsts on, a list of names and values kept its last cookie only, and a list of pairs was an exception: once one
  // header is set besides, Node takes such lists in another way.
  const ways: Readonly<Record<string, (response: ServerResponse) => void>> = {
    '/object': (response) => { response.writeHead(200, 'Fine', { 'set-cookie': ['a=1', 'b=2'] }); },
    '/list': (response) => { response.writeHead(200, ['X-A', '1', 'Set-Cookie', 'a=1', 'set-cookie', 'b=2']); },
    '/pairs': (response) => { response.writeHead(200, [['X-A', '1'], ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']] as never); },
    '/pair of many': (response) => { response.writeHead(200, [['Set-Cookie', ['a=1', 'b=2']]] as never); },
    '/set': (response) => { response.setHeader('Set-Cookie', ['a=1', 'b=2']); },
    '/flushed': (response) => { response.setHeader('Set-Cookie', ['a=1', 'b=2']); response.flushHeaders(); },
    '/own hsts': (response) => { response.writeHead(200, { 'strict-transport-security': 'max-age=1', 'Set-Cookie': ['a=1', 'b=2'] }); },
  };
  it('keep every header in whatever way they are written', async (t) => {
    const get = await listening(t, sallyport({ https: 'https', hsts: 300 })((request, response) => { ways[decodeURI(request.url!)]!(response); response.end('whole'); }));
    for (const way of Object.keys(ways)) {
      const { status, headers, text } = await get(encodeURI(way));
      assert.deepEqual([status, headers['set-cookie'], headers['strict-transport-security'], text], [200, ['a=1; Secure', 'b=2; Secure'], 'max-age=300', 'whole'], way);
    }
  });

  // The page for an error that writeHead itself threw was not amended any more: its session cookie went without Secure.
  it('are amended when the first attempt to write them failed', async (t) => {
    const get = await listening(t, sallyport({ https: 'https', hsts: 300 })((_, response) => {
      try { response.writeHead(200, { 'X-A': 'a\nb' }); } catch { response.setHeader('Set-Cookie', 'a=1'); response.writeHead(500).end('sorry'); }
    }));
    const { status, headers } = await get('/');
    assert.deepEqual([status, headers['set-cookie'], headers['strict-transport-security']], [500, ['a=1; Secure'], 'max-age=300']);
  });
});

// A WebSocket's handshake comes past the handler: whatever the options said, it was answered over http too.
describe('an upgrade on Node', () => {
  const shake = async (t: TestContext, headers: Readonly<Record<string, string>>): Promise<{ status: number; location: string | undefined; got: string }> => {
    const truth = sallyport({ https: 'https', hosts: ['shop.test'], log: () => undefined });
    const server = createServer(truth((_, response) => { response.end(); }));
    server.on('upgrade', truth.upgrade((request, socket) => { socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${request.protocol} ${request.ip} ${heardOf(request)?.host}`); }));
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    t.after(() => { server.closeAllConnections(); server.close(); });
    return new Promise((resolve, reject) => {
      const request = ask({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, path: '/live?a', headers: { Host: 'shop.test', Connection: 'Upgrade', Upgrade: 'websocket', ...headers } });
      const read = (response: IncomingMessage, stream: Readable, first: Buffer): void => {
        let got = first.toString();
        stream.on('data', (piece: Buffer) => { got += piece.toString(); }).on('end', () => { resolve({ status: response.statusCode!, location: response.headers.location, got }); });
      };
      request.on('upgrade', (response, socket, head) => { read(response, socket, head); }).on('response', (response) => { read(response, response, Buffer.alloc(0)); }).on('error', reject).end();
    });
  };

  it('hears what is true', async (t) => {
    assert.deepEqual(await shake(t, { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.7' }), { status: 101, location: undefined, got: 'https 203.0.113.7 shop.test' });
  });

  it('is redirected and refused as any request is', async (t) => {
    const { status, location } = await shake(t, {});
    assert.deepEqual([status, location], [307, 'https://shop.test/live?a']);
    const refused = await shake(t, { 'Host': 'evil.test', 'X-Forwarded-Proto': 'https' });
    assert.equal(refused.status, 421);
    assert.match(refused.got, /does not serve evil\.test/);
  });
});

describe('Koa', () => {
  // A client that sends a whole URL (RFC 9112 §3.2.2) chose what ctx.href and ctx.URL were.
  it('takes its URLs from what is true, not from the request line', async (t) => {
    const app = new Koa().use(forKoa.sallyport({ trust: [] })).use((ctx) => { ctx.body = [ctx.href, ctx.URL.href, ctx.secure].join(' '); });
    const get = await listening(t, app.callback());
    assert.equal((await get('https://evil.test/a?b#c')).text, 'http://shop.test/a?b http://shop.test/a?b false');
  });

  // Inside an app that is mounted the prefix is taken off url, and a rule for the whole path did not match.
  it('goes by the whole path inside a mounted app', async (t) => {
    const truth = forKoa.sallyport({ https: { '/shop/pay': 'https' } });
    const app = new Koa().use(async (ctx, next) => { ctx.path = ctx.path.replace('/shop', ''); await truth(ctx, next); });
    const get = await listening(t, app.callback());
    assert.deepEqual([(await get('/shop/pay?a', { 'X-Forwarded-Proto': 'http' })).headers.location, (await get('/shop/pay')).status], ['https://shop.test/shop/pay?a', 404]);
  });
});
