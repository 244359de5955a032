import type { Fields } from '../core/http1/fields.ts';
import { DEFAULT_PORT, hostName, parseHttpUrl } from '../core/policy/urls.ts';
import type { Heard } from './asked.ts';
import { OptionError, type CsrfOptions } from './options.ts';

/** RFC 9110 §9.2.1. */
export const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';

/** Why a request is refused, or undefined. */
export type CsrfCheck = (method: string, heard: Heard, fields: Fields) => string | undefined;

/**
 * Whether an unsafe request comes from a page of the site itself. Browsers say so by themselves: in `Sec-Fetch-Site`
 * (Fetch Metadata, which no page can set), else in `Origin`, else in `Referer`, compared with the true origin.
 */
export function createCsrf(options: CsrfOptions): CsrfCheck {
  const { origins: others = [], unknown = 'allow', ...none } = options as CsrfOptions & Record<string, unknown>;
  for (const name of Object.keys(none)) throw new OptionError('csrf', `there is no "${name}" in it; expected origins or unknown.`);
  if (!Array.isArray(others)) throw new OptionError('csrf', `origins: ${JSON.stringify(others)} is no list; expected one such as ['https://pay.example'].`);
  const allowed = new Set((others as readonly string[]).map(parseOrigin));
  if (unknown !== 'allow' && unknown !== 'refuse') throw new OptionError('csrf', `unknown: ${JSON.stringify(unknown)} is none; expected 'allow' or 'refuse'.`);

  return (method, heard, fields) => {
    if (isSafe(method)) return undefined;
    const origins = fields.all('origin');
    const origin = origins.length === 0 ? undefined : origins.length === 1 ? originOf(origins[0]!) ?? 'null' : 'null';
    if (origin !== undefined && allowed.has(origin)) return undefined;
    const own = ownOrigin(heard);
    const sites = fields.all('sec-fetch-site');
    if (sites.length > 0) {
      if (sites.length === 1 && (sites[0] === 'same-origin' || sites[0] === 'none')) return undefined;
      return `The browser says that this request comes from another site (Sec-Fetch-Site: ${sites.join(', ').slice(0, 100)}).`;
    }
    if (origin !== undefined) return origin === own ? undefined : `This request comes from ${origin === 'null' ? 'an origin that is not shown' : origin}, and this site is ${own}.`;
    const referers = fields.all('referer');
    if (referers.length > 0) {
      const from = referers.length === 1 ? originOf(referers[0]!) : undefined;
      if (from !== undefined && (from === own || allowed.has(from))) return undefined;
      return `This request comes from a page of ${from ?? 'an origin that is not shown'}, and this site is ${own}.`;
    }
    return unknown === 'allow' ? undefined : 'This request does not say which page it comes from (it has no Sec-Fetch-Site, Origin or Referer).';
  };
}

/** The origin by which browsers know this site (RFC 6454 §6.2), from what is true. */
function ownOrigin({ scheme, host, port }: Heard): string {
  return serialised(scheme, hostName(host), port);
}

/** `scheme://host[:port]` of an http or https URL, or undefined. */
function originOf(url: string): string | undefined {
  const read = parseHttpUrl(url);
  return read && serialised(read.scheme, read.host, read.port);
}

const serialised = (scheme: 'http' | 'https', host: string, port: number): string =>
  `${scheme}://${host.toLowerCase()}${port === DEFAULT_PORT[scheme] ? '' : `:${port}`}`;

function parseOrigin(written: string): string {
  const read = parseHttpUrl(written);
  if (read === undefined || read.rest !== '') throw new OptionError('csrf', `"${written}" is no origin; expected a scheme, a host and a port where it is not the usual one, such as https://pay.example.`);
  return serialised(read.scheme, read.host, read.port);
}
