/**
 * What was read in their sources: Express 5.3, Fastify 5.12, Koa 3.3, Hono's Node server 1.19, Next.js 16, Nest 12.
 * The app's half of Sallyport comes first: it reads every profile, and says in the log whom it did not believe.
 */
import type { Entry, Setting } from './setting.ts';

const half = (where: string, lines: readonly string[], why: string, trap: string): Setting => ({ where, language: 'js', lines, why, trap });
const NO_OTHER = 'Loopback and unix sockets are believed unless trust says otherwise, and nobody else; a line in the log names whoever is not.';

const expressHalf = half(
  'where the Express app is made, before every other app.use', ['import { sallyport } from \'sallyport/express\';', 'app.use(sallyport({options}));'],
  'req.secure, req.protocol, req.ip, req.hostname and req.host are right, and so are the Secure cookies of express-session.',
  `Leave 'trust proxy' out beside it. ${NO_OTHER}`,
);
const fastifyHalf = half(
  'where the Fastify app is made, before the routes', ['import { sallyport } from \'sallyport/fastify\';', 'await app.register(sallyport({options}));'],
  'request.protocol, request.secure, request.ip, request.host, request.hostname and request.port are right.',
  `Leave trustProxy out beside it. ${NO_OTHER}`,
);
const koaHalf = half(
  'where the Koa app is made, before every other app.use', ['import { sallyport } from \'sallyport/koa\';', 'app.use(sallyport({options}));'],
  'ctx.secure, ctx.protocol, ctx.ip, ctx.host and ctx.href are right, and ctx.cookies may set Secure cookies.',
  `Leave app.proxy out beside it: it believes everybody. ${NO_OTHER}`,
);
const honoHalf = half(
  'where the Hono app is made, before the routes', ['import { sallyport } from \'sallyport/hono\';', 'app.use(sallyport({options}));'],
  'c.req.url is the URL in the visitor\'s address bar; c.get(\'sallyport\') tells the client\'s address and whether the request was secure. Hono itself reads no forwarding header.',
  `Where a runtime shows no peer address to a handler, only a shared secret can be believed: --secret-file at the front and trust: { secret } here. ${NO_OTHER}`,
);
const nodeHalf = half(
  'where the server is made', ['import { createServer } from \'node:http\';', 'import { sallyport } from \'sallyport/node\';', 'createServer(sallyport({options})(handler));'],
  'request.secure, request.protocol and request.ip are there and right; request.sallyport tells host and port too.',
  NO_OTHER,
);
const nestHalf = half(
  'main.ts (Nest on Express), before app.listen', ['import { sallyport } from \'sallyport/express\';', 'app.use(sallyport({options}));'],
  'req.secure, req.protocol, req.ip and req.hostname are right in controllers, guards and interceptors.',
  `A route that is https alone: consumer.apply(requireHttps()).forRoutes(\'pay\') in a module; a guard can refuse, but cannot redirect. Leave 'trust proxy' out beside it. ${NO_OTHER}`,
);
const nestFastifyHalf = half(
  'main.ts (Nest on Fastify), before app.listen', ['import { sallyport } from \'sallyport/fastify\';', 'await app.register(sallyport({options}));'],
  'request.protocol, request.secure, request.ip and request.host are right in controllers, guards and interceptors.',
  `A route that is https alone: @RouteConfig({ sallyport: \'https\' }). Leave trustProxy of the FastifyAdapter out beside it. ${NO_OTHER}`,
);

const nextHalf: Setting = {
  where: 'proxy.ts, or middleware.ts before Next.js 16',
  language: 'ts',
  lines: ['import { sallyport } from \'sallyport/next\';', 'export const proxy = sallyport({withSecret});'],
  why: 'Pages and route handlers read the truth in the request\'s X-Forwarded-Proto, -Host, -Port and -For, and yes or no in x-sallyport-secure; policy, HSTS and CSRF checks are options of it.',
  trap: 'Next.js shows no peer address there, so only the front\'s secret is believed: start the front with --secret-file, and give the app the same in SALLYPORT_SECRET. Without it every request is plain http. What a page sets later does not come through here: write secure: true where a cookie is made.',
};

const expressOwn: Setting = {
  where: 'where the Express app is made, before the first app.use',
  language: 'js',
  lines: ['app.set(\'trust proxy\', {proxy});'],
  why: 'req.secure, req.protocol, req.ip and the Secure cookies of express-session are right.',
  trap: 'A number or true there would believe whoever can reach the app.',
};
const fastifyOwn: Setting = {
  where: 'where the Fastify app is made',
  language: 'js',
  lines: ['const app = fastify({ trustProxy: {proxy} });'],
  why: 'request.protocol, request.host and request.ip are right.',
  trap: 'true there would believe whoever can reach the app, a number believes nobody (from 5.12 on).',
};
const koaOwn: Setting = {
  where: 'where the Koa app is made',
  language: 'js',
  lines: ['app.proxy = true;'],
  why: 'ctx.secure, ctx.protocol, ctx.host and ctx.ip are right, and ctx.cookies may set Secure cookies.',
  trap: 'Koa then believes whoever can reach the app: let the app listen on loopback or a unix socket only.',
};
const nextOwn: Setting = {
  where: 'proxy.ts, or middleware.ts before Next.js 16',
  language: 'ts',
  lines: ['const secure = request.headers.get(\'x-forwarded-proto\')?.split(\',\')[0].trim() === \'https\';'],
  why: 'A redirect that goes by this line does not loop.',
  trap: 'Next.js itself redirects nothing to https, so the redirect is in the app or a library of it: decide by this line, since request.nextUrl.protocol is what Next.js was started with. Auth.js wants AUTH_TRUST_HOST=true and AUTH_URL with the public https URL. The line believes whoever can reach the app.',
};
const nestExpressOwn: Setting = {
  where: 'main.ts (Nest on Express)',
  language: 'ts',
  lines: ['const app = await NestFactory.create<NestExpressApplication>(AppModule);', 'app.set(\'trust proxy\', {proxy});'],
  why: 'req.secure, req.protocol and req.ip are right.',
  trap: 'app.set is there only where create has the type NestExpressApplication. A number or true there would believe whoever can reach the app.',
};
const nestFastifyOwn: Setting = {
  where: 'main.ts (Nest on Fastify)',
  language: 'ts',
  lines: ['const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter({ trustProxy: {proxy} }));'],
  why: 'request.protocol, request.host and request.ip are right.',
  trap: 'true there would believe whoever can reach the app, a number believes nobody (from Fastify 5.12 on).',
};

export const express: Entry = { name: 'Express', adapters: [expressHalf], by: { standard: [expressOwn] } };
export const fastify: Entry = { name: 'Fastify', adapters: [fastifyHalf], by: { standard: [fastifyOwn] } };
export const koa: Entry = { name: 'Koa', adapters: [koaHalf], by: { standard: [koaOwn] } };
export const hono: Entry = { name: 'Hono', adapters: [honoHalf], by: {} };
export const node: Entry = { name: 'Node\'s own servers', adapters: [nodeHalf], by: {} };
export const next: Entry = { name: 'Next.js', adapters: [nextHalf], by: { standard: [nextOwn] } };
export const nest: Entry = { name: 'Nest', adapters: [nestHalf, nestFastifyHalf], by: { standard: [nestExpressOwn, nestFastifyOwn] } };
