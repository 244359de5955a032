/**
 * Any `Request → Response` handler: Bun, Deno, srvx, SvelteKit's hooks:
 *
 *     Bun.serve({ fetch: sallyport({ https: 'https' })((request) => new Response(request.url)) });
 */
import type { Scheme } from '../core/contract/truth.ts';
import type { Heard } from './asked.ts';
import { define } from './define.ts';
import { amended, responseOf } from './fetch-answer.ts';
import { askedOfFetch, bareWarning, createSeer, type SeenOptions } from './fetch-request.ts';
import { createJudge } from './judge.ts';
import { judgedOf, keep } from './kept.ts';
import type { Options as CommonOptions } from './options.ts';

export interface Options<Context extends readonly unknown[] = readonly unknown[]> extends CommonOptions, SeenOptions<Context> {}

/** `Answer` is a `Response`, and in Bun undefined too: what a handler returns once the server has upgraded the connection. */
export type Handler<Context extends readonly unknown[], Answer extends Response | undefined | void = Response> = (request: Request, ...context: Context) => Answer | Promise<Answer>;

/**
 * `request.url` becomes the true URL: scheme, host and port as the visitor has them. `heardOf(request)` tells the rest.
 * Whatever the runtime hands to a handler has to be given on: it is what shows who connected.
 * @throws OptionError or ContractError naming the option, what was seen and what to write instead.
 */
export function sallyport<Context extends readonly unknown[]>(options: Options<Context> = {}): <Answer extends Response | undefined | void>(handler: Handler<Context, Answer>) => (request: Request, ...context: Context) => Promise<Answer | Response> {
  const { peer, connection, ...common } = options;
  const judge = createJudge(common);
  const see = createSeer({ peer, connection });
  const warning = bareWarning(common, peer !== undefined, ['Bun', 'Deno']);
  if (warning !== undefined) (options.log ?? console.warn)(warning);
  return (handler) => async (request, ...context) => {
    const judged = judge(askedOfFetch(request, see(request, context)));
    if (judged.answer !== undefined) return responseOf(judged.answer);
    keep(request, judged);
    tell(request, judged.heard);
    return amended(await handler(request, ...context), judged);
  };
}

/** The true URL, on the very object: a runtime knows its connections by it. */
export function tell(request: object & { readonly url: string }, { scheme, host }: Heard): void {
  const { pathname, search, hash, host: written } = new URL(request.url);
  const url = new URL(`${scheme}://${host === '' ? written : host}${pathname}${search}${hash}`);
  if (url.href !== request.url) define(request, { url: url.href });
}

const require = (scheme: Scheme) => (request: Request): Response | undefined => {
  const answer = judgedOf(request, 'sallyport(options)(handler)').require(scheme);
  return answer && responseOf(answer);
};

/** What to answer where this request had to come over https and did not: `const instead = requireHttps(request); if (instead) return instead;`. */
export const requireHttps = require('https');
/** The same for http. */
export const requireHttp = require('http');
export { heardOf } from './kept.ts';
export { OptionError } from './options.ts';
export type { Heard };
