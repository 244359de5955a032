/** What the app's half lets a person write, and what each adapter adds to its framework's types; each expected error must be one. */
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { createHearing, createJudge, OptionError, SECRET_HEADER, fieldsOfHeaders, fieldsOfRaw, settings as settingsOfApp, type Amendment, type Asked, type Judged, type Options, type OwnAnswer } from '../../src/app/index.ts';
import * as forExpress from '../../src/app/express.ts';
import * as forFastify from '../../src/app/fastify.ts';
import * as forFetch from '../../src/app/fetch.ts';
import * as forHono from '../../src/app/hono.ts';
import * as forKoa from '../../src/app/koa.ts';
import * as forNext from '../../src/app/next.ts';
import * as forNode from '../../src/app/node.ts';
import { settings, SettingsError, type FrameworkName, type FrameworkSettings, type Setting } from '../../src/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
const same = <A, B>(yes: Same<A, B>): void => { void yes; };
type Scheme = 'http' | 'https';

// Options: one set for every framework.
const options: Options = {
  trust: ['loopback', '10.0.0.0/8', { secret: ['0123456789abcdef', 'fedcba9876543210'] }], header: [['X-Forwarded-Proto', 'https'], ['X-Forwarded-Ssl', 'on']],
  https: { '/checkout/': 'https', '/feed/': 'http', '/': 'either' }, health: ['/up'], permanent: true, unsafe: 'refuse', httpsPort: 8443, httpPort: 8080,
  hsts: '31536000,subdomains', secureCookies: true, hosts: ['shop.example'], csrf: { origins: ['https://pay.example'], unknown: 'refuse' }, log: (line) => { line satisfies string; },
};
for (const adapter of [forExpress, forFastify, forHono, forKoa, forNode, forFetch]) adapter.sallyport(options);
const frozen = { trust: ['loopback'], header: ['X-Forwarded-Protocol', 'https'], https: { '/pay/': 'https' } } as const;
forExpress.sallyport(frozen);
forKoa.sallyport({ trust: 'unix', header: { scheme: 'X-Scheme', client: 'X-Real-IP', host: 'X-Host', port: 'X-Port' }, https: 'https', hsts: 300, csrf: true });
forNode.sallyport({ header: 'legacy' });
// @ts-expect-error no hop counts
forExpress.sallyport({ trust: 1 });
// @ts-expect-error not everybody
forExpress.sallyport({ trust: true });
// @ts-expect-error no such option
forFastify.sallyport({ trustProxy: 'loopback' });
// @ts-expect-error no such policy
forKoa.sallyport({ https: 'both' });
// @ts-expect-error no such policy in a table
forHono.sallyport({ https: { '/pay/': 'yes' } });
// @ts-expect-error a pair is a name and a value
forNode.sallyport({ header: [['X-Forwarded-Proto']] });
// @ts-expect-error no such answer
forNode.sallyport({ unsafe: 'drop' });
// @ts-expect-error origins are a list
forFetch.sallyport({ csrf: { origins: 'https://pay.example' } });
// @ts-expect-error only a secret, and what a page sets later does not come through the proxy
forNext.sallyport({ secureCookies: true });
(forNext.sallyport({ trust: { secret: '0123456789abcdef' } })) satisfies (request: Request) => Response;

// Express: what is added to a request, and middleware wherever Express takes one.
const app = express();
app.use(forExpress.sallyport(options));
app.get('/pay', forExpress.requireHttps(), forExpress.requireHttp(), (request) => {
  same<typeof request.sallyport, forExpress.Heard | undefined>(true);
  request.sallyport?.scheme satisfies Scheme | undefined;
});
express.Router().use(forExpress.requireHttps());

// Fastify: requests know, and routes can say.
const site = fastify();
await site.register(forFastify.sallyport(options));
site.get('/pay', { config: { sallyport: 'https' } }, (request) => {
  same<typeof request.secure, boolean>(true);
  same<typeof request.sallyport, forFastify.Heard>(true);
});
// @ts-expect-error a route is https or http
site.get('/either', { config: { sallyport: 'either' } }, () => 'x');
site.get('/secure', (request) => {
  // @ts-expect-error the truth is not to be written
  request.secure = true;
});

