import { cookieName, cookiePairs } from './cookies.ts';
import { webServer, type WebServer } from './web-servers.ts';

/** What an app is made with, as far as it shows. The last six are what is left where the framework itself does not. */
export type Framework =
  | 'django' | 'rails' | 'express' | 'fastify' | 'koa' | 'laravel' | 'flask' | 'spring' | 'aspnet' | 'wordpress' | 'nextjs'
  | 'node' // Node's http module with no more signs: Koa, or Express without its X-Powered-By
  | 'wsgi' // Gunicorn with no more signs: Django or Flask, most likely
  | 'asgi' // Uvicorn or Hypercorn: FastAPI, Starlette, Django
  | 'php'
  | 'apache' // Apache httpd itself: a RewriteRule or Redirect in its configuration
  | 'unknown';

export interface Evidence {
  /** The request's `Cookie`, if any. */
  readonly cookie: string | undefined;
  /** The answer's `Set-Cookie` values. */
  readonly setCookies: readonly string[];
  /** An answer's field by name, any case. */
  readonly answer: (name: string) => string | undefined;
}

export interface Recognition {
  readonly framework: Framework;
  /** What it was recognised by, in words; empty for `unknown`. */
  readonly signs: readonly string[];
  /** The app server whose own trust rules count: it reads the scheme before the framework does. */
  readonly server: 'gunicorn' | 'uvicorn' | undefined;
  /** The web server that answered: by itself ({@link isByItself}), else for the app. */
  readonly web: WebServer | undefined;
}

type Sign = readonly [framework: Framework, weight: number, pattern: RegExp];

// Weights: 3 is proof, 2 names a framework by itself, 1 only supports. Servers that run anything count little:
// Gunicorn says Python, not Django. Cookie names are each framework's default.
const COOKIES: readonly Sign[] = [
  ['django', 2, /^(?:__(?:Host|Secure)-)?csrftoken$/],
  ['django', 1, /^sessionid$/],
  ['rails', 2, /^_[a-z0-9_]+_session$/i],
  ['express', 2, /^connect\.sid$/],
  ['koa', 2, /^koa[.:]sess$/], // koa-session
  ['laravel', 3, /^laravel[_-]session$/],
  ['laravel', 2, /^remember_web_[0-9a-f]+$/],
  ['laravel', 1, /^XSRF-TOKEN$/], // Angular and Spring have it too
  ['flask', 1, /^session$/],
  ['spring', 2, /^JSESSIONID$/], // any servlet container; Spring is what most of them run
  ['aspnet', 3, /^\.AspNetCore\./],
  ['aspnet', 2, /^ASP\.NET_SessionId$/],
  ['wordpress', 3, /^(?:wordpress_|wp-settings-)/],
  ['nextjs', 3, /^__(?:prerender_bypass|next_preview_data)$/],
  ['nextjs', 2, /^(?:__(?:Host|Secure)-)?(?:next-auth|authjs)\./],
];

/** A Flask session is a signed value: payload, time stamp, signature (itsdangerous). */
const FLASK_SESSION = /^\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{20,}$/;

