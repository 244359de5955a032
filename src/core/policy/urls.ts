import type { Scheme } from '../contract/truth.ts';

export const DEFAULT_PORT: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** The name in a Host value, without its port; the brackets of an IPv6 address stay. */
export function hostName(host: string): string {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':');
  return end > 0 ? host.slice(0, end) : host;
}

/** The port in a Host value, or undefined. */
export function hostPort(host: string): number | undefined {
  const port = host.slice(hostName(host).length + 1);
  return port === '' ? undefined : Number(port);
}

export function sameHost(a: string, b: string): boolean {
  return hostName(a).toLowerCase() === hostName(b).toLowerCase();
}

/** An absolute http or https URL, as far as policy looks at it. */
export interface HttpUrl {
  readonly scheme: Scheme;
  /** As written, without port. */
  readonly host: string;
  /** The port, or the scheme's default. */
  readonly port: number;
  /** Everything after the authority, as written. */
  readonly rest: string;
}

// No user information, no escapes, and nothing after the authority but a path, a query, a fragment or the end: what
// comes out has one reading in every client (`http://shop\@evil/` and `http://shop@evil/` have two, or mean evil).
const HTTP_URL = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._~-]+)(?::([0-9]{0,5}))?(?=[/?#]|$)/i;

/** Reads an absolute URL that is beyond doubt; undefined for anything else, which is then left alone. */
export function parseHttpUrl(value: string): HttpUrl | undefined {
  const found = HTTP_URL.exec(value);
  if (found === null) return undefined;
  const scheme = found[1]!.toLowerCase() as Scheme;
  const port = found[3] === undefined || found[3] === '' ? DEFAULT_PORT[scheme] : Number(found[3]);
  if (port < 1 || port > 65535) return undefined;
  return { scheme, host: found[2]!, port, rest: value.slice(found[0].length) };
}

/** The request target a client makes of what follows the authority: without fragment, and with a path. */
export function targetOf(rest: string): string {
  const hash = rest.indexOf('#');
  const target = hash < 0 ? rest : rest.slice(0, hash);
  return target.startsWith('/') ? target : `/${target}`;
}

/**
 * Whether a client that follows `a` sends the request that `b` is: compared as clients normalise (RFC 3986 §6.2.2:
 * escapes of unreserved characters, their case, dot segments), so that an app cannot make a loop of ours by spelling.
 */
export function sameTarget(a: string, b: string): boolean {
  return a === b || clientForm(a) === clientForm(b);
}

function clientForm(target: string): string {
  const mark = target.indexOf('?');
  const end = mark < 0 ? target.length : mark;
  const path = escaped(target.slice(0, end)).replaceAll('\\', '/').replace(/%[0-9A-F]{2}/g, (escape) => {
    const char = String.fromCharCode(parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(char) ? char : escape;
  });
  return dotsRemoved(path) + escaped(target.slice(end));
}

/** Tabs go (as browsers do), other bytes a URI cannot have are escaped, escapes get capital digits. */
function escaped(text: string): string {
  return text.replaceAll('\t', '')
    .replace(/[^\x21-\x7e]|["<>]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/%[0-9A-Fa-f]{2}/g, (escape) => escape.toUpperCase());
}

/** RFC 3986 §5.2.4; slashes are not merged, as no client does. */
function dotsRemoved(path: string): string {
  if (!path.includes('/.')) return path;
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  segments.forEach((segment, i) => {
    if (segment === '..') kept.pop();
    else if (segment !== '.') { kept.push(segment); return; }
    if (i === segments.length - 1) kept.push('');
  });
  return `/${kept.join('/')}`;
}

/** Where a `Location` leads from the URL `base` (RFC 3986 §5.2); undefined where that is not an http or https URL, or in doubt. */
export function resolveLocation(base: HttpUrl, location: string): HttpUrl | undefined {
  if (location === '') return undefined; // no client follows an empty Location
  const absolute = parseHttpUrl(location);
  if (absolute !== undefined) return absolute;
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return undefined;
  const reference = location.replace(/^[^?#]*/, (path) => path.replaceAll('\\', '/')); // as browsers read it
  if (reference.startsWith('//')) return parseHttpUrl(`${base.scheme}:${reference}`);
  const target = targetOf(base.rest);
  const path = target.replace(/\?.*$/s, '');
  if (reference.startsWith('/')) return { ...base, rest: reference };
  if (reference.startsWith('?')) return { ...base, rest: path + reference };
  if (reference.startsWith('#')) return { ...base, rest: target };
  return { ...base, rest: path.slice(0, path.lastIndexOf('/') + 1) + reference };
}

/** Scheme, host and port of a whole URL, as they are written. */
export const originOf = (url: string): string => /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? url;
