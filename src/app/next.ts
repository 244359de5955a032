/**
 * Next.js 16, in `proxy.ts` (before it, in `middleware.ts`):
 *
 *     export const proxy = sallyport({ trust: { secret: process.env.SALLYPORT_SECRET! }, https: 'https' });
 *
 * Next.js shows no peer address there, and fills in forwarding headers that nobody sent, so only the front's secret is
 * believed (`--secret-file`). With a server of one's own around Next.js, `sallyport/node` needs no secret and does more.
 */
import { NextResponse } from 'next/server.js';
import type { Heard } from './asked.ts';
import { responseOf } from './fetch-answer.ts';
import { askedOfFetch, bareWarning } from './fetch-request.ts';
import { createJudge } from './judge.ts';
import { SECRET_HEADER } from '../core/contract/tell.ts';
import { createClassifier } from '../core/contract/classify.ts';
import { Name } from '../core/http1/names.ts';
import type { Options as CommonOptions } from './options.ts';

/** `secureCookies` is missing: what a page sets later does not come through here. Set `secure` where the cookie is made. */
export type Options = Omit<CommonOptions, 'secureCookies'>;

const classify = createClassifier();

/**
 * The app then reads the truth, and nothing that a client made up, in `x-forwarded-proto`, `-host`, `-port` and `-for`
 * (where Next.js and Auth.js look), and whether it is secure in `x-sallyport-secure`: `yes` or `no`.
 * @throws OptionError or ContractError naming the option, what was seen and what to write instead.
 */
export function sallyport(options: Options = {}): (request: Request) => Response {
  const judge = createJudge(options);
  const warning = bareWarning(options, false, []);
  if (warning !== undefined) (options.log ?? console.warn)(warning);
  return (request) => {
    // Next.js writes request.url by whatever X-Forwarded-Proto a client sends: its scheme is nobody's word.
    const judged = judge(askedOfFetch(request, { peer: undefined, scheme: 'http' }));
    if (judged.answer !== undefined) return responseOf(judged.answer);
    const { hsts, cookie } = judged.amendment();
    const response = NextResponse.next({ request: { headers: toldHeaders(request.headers, judged.heard) } });
    if (hsts !== undefined) response.headers.set('Strict-Transport-Security', hsts);
    if (cookie !== undefined) response.headers.append('Set-Cookie', cookie);
    return response;
  };
}

/** The request's headers with the truth in the place of every header that could claim it. */
function toldHeaders(given: Headers, { scheme, host, port, client, secure }: Heard): Headers {
  const headers = new Headers(given);
  for (const name of given.keys()) if (classify(name) === Name.FAMILY) headers.delete(name);
  headers.delete(SECRET_HEADER);
  headers.set('x-forwarded-proto', scheme);
  headers.set('x-forwarded-host', host);
  headers.set('x-forwarded-port', String(port));
  if (client !== 'unknown') headers.set('x-forwarded-for', client);
  headers.set('x-sallyport-secure', secure ? 'yes' : 'no');
  return headers;
}

export { OptionError } from './options.ts';
export type { Heard };