// Koa: its own middleware takes the adapter's context.
const koa = new Koa();
koa.use(forKoa.sallyport(options));
koa.use(async (context, next) => { same<typeof context.sallyport, forKoa.Heard>(true); await forKoa.requireHttps()(context, next); });

// Hono: a variable of its own, known everywhere.
const hono = new Hono();
hono.use(forHono.sallyport({ ...options, peer: (_request, c) => c.req.header('x-peer') }));
hono.get('/pay', forHono.requireHttps(), forHono.requireHttp(), (c) => {
  const heard = c.get('sallyport');
  same<typeof heard, forHono.Heard>(true);
  return c.text(heard.client);
});

// Node: the handler gets what is added, http and http2 alike.
const wrap = forNode.sallyport(options);
createServer(wrap((request, response) => {
  same<typeof request.secure, boolean>(true);
  same<typeof request.protocol, Scheme>(true);
  same<typeof request.ip, string>(true);
  request.sallyport.by.scheme satisfies string;
  if (!forNode.requireHttps(request, response) || !forNode.requireHttp(request, response)) return;
  same<ReturnType<typeof forNode.heardOf>, forNode.Heard | undefined>(true);
  response.end();
}));
createServer().on('upgrade', wrap.upgrade((request, socket, head) => {
  same<typeof request.secure, boolean>(true);
  socket.end(head);
}));
createSecureServer(wrap((request, response) => { response.end(String(request.secure)); }));

// Fetch: whatever the runtime hands over goes through, and is there for `peer`.
const handler = forFetch.sallyport<[info: { address: string }]>({ peer: (_request, info) => info.address })((request, info) => {
  info.address satisfies string;
  const instead = forFetch.requireHttps(request) ?? forFetch.requireHttp(request);
  same<typeof instead, Response | undefined>(true);
  same<ReturnType<typeof forFetch.heardOf>, forFetch.Heard | undefined>(true);
  return instead ?? new Response('ok');
});
same<typeof handler, (request: Request, info: { address: string }) => Promise<Response>>(true);
forFetch.sallyport<[{ upgrade(request: Request): boolean }]>({ connection: 'https' })((request, server) => (server.upgrade(request) ? undefined : new Response('no socket'))) satisfies (request: Request, server: { upgrade(request: Request): boolean }) => Promise<Response | undefined>;
forHono.sallyport({ connection: (request, c) => (c.req.header('x-tls') === 'on' && request.url !== '' ? 'https' : 'http') });
// @ts-expect-error a connection is one or the other
forFetch.sallyport({ connection: 'either' });
// @ts-expect-error only the secret counts there, and no connection
forNext.sallyport({ connection: 'https' });
// @ts-expect-error what the runtime hands over is part of the handler
void handler(new Request('http://h/'));

// What adapters are made of.
const asked: Asked = { peer: undefined, scheme: 'http', method: 'GET', target: '/', host: 'h', fields: fieldsOfHeaders(new Headers()) };
fieldsOfRaw(['Host', 'h']) satisfies Asked['fields'];
const judged: Judged = createJudge(options)(asked);
same<typeof judged.answer, OwnAnswer | undefined>(true);
same<ReturnType<typeof judged.amendment>, Amendment>(true);
judged.require('https');
// @ts-expect-error a route has one scheme
judged.require('either');
createHearing({}).hear(asked).secure satisfies boolean;
SECRET_HEADER satisfies string;
for (const Each of [OptionError, forExpress.OptionError, forFastify.OptionError, forFetch.OptionError, forHono.OptionError, forKoa.OptionError, forNext.OptionError, forNode.OptionError]) new Each('trust', 'why').option satisfies string;

// Settings, from the package and from the app's half.
same<typeof settings, typeof settingsOfApp>(true);
const found: FrameworkSettings = settings('django', { profile: 'legacy', front: '10.0.0.5' });
same<typeof found.settings, readonly Setting[]>(true);
found.framework satisfies FrameworkName;
settings(String(found.framework), { tell: 'X-Is-Secure: yes' }); // a name that somebody typed
// @ts-expect-error no such profile
settings('django', { profile: 'none' });
new SettingsError('why') satisfies TypeError;
// @ts-expect-error nothing of it is to be written
found.name = 'x';
