/** One small site, written once for each framework, behind the app's half of Sallyport: what the behaviour suite asks. */
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { serve as honoServe } from '@hono/node-server';
import express from 'express';
// Express 4 under a name of its own has no types.
// @ts-ignore
import express4 from 'express4';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { serve as srvxServe } from 'srvx/node';
import * as forExpress from '../../src/app/express.ts';
import * as forFastify from '../../src/app/fastify.ts';
import * as forFetch from '../../src/app/fetch.ts';
import * as forHono from '../../src/app/hono.ts';
import * as forKoa from '../../src/app/koa.ts';
import * as forNode from '../../src/app/node.ts';
import type { Options } from '../../src/app/options.ts';
import { denoProgram, requiresFramework } from './frameworks.ts';
import { ROOT } from './front.ts';
import { COOKIES, fetchSite } from './fetch-site.ts';
import { startNest } from './nest-site.ts';
import { startProgram } from './program.ts';
import { tempDir, type Scope } from './scope.ts';

/** What an app of this framework reads for itself, in the framework's own words. */
export interface Read {
  readonly secure: boolean;
  readonly protocol: string;
  /** The client; undefined where the framework has no word for it. */
  readonly ip?: string;
  /** With the port, where there is one. */
  readonly host?: string;
  readonly hostname?: string;
  /** The URL, where the framework tells it whole. */
  readonly url?: string;
  /** Whose word the scheme was. */
  readonly by: string;
}

export interface Adapter {
  readonly name: string;
  /** Why it cannot be asked here. */
  readonly skip?: string | false;
  /** Starts the site; gives its port on 127.0.0.1. */
  start(scope: Scope, options: Options): Promise<number>;
}

const listening = async (scope: Scope, server: Server & { closeAllConnections?: () => void }): Promise<number> => {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  scope.after(() => { server.closeAllConnections?.(); server.close(); });
  return (server.address() as AddressInfo).port;
};

const expressSite = (make: typeof express) => (options: Options): ReturnType<typeof express> => {
  const { sallyport, requireHttp, requireHttps } = forExpress;
  const app = make();
  app.use(sallyport(options));
  app.get('/truth', (req, res) => { res.json({ secure: req.secure, protocol: req.protocol, ip: req.ip, hostname: req.hostname, by: req.sallyport?.by.scheme }); });
  app.get('/shop/cookies', (_req, res) => { res.setHeader('Set-Cookie', COOKIES); res.send('set'); });
  app.get('/plain/cookies', (_req, res) => { res.setHeader('Set-Cookie', COOKIES); res.send('set'); });
  app.get('/pay', requireHttps(), (_req, res) => { res.setHeader('Set-Cookie', COOKIES); res.send('paid'); });
  app.get('/feed', requireHttp(), (_req, res) => { res.send('fed'); });
  app.post('/form', (_req, res) => { res.send('taken'); });
  app.get('/up', (_req, res) => { res.send('up'); });
  return app;
};

/** The site as a plain function of Node's own requests. */
const plainSite = (request: forNode.Told & { readonly url?: string | undefined }, requireScheme: { https: () => boolean; http: () => boolean }, answer: (body: string, cookies?: boolean) => void): void => {
  const { secure, protocol, ip, sallyport: heard } = request;
  switch (new URL(request.url ?? '/', 'http://site.test').pathname) { // the target may be a whole URL
    case '/truth': answer(JSON.stringify({ secure, protocol, ip, host: heard.host, by: heard.by.scheme })); return;
    case '/shop/cookies': case '/plain/cookies': answer('set', true); return;
    case '/pay': if (requireScheme.https()) answer('paid', true); return;
    case '/feed': if (requireScheme.http()) answer('fed'); return;
    case '/form': answer('taken'); return;
    default: answer('up');
  }
};

/** A runtime's own server, as a program; what it logs is handed on. */
const startSite = (command: (scope: Scope) => { readonly words: readonly string[]; readonly env?: NodeJS.ProcessEnv }): Adapter['start'] => async (scope, { log, ...options }) => {
  const { words, env } = command(scope);
  const site = startProgram(scope, [...words, join(ROOT, 'test/helpers/fetch-program.ts'), JSON.stringify(options)], env && { env });
  const [, port = ''] = await site.prints(/site on port (\d+)/, 60_000);
  let read = 0;
  site.child.stdout?.on('data', () => {
    const lines = site.stdout().split('\n');
    for (const line of lines.slice(read, -1)) log?.(line);
    read = lines.length - 1;
  });
  return Number(port);
};