const FIELDS: readonly (readonly [name: string, ...Sign])[] = [
  ['server', 'wsgi', 2, /^gunicorn/i],
  ['server', 'django', 1, /^gunicorn/i],
  ['server', 'flask', 1, /^gunicorn/i],
  ['server', 'asgi', 2, /^(?:uvicorn|hypercorn)/i],
  ['server', 'django', 2, /^WSGIServer\//], // runserver, on Python's wsgiref
  ['server', 'flask', 2, /^Werkzeug\//],
  ['server', 'rails', 2, /^(?:puma|WEBrick)/i],
  ['server', 'rails', 1, /Phusion Passenger/],
  ['server', 'aspnet', 3, /^Kestrel/],
  ['server', 'aspnet', 1, /^Microsoft-IIS/],
  ['server', 'spring', 2, /^(?:Apache-Coyote|Apache Tomcat)/],
  ['x-powered-by', 'express', 3, /^Express/],
  // Node's http module says how long it waits, and nothing else beside it. (Apache and nginx name themselves; Tomcat says
  // it only to a request with Connection: keep-alive, which the front's have not.) Fastify's default is 72 seconds.
  ['keep-alive', 'fastify', 2, /^timeout=72$/],
  ['keep-alive', 'node', 2, /^timeout=[0-9]+$/],
  ['x-powered-by', 'nextjs', 3, /^Next\.js/],
  ['x-powered-by', 'aspnet', 3, /^ASP\.NET/],
  // Apache names itself in its apps' answers too; the charset is that of the pages it writes itself (ap_send_error_response).
  ['server', 'apache', 1, /^Apache(?:\/|$)/],
  ['content-type', 'apache', 1, /^text\/html; charset=iso-8859-1$/i],
  ['x-powered-by', 'php', 2, /^PHP\//],
  ['x-powered-by', 'laravel', 1, /^PHP\//],
  ['x-powered-by', 'wordpress', 1, /^PHP\//],
  ['x-redirect-by', 'wordpress', 3, /^WordPress/i],
  ['x-aspnet-version', 'aspnet', 3, /./],
  ['x-aspnetmvc-version', 'aspnet', 3, /./],
  ['x-runtime', 'rails', 2, /^[0-9.]+$/],
  // Django's SecurityMiddleware, which is also what makes its https redirect, sends these by default (3.1, 4.0).
  ['referrer-policy', 'django', 1, /^same-origin$/],
  ['cross-origin-opener-policy', 'django', 1, /^same-origin$/],
];

/**
 * `force_ssl` answers before everything else in Rails, and Puma adds neither `Date` nor `Server`: what tells such a redirect
 * apart is what it has not. (`ActionDispatch::SSL`; the charset is there from Rails 7.1 on.) A Django behind uWSGI, which
 * adds nothing either, has the lines of its SecurityMiddleware and XFrameOptionsMiddleware.
 */
function isBareHtmlRedirect({ answer, setCookies }: Evidence): boolean {
  return answer('location') !== undefined && /^text\/html(?:; charset=utf-8)?$/.test(answer('content-type') ?? '')
    && (answer('content-length') ?? '0') === '0' && setCookies.length === 0
    && ABSENT.every((name) => answer(name) === undefined);
}
const ABSENT = ['date', 'server', 'via', 'x-powered-by', 'x-redirect-by', 'x-frame-options', 'x-content-type-options', 'referrer-policy'];

/**
 * Django's https redirect (SecurityMiddleware) behind a server that says nothing of Python, as uWSGI and Apache: with no text
 * of its own, and with the lines that this middleware adds by default from 3.1 on. Helmet, Rails and Talisman send another
 * `Referrer-Policy`.
 */
function isDjangoHttpsRedirect({ answer }: Evidence): boolean {
  return answer('location') !== undefined && (answer('content-length') ?? '0') === '0' && answer('content-type') === 'text/html; charset=utf-8'
    && answer('referrer-policy') === 'same-origin' && answer('x-content-type-options') === 'nosniff';
}

/** Names the framework that most signs point to, if they are enough and no other has as many. */
export function recognise(evidence: Evidence): Recognition {
  const weights = new Map<Framework, number>();
  const signs = new Map<Framework, string[]>();
  const count = (framework: Framework, weight: number, sign: string): void => {
    weights.set(framework, (weights.get(framework) ?? 0) + weight);
    signs.set(framework, [...signs.get(framework) ?? [], sign]);
  };

  const sent = cookies(evidence);
  for (const [framework, weight, pattern] of COOKIES) {
    // Each sign once, and cut short: a client can send many cookies of any length, and the words go into a log.
    const name = [...sent.keys()].find((cookie) => pattern.test(cookie));
    if (name !== undefined) count(framework, weight, `the cookie ${name.slice(0, 40)}`);
  }
  if (FLASK_SESSION.test(sent.get('session') ?? '')) count('flask', 2, 'a signed session cookie');
  if (isBareHtmlRedirect(evidence)) count('rails', 2, 'a redirect as force_ssl behind Puma writes it');
  if (isDjangoHttpsRedirect(evidence)) count('django', 2, 'a redirect as SecurityMiddleware writes it');
  for (const [field, framework, weight, pattern] of FIELDS) {
    const value = evidence.answer(field);
    if (value !== undefined && pattern.test(value)) count(framework, weight, `${field}: ${value.slice(0, 60)}`);
  }

  const running = evidence.answer('server') ?? '';
  const server = /^gunicorn/i.test(running) ? 'gunicorn' : /^uvicorn/i.test(running) ? 'uvicorn' : undefined;
  const named = best(weights, (framework) => !isGeneral(framework)) ?? best(weights, isGeneral) ?? 'unknown';
  return { framework: named, signs: signs.get(named) ?? [], server, web: webServer(evidence.answer('server')) };
}

const isGeneral = (framework: Framework): boolean => framework === 'wsgi' || framework === 'asgi' || framework === 'php' || framework === 'node' || framework === 'apache';

function best(weights: ReadonlyMap<Framework, number>, of: (framework: Framework) => boolean): Framework | undefined {
  const [first, second] = [...weights].filter(([framework]) => of(framework)).sort((a, b) => b[1] - a[1]);
  return first !== undefined && first[1] >= 2 && first[1] > (second?.[1] ?? 0) ? first[0] : undefined;
}

/** Every cookie once by name, those of the request first (they have values of this app only as far as the host is its own). */
function cookies(evidence: Evidence): Map<string, string> {
  const found = new Map(evidence.cookie === undefined ? [] : cookiePairs(evidence.cookie));
  for (const line of evidence.setCookies) found.set(cookieName(line), line.split(';', 1)[0]!.replace(/^[^=]*=/, '').trim());
  return found;
}

/** Whether nothing of an app shows, so that a web server which shows has most likely answered by itself. */
export const isByItself = (framework: Framework): boolean => framework === 'unknown' || framework === 'apache';
