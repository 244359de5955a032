import type { SchemePolicy } from '../core/policy/scheme.ts';

/** A header that says the scheme: a name, a name and the one value that means https, or several of these that must agree. */
export type SchemeSign = string | readonly [name: string, https: string] | readonly (readonly [name: string, https: string])[];

/** Which header of a trusted peer says what, one per fact. Another name is never read in its place. */
export interface HeaderNames {
  /** Default `X-Forwarded-Proto`. */
  readonly scheme?: SchemeSign | undefined;
  /** Default `X-Forwarded-For`, read from the right. */
  readonly client?: string | undefined;
  /** Not read unless named: most proxies pass on the one a client made up. */
  readonly host?: string | undefined;
  /** Not read unless named. */
  readonly port?: string | undefined;
}

/** A shared secret, 16 to 256 visible ASCII characters: what the front's `--secret-file` holds. Two while one is being replaced by the other. */
export interface Secret { readonly secret: string | readonly string[] }

export type TrustEntry = string | Secret;

export interface CsrfOptions {
  /** Other origins that may send unsafe requests, as `https://pay.example`. */
  readonly origins?: readonly string[] | undefined;
  /** What a request that has none of `Sec-Fetch-Site`, `Origin` and `Referer` gets: programs send none. Default `allow`. */
  readonly unknown?: 'allow' | 'refuse' | undefined;
}

/** What `sallyport(options)` takes, the same for every framework. */
export interface Options {
  /**
   * Whose forwarding headers are believed: addresses, networks (`10.0.0.0/8`), `loopback`, `unix`, or `{ secret }`. Whoever
   * is in here can claim any scheme and any client address. There are no hop counts: a number of hops cannot tell a
   * proxy from a client that went around it. Default: `['loopback', 'unix']`.
   */
  readonly trust?: TrustEntry | readonly TrustEntry[] | undefined;
  /**
   * What says the scheme and the client: `X-Forwarded-Proto`, `['X-Forwarded-Protocol', 'https']`, several such pairs that
   * must all be there and agree, a profile of the front (`standard`, `rfc7239`, `legacy`, `ssl-flag`,
   * `front-end-https`), or names for each fact. `Forwarded`, named alone, tells the client too. Default: `standard`.
   */
  readonly header?: SchemeSign | HeaderNames | undefined;
  /**
   * Over which scheme paths are served: one policy for all, or policies by path prefix, longest first; `https` and
   * `http` redirect the other one, `either` serves both. Default, and of paths that no prefix covers: `either`.
   */
  readonly https?: SchemePolicy | Readonly<Record<string, SchemePolicy>> | undefined;
  /** Paths that are exempt from redirects and `hosts`, for balancers: matched whole, not as prefixes. */
  readonly health?: readonly string[] | undefined;
  /** Whether browsers may remember the redirect to https for ever (308); else 307. Never towards http. Default false. */
  readonly permanent?: boolean | undefined;
  /** What a request with an unsafe method (RFC 9110 §9.2.1) gets over the wrong scheme: a redirect that keeps its method, or 403. Default `redirect`. */
  readonly unsafe?: 'redirect' | 'refuse' | undefined;
  /** The ports the world sees, 1 to 65535, where redirects lead. Default 443 and 80. */
  readonly httpsPort?: number | undefined;
  readonly httpPort?: number | undefined;
  /** `Strict-Transport-Security` on https answers: seconds, then `,subdomains` and `,preload` if wanted. Default: the app's own, if it sends one. */
  readonly hsts?: number | string | undefined;
  /** Whether every `Set-Cookie` on a secure request gets `Secure`; never on paths that are served over http too. Default: true where `https` is given. */
  readonly secureCookies?: boolean | undefined;
  /** The only hosts that are served (421 otherwise); `*.example.com` is one level below. Default: every host. */
  readonly hosts?: readonly string[] | undefined;
  /** Refuse unsafe requests that come from other sites (403). Default false. */
  readonly csrf?: boolean | CsrfOptions | undefined;
  /** Where lines about ignored headers and loops go. Default: `console.warn`. */
  readonly log?: ((line: string) => void) | undefined;
}

/** An option that cannot be used. The message names what was seen, what was expected and what to write instead. */
export class OptionError extends TypeError {
  readonly option: string;

  constructor(option: string, message: string) {
    super(`sallyport: ${option}: ${message}`);
    this.name = 'OptionError';
    this.option = option;
  }
}