export const ADAPTERS: readonly Adapter[] = [
  { name: 'express 5', start: (scope, options) => listening(scope, createServer(expressSite(express)(options))) },
  { name: 'express 4', start: (scope, options) => listening(scope, createServer(expressSite(express4 as typeof express)(options))) },
  {
    name: 'node (http)',
    start: (scope, options) => listening(scope, createServer(forNode.sallyport(options)((request, response) => {
      plainSite(request, { https: () => forNode.requireHttps(request, response), http: () => forNode.requireHttp(request, response) }, (body, cookies) => {
        response.writeHead(200, cookies === true ? { 'Content-Type': 'application/json', 'Set-Cookie': [...COOKIES] } : { 'Content-Type': 'application/json' }).end(body);
      });
    }))),
  },
  {
    name: 'koa 3',
    start: (scope, options) => {
      const { sallyport, requireHttp, requireHttps } = forKoa;
      const app = new Koa();
      app.use(sallyport(options));
      app.use(async (ctx) => {
        switch (ctx.path) {
          case '/truth': ctx.body = { secure: ctx.secure, protocol: ctx.protocol, ip: ctx.ip, host: ctx.host, hostname: ctx.hostname, url: ctx.href, by: ctx['sallyport'].by.scheme }; return;
          case '/shop/cookies': case '/plain/cookies': ctx.set('Set-Cookie', [...COOKIES]); ctx.body = 'set'; return;
          case '/pay': await requireHttps()(ctx, async () => { ctx.set('Set-Cookie', [...COOKIES]); ctx.body = 'paid'; }); return;
          case '/feed': await requireHttp()(ctx, async () => { ctx.body = 'fed'; }); return;
          case '/form': ctx.body = 'taken'; return;
          default: ctx.body = 'up';
        }
      });
      return listening(scope, createServer(app.callback()));
    },
  },
  {
    name: 'fastify 5',
    start: async (scope, options) => {
      const app = fastify();
      await app.register(forFastify.sallyport(options));
      app.get('/truth', (request) => ({ secure: request.secure, protocol: request.protocol, ip: request.ip, host: request.host, hostname: request.hostname, by: request.sallyport.by.scheme }));
      for (const path of ['/shop/cookies', '/plain/cookies']) app.get(path, (_request, reply) => reply.header('Set-Cookie', [...COOKIES]).send('set'));
      app.get('/pay', { config: { sallyport: 'https' } }, (_request, reply) => reply.header('Set-Cookie', [...COOKIES]).send('paid'));
      app.get('/feed', { config: { sallyport: 'http' } }, () => 'fed');
      app.post('/form', () => 'taken');
      app.get('/up', () => 'up');
      await app.listen({ port: 0, host: '127.0.0.1' });
      scope.after(() => app.close());
      return (app.server.address() as AddressInfo).port;
    },
  },
  {
    name: 'hono 4 on Node',
    start: async (scope, options) => {
      const { sallyport, requireHttp, requireHttps } = forHono;
      const app = new Hono();
      app.use(sallyport(options));
      app.get('/truth', (c) => c.json({ secure: c.get('sallyport').secure, protocol: new URL(c.req.url).protocol.slice(0, -1), url: c.req.url, by: c.get('sallyport').by.scheme }));
      for (const path of ['/shop/cookies', '/plain/cookies']) app.get(path, (c) => { for (const value of COOKIES) c.header('Set-Cookie', value, { append: true }); return c.text('set'); });
      app.get('/pay', requireHttps(), (c) => { for (const value of COOKIES) c.header('Set-Cookie', value, { append: true }); return c.text('paid'); });
      app.get('/feed', requireHttp(), (c) => c.text('fed'));
      app.post('/form', (c) => c.text('taken'));
      app.get('/up', (c) => c.text('up'));
      const server = await new Promise<Server>((resolve) => { const made = honoServe({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => { resolve(made); }); });
      scope.after(() => { server.close(); });
      return (server.address() as AddressInfo).port;
    },
  },
  {
    name: 'fetch (srvx on Node)',
    start: async (scope, options) => {
      const server = srvxServe({ port: 0, hostname: '127.0.0.1', silent: true, fetch: forFetch.sallyport(options)(fetchSite) });
      await server.ready();
      scope.after(() => server.close(true));
      return Number(new URL(server.url ?? '').port);
    },
  },
  { name: 'fetch (Bun)', start: startSite(() => ({ words: [join(ROOT, 'node_modules/.bin/bun')] })) },
  {
    name: 'fetch (Deno)', skip: requiresFramework('deno').skip,
    start: startSite((scope) => ({ words: [denoProgram(), 'run', '--no-config', '--allow-net', '--allow-read', '--allow-env'], env: { DENO_DIR: tempDir(scope), DENO_NO_UPDATE_CHECK: '1' } })),
  },
  { name: 'nest 12 on Express', start: startNest('express') },
  { name: 'nest 12 on Fastify', start: startNest('fastify') },
];

/** HTTP/2 without TLS, as Node's own servers speak it; asked by a client of its own. */
export const startHttp2 = (scope: Scope, options: Options): Promise<number> => {
  const server = createHttp2Server(forNode.sallyport(options)((request, response) => {
    plainSite(request, { https: () => forNode.requireHttps(request, response), http: () => forNode.requireHttp(request, response) }, (body, cookies) => {
      if (cookies === true) response.setHeader('Set-Cookie', [...COOKIES]);
      response.end(body);
    });
  }));
  return listening(scope, server);
};
