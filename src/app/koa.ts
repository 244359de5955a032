/**
 * Koa 3 (and 2):
 *
 *     app.use(sallyport({ https: 'https' }));
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type {} from 'koa';
import type { Scheme } from '../core/contract/truth.ts';
import type { Heard } from './asked.ts';
import type { OwnAnswer } from './answers.ts';
import { define } from './define.ts';
import { createJudge } from './judge.ts';
import { judgedOf, keep } from './kept.ts';
import { amendAnswer } from './node-answer.ts';
import { askedOfNode } from './node-request.ts';
import type { Options } from './options.ts';
import { originForm } from './target.ts';

declare module 'koa' {
  interface ExtendableContext {
    /** What was heard about this request. */
    readonly sallyport: Heard;
  }
}

/** As much of Koa's context as is needed here. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: { originalUrl: string };
  /** As the request came, whatever a mounted app has taken off `url`. */
  originalUrl: string;
  status: number;
  body: unknown;
  set(name: string, value: string): void;
}

export type Middleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Sets what `ctx.secure`, `ctx.protocol`, `ctx.ip`, `ctx.host`, `ctx.href` and `ctx.URL` are made of, and so whether
 * `ctx.cookies` may set a secure cookie. `app.proxy` is then of no use and should be left out: it believes everybody.
 * @throws OptionError or ContractError naming the option, what was seen and what to write instead.
 */
export function sallyport(options: Options = {}): Middleware {
  const judge = createJudge(options);
  return async (context, next) => {
    // Koa takes ctx.href and ctx.URL as they stand from a client that sends a whole URL, with any scheme and host in it.
    if (!context.originalUrl.startsWith('/')) context.originalUrl = context.request.originalUrl = originForm(context.originalUrl);
    const judged = judge(askedOfNode(context.req, (context.req as { readonly originalUrl?: string }).originalUrl ?? context.originalUrl));
    const { heard } = judged;
    keep(context.req, judged);
    define(context.request, { protocol: heard.scheme, ip: heard.client, host: heard.host });
    define(context, { sallyport: heard });
    if (judged.answer !== undefined) { send(context, judged.answer); return undefined; }
    amendAnswer(context.res, judged);
    return next();
  };
}

function send(context: KoaContext, { status, headers, body }: OwnAnswer): void {
  context.status = status;
  for (const [name, value] of headers) context.set(name, value);
  context.body = body;
}

const require = (scheme: Scheme) => (): Middleware => async (context, next) => {
  const answer = judgedOf(context.req, 'app.use(sallyport(options))').require(scheme);
  if (answer === undefined) return next();
  send(context, answer);
  return undefined;
};

/** For one route: `router.get('/pay', requireHttps(), pay)`. */
export const requireHttps = require('https');
/** For one route that is served in clear. */
export const requireHttp = require('http');
export { OptionError } from './options.ts';
export type { Heard, Options };
