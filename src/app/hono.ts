/**
 * Hono 4, on Node, Bun, Deno and elsewhere:
 *
 *     app.use(sallyport({ https: 'https' }));
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { Scheme } from '../core/contract/truth.ts';
import type { Heard } from './asked.ts';
import { define } from './define.ts';
import { amended, responseOf } from './fetch-answer.ts';
import { tell, type Options } from './fetch.ts';
import { askedOfFetch, bareWarning, createSeer } from './fetch-request.ts';
import { createJudge } from './judge.ts';
import { judgedOf, keep } from './kept.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** What was heard about this request. */
    sallyport: Heard;
  }
}

/**
 * `c.req.url` becomes the true URL, and `c.get('sallyport')` tells the rest.
 * @throws OptionError or ContractError naming the option, what was seen and what to write instead.
 */
export function sallyport(options: Options<readonly [Context]> = {}): MiddlewareHandler {
  const { peer, connection, ...common } = options;
  const judge = createJudge(common);
  const see = createSeer<readonly [Context]>({ peer, connection }, ([c]) => [c.env]);
  const warning = bareWarning(common, peer !== undefined, ['Bun', 'Deno', 'process']); // Node's adapter shows its message
  if (warning !== undefined) (options.log ?? console.warn)(warning);
  return async (c, next) => {
    const { raw } = c.req;
    const judged = judge(askedOfFetch(raw, see(raw, [c])));
    keep(c, judged);
    c.set('sallyport', judged.heard);
    if (judged.answer !== undefined) return responseOf(judged.answer);
    const url = { url: c.req.url };
    tell(url, judged.heard);
    if (url.url !== c.req.url) define(c.req, url);
    await next();
    const answer = amended(c.res, judged);
    if (answer !== c.res) {
      c.res = undefined; // else Hono copies the old answer's cookies over the new one's
      c.res = answer;
    }
    return undefined;
  };
}

const require = (scheme: Scheme) => (): MiddlewareHandler => async (c, next) => {
  const answer = judgedOf(c, 'app.use(sallyport(options))').require(scheme);
  if (answer !== undefined) return responseOf(answer);
  await next();
  return undefined;
};

/** For one route: `app.get('/pay', requireHttps(), pay)`. */
export const requireHttps = require('https');
/** For one route that is served in clear. */
export const requireHttp = require('http');
export { OptionError } from './options.ts';
export type { Heard, Options };
