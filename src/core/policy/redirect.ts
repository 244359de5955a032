import type { Scheme } from '../contract/truth.ts';
import { rawPath } from './paths.ts';
import { DEFAULT_PORT, hostName } from './urls.ts';

/**
 * The status of a redirect from one scheme to the other. 308 (permanent, RFC 9110 §15.4.9) only for http → https on a
 * site with a real certificate: a browser remembers a permanent redirect for ever, which on `localhost` breaks every
 * other project of that developer, and towards http could not be taken back. Everything else is 307. Neither lets a
 * client change the method or drop the body, as 301 and 302 do.
 */
export function redirectStatus(options: { readonly to: Scheme; readonly realCertificate: boolean }): 307 | 308 {
  return options.to === 'https' && options.realCertificate ? 308 : 307;
}

export interface RedirectTarget {
  readonly scheme: Scheme;
  /** `Host` as the client wrote it; its port is dropped. */
  readonly host: string;
  /** The port the world sees for this scheme, 1 to 65535. */
  readonly publicPort: number;
  /** Origin-form or `*`. */
  readonly target: string;
}

/**
 * The same resource under another scheme: same host, path and query, byte for byte. A `Location` is a URI (RFC 9110
 * §10.2.2), so bytes that a URI cannot have (non-ASCII, controls, spaces) are escaped, as the client would do itself.
 */
export function redirectUrl({ scheme, host, publicPort, target }: RedirectTarget): string {
  const path = target === '*' ? '/' : escapedForUrl(target);
  return `${scheme}://${hostName(host)}${publicPort === DEFAULT_PORT[scheme] ? '' : `:${publicPort}`}${path}`;
}

/**
 * A path of this site and nothing else: two slashes at the start (`//other.example/%2e%2e/media/folder` names a folder
 * here) would send the browser to another host (RFC 3986 §4.2).
 */
export function ownPath(target: string): string {
  return escapedForUrl(`/${target.replace(/^[/\\]+/, '')}`);
}

/** A target with a slash at the end of its path: a folder by its own name, which relative links in it need. */
export function slashed(target: string): string {
  const path = rawPath(target);
  return path + '/' + target.slice(path.length);
}
/** Bytes that a URI cannot have, escaped. */
export const escapedForUrl = (text: string): string => text.replace(/[^\x21-\x7e]/g, escapeByte);

const escapeByte = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
