/**
 * Express 4 and 5 (and Connect):
 *
 *     app.use(sallyport({ https: { '/checkout/': 'https' } }));
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostName } from '../core/policy/urls.ts';
import type { Scheme } from '../core/contract/truth.ts';
import type { Heard } from './asked.ts';
import { define } from './define.ts';
import { createJudge, type Judged } from './judge.ts';
import { judgedOf, keep } from './kept.ts';
import { amendAnswer, sendOwn } from './node-answer.ts';
import { askedOfNode } from './node-request.ts';
import type { Options } from './options.ts';

declare global {
  // Express' own way for middleware to say what it adds to a request.
  namespace Express {
    interface Request {
      sallyport?: Heard;
    }
  }
}

/** A Connect-style middleware; no type of Express is needed to use it. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Sets `req.secure`, `req.protocol`, `req.ip`, `req.hostname` and `req.host`; Express' own `trust proxy` is then of no
 * use and should be left out. Put it before everything that looks at a request.
 * @throws OptionError or ContractError naming the option, what was seen and what to write instead.
 */
export function sallyport(options: Options = {}): Middleware {
  const judge = createJudge(options);
  return (request, response, next) => {
    const judged = judge(askedOfNode(request));
    keep(request, judged);
    if (judged.answer !== undefined) { sendOwn(response, judged.answer, request.method ?? 'GET'); return; }
    tell(request, judged);
    amendAnswer(response, judged);
    next();
  };
}

function tell(request: IncomingMessage, { heard }: Judged): void {
  const { scheme, secure, client, host, by } = heard;
  if (by.host !== 'Host') request.headers.host = host; // a header that was named as the true one: for code that builds URLs with req.get('host')
  const { app } = request as { readonly app?: { readonly response: object } };
  // `req.host` is with its port in Express 5 and without in 4.
  const withPort = app !== undefined && !('sendfile' in app.response);
  define(request, { protocol: scheme, secure, ip: client, hostname: hostName(host), host: withPort ? host : hostName(host), sallyport: heard });
}

const require = (scheme: Scheme) => (): Middleware => (request, response, next) => {
  const answer = judgedOf(request, 'app.use(sallyport(options))').require(scheme);
  if (answer === undefined) next();
  else sendOwn(response, answer, request.method ?? 'GET');
};

/** For one route or router: `app.get('/pay', requireHttps(), pay)`. */
export const requireHttps = require('https');
/** For one route or router that is served in clear: `app.use('/feed', requireHttp())`. */
export const requireHttp = require('http');
export { OptionError } from './options.ts';
export type { Heard, Options };
