/**
 * The site of the behaviour suite in Nest. Its decorators are called as functions, since the tests' compiler knows only the
 * newer kind. Nothing here is Sallyport's but what `sallyport/express` and `sallyport/fastify` export.
 */
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module, Post, Req, Res, type INestApplication, type MiddlewareConsumer } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, RouteConfig, type NestFastifyApplication } from '@nestjs/platform-fastify';
import * as forExpress from '../../src/app/express.ts';
import * as forFastify from '../../src/app/fastify.ts';
import type { Heard } from '../../src/app/asked.ts';
import type { Options } from '../../src/app/options.ts';
import { COOKIES } from './fetch-site.ts';
import type { Scope } from './scope.ts';

type Platform = 'express' | 'fastify';
interface TrueRequest { readonly secure: boolean; readonly protocol: string; readonly ip: string; readonly hostname: string; readonly sallyport: Heard }
/** As much of Fastify's reply and of Node's response as is used here. */
type Answer = { header(name: string, value: readonly string[]): unknown } | { setHeader(name: string, value: readonly string[]): unknown };

class SiteController {
  truth({ secure, protocol, ip, hostname, sallyport }: TrueRequest): object { return { secure, protocol, ip, hostname, by: sallyport.by.scheme }; }
  cookies(answer: Answer): string {
    if ('setHeader' in answer) answer.setHeader('Set-Cookie', [...COOKIES]); else answer.header('Set-Cookie', [...COOKIES]);
    return 'set';
  }
  pay(answer: Answer): string { this.cookies(answer); return 'paid'; }
  feed(): string { return 'fed'; }
  form(): string { return 'taken'; }
  up(): string { return 'up'; }
}
const decorate = (name: keyof SiteController, ...decorators: readonly MethodDecorator[]): void => {
  for (const decorator of decorators) decorator(SiteController.prototype, name, Object.getOwnPropertyDescriptor(SiteController.prototype, name)!);
};
Controller()(SiteController);
decorate('truth', Get('truth'));
Req()(SiteController.prototype, 'truth', 0);
decorate('cookies', Get(['shop/cookies', 'plain/cookies']));
decorate('pay', Get('pay'), RouteConfig({ sallyport: 'https' })); // Fastify reads this; on Express the module's middleware does it
for (const name of ['cookies', 'pay'] as const) Res({ passthrough: true })(SiteController.prototype, name, 0);
decorate('feed', Get('feed'), RouteConfig({ sallyport: 'http' }));
decorate('form', Post('form'));
decorate('up', Get('up'));

class FastifyModule {}
/** The markers as Nest's own middleware: what a guard would come too late for, since it may only refuse. */
class ExpressModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(forExpress.requireHttps()).forRoutes('pay');
    consumer.apply(forExpress.requireHttp()).forRoutes('feed');
  }
}
for (const one of [FastifyModule, ExpressModule]) Module({ controllers: [SiteController] })(one);

export const startNest = (platform: Platform) => async (scope: Scope, options: Options): Promise<number> => {
  const app = platform === 'express' ? await onExpress(options) : await onFastify(options);
  await app.listen(0, '127.0.0.1');
  scope.after(() => app.close());
  return ((app.getHttpServer() as { address(): AddressInfo }).address()).port;
};

async function onExpress(options: Options): Promise<INestApplication> {
  const app = await NestFactory.create(ExpressModule, new ExpressAdapter(), { logger: false });
  app.use(forExpress.sallyport(options));
  return app;
}

async function onFastify(options: Options): Promise<INestApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(FastifyModule, new FastifyAdapter(), { logger: false });
  await app.register(forFastify.sallyport(options));
  return app;
}
