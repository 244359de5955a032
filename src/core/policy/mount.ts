import type { FindOwnUrl, Reached } from './location.ts';
import { comparedPrefix } from './prefixes.ts';
import { leadsBelow, prefixInUrls } from './strip.ts';

/** The way back from an app whose prefix was stripped: its URLs get it again (nginx's proxy_redirect, proxy_cookie_path). */
export interface Mount {
  /** A URL or reference as it has to be for the client. */
  url(value: string, reached: Reached): string;
  /** A `Set-Cookie` value likewise. */
  cookie(value: string): string;
}

/**
 * Compiles it for a prefix as a person writes it. Put before path-absolute references (`/x`) and URLs of the site's own
 * host. What begins with the prefix already is left alone: an app that was told of it (Django's FORCE_SCRIPT_NAME, Rails'
 * relative_url_root) writes it itself. References without a path of their own (`x`, `?x`, `../x`) are right as they are,
 * since the client resolves them against the URL that it knows.
 */
export function createMount(written: string, findOwnUrl: FindOwnUrl): Mount {
  const prefix = comparedPrefix(written);
  const inUrls = prefixInUrls(written);
  const placed = (path: string): string => (leadsBelow(path, prefix) ? path : inUrls + path);
  return {
    url(value, reached) {
      if (isPathAbsolute(value)) return placed(value);
      const rest = findOwnUrl(value, reached)?.rest;
      if (rest === undefined) return value;
      const path = rest.startsWith('/') ? rest : `/${rest}`;
      return leadsBelow(path, prefix) ? value : value.slice(0, value.length - rest.length) + inUrls + path;
    },
    cookie: (value) => value.replace(/;[^;]*/g, (attribute) => {
      const head = /^;\s*path\s*=\s*/i.exec(attribute)?.[0];
      const path = attribute.slice(head?.length).trimEnd();
      // `Path=/` stays: the app may mean the whole host, it is sent to the app all the same, and `__Host-` needs it (RFC 6265bis §4.1.3.2).
      return head === undefined || !path.startsWith('/') || path === '/' ? attribute : head + placed(path);
    }),
  };
}

/** `//host` and `/\host` are other hosts to browsers. */
const isPathAbsolute = (value: string): boolean => /^\/(?![/\\])/.test(value);
