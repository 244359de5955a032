import type { Scheme, Truth } from '../contract/truth.ts';
import type { SchemePolicy } from './scheme.ts';
import type { HttpUrl } from './urls.ts';
import { DEFAULT_PORT, parseHttpUrl, sameHost, sameTarget, targetOf } from './urls.ts';

/** What the repair of URLs in answers goes by, for one site. */
export interface LocationOptions {
  /** Ports the world sees; undefined for a door that is off. */
  readonly httpsPort: number | undefined;
  readonly httpPort: number | undefined;
  /**
   * Further ports that mean this site when an app writes them beside the site's own name: the ones the doors really
   * listen on, and the app's own (an nginx or Apache inside writes its listen port into redirects). Any other port on
   * the same host is another service and is never touched.
   */
  readonly otherPorts: readonly number[];
  /** The scheme policy of a target's path. */
  readonly policyOf: (target: string) => SchemePolicy;
}

/** The request that was answered, as far as its answer's URLs are compared with it. */
export interface Asked {
  readonly method: string;
  /** Origin-form or `*`. */
  readonly target: string;
}

/** The part of the truth that counts here. */
export type Reached = Pick<Truth, 'scheme' | 'host' | 'port'>;

/** What following the URL would be: another request, or the same one again (at once, or after a while). */
export type Repeats = 'never' | 'at-once' | 'later';

export interface RepairedUrl {
  /** The value to send; the one given where nothing is to be repaired. */
  readonly value: string;
  /** The URL is the request's own but for the scheme, and this is the scheme the app wants; undefined where it is not. */
  readonly wants: Scheme | undefined;
}

/** Reads a URL that names the site itself, `//host/x` among them; undefined for all others. */
export type FindOwnUrl = (value: string, reached: Reached) => HttpUrl | undefined;

/** Compiles which URLs are the site's own: its host, and a port that means this site (see {@link LocationOptions.otherPorts}). */
export function createOwnUrl({ httpsPort, httpPort, otherPorts }: Pick<LocationOptions, 'httpsPort' | 'httpPort' | 'otherPorts'>): FindOwnUrl {
  const ours = new Set([80, 443, httpsPort, httpPort, ...otherPorts]);
  return (value, reached) => {
    const url = parseHttpUrl(value.startsWith('//') ? `${reached.scheme}:${value}` : value);
    return url !== undefined && sameHost(url.host, reached.host) && (ours.has(url.port) || url.port === reached.port) ? url : undefined;
  };
}

export type RepairUrl = (value: string, repeats: Repeats, asked: Asked, reached: Reached) => RepairedUrl;

/**
 * Compiles the repair of URLs that name the site's own host, `//host/x` among them, whose port is not the client's but
 * the scheme's default (RFC 3986 §5.2.2). All others are right as they are: the client resolves a reference like `/x`
 * against the scheme, host and port it really used.
 *
 * - The URL gets the public port of its scheme's door, if its port is one that means this site (a default port, a
 *   door's, or one of `otherPorts`).
 * - On an https request `http:` becomes `https:`, unless the path it names is one that is served over http.
 * - A URL that would bring the client back with the very same request is never lifted: the app would answer the same
 *   again, and the loop would be ours. For the same reason its port is left alone where that alone is different.
 */
export function createUrlRepair(options: LocationOptions): RepairUrl {
  const { httpsPort, httpPort, policyOf } = options;
  const findOwnUrl = createOwnUrl(options);

  return (value, repeats, asked, reached) => {
    const url = findOwnUrl(value, reached);
    if (url === undefined) return untouched(value);

    const schemeless = value.startsWith('//');
    const target = targetOf(url.rest);
    const own = repeats !== 'never' && sameTarget(target, asked.target);
    const wants = own && url.scheme !== reached.scheme ? url.scheme : undefined;
    const scheme = lifts(url, target, own) ? 'https' : url.scheme;
    const port = scheme === reached.scheme ? reached.port : scheme === 'https' ? httpsPort : httpPort;
    if (port === undefined || (scheme === url.scheme && url.port === port)) return { value, wants };
    if (own && repeats === 'at-once' && scheme === url.scheme && scheme === reached.scheme) return { value, wants };
    return { value: `${schemeless ? '' : `${scheme}:`}//${url.host}${port === DEFAULT_PORT[scheme] ? '' : `:${port}`}${url.rest}`, wants };

    function lifts(from: HttpUrl, to: string, same: boolean): boolean {
      if (reached.scheme !== 'https' || from.scheme !== 'http') return false;
      const policy = policyOf(to);
      // A page that reloads itself after a while (`Refresh: 30; url=…`) means to come back; only a mixed site's may mean http.
      if (same) return repeats === 'later' && policy === 'https';
      return policy !== 'http' || httpPort === undefined;
    }
  };
}

const untouched = (value: string): RepairedUrl => ({ value, wants: undefined });

// `5; url=http://…` as browsers read it (HTML, "shared declarative refresh steps"): `;`, `,` or only a space, the word `url=` and the quotes optional.
const REFRESH = /^(\s*[0-9.]+(?:\s*[;,]|(?=\s))\s*(?:url\s*=\s*)?)(["']?)(.*)$/is;

/** The parts of a `Refresh`; undefined where it names no URL. `head + url + tail` is the value. */
export function parseRefresh(value: string): { head: string; url: string; tail: string; atOnce: boolean } | undefined {
  const found = REFRESH.exec(value);
  if (found === null) return undefined;
  const [, start, quote, rest] = found as unknown as [string, string, string, string];
  const end = quote === '' ? -1 : rest.indexOf(quote);
  const url = end < 0 ? rest : rest.slice(0, end);
  return { head: start + quote, url, tail: rest.slice(url.length), atOnce: parseFloat(start) < 1 };
}

/** Whether a client that follows this redirect sends the same method again (RFC 9110 §15.4). */
export function repeatsMethod(status: number, method: string): boolean {
  if (method === 'GET' || method === 'HEAD' || status === 307 || status === 308) return true;
  if (status === 303) return false;
  return method !== 'POST'; // 301 and 302 turn POST into GET in every browser, and nothing else
}
