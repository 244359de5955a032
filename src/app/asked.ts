import type { Peer } from '../core/contract/trust.ts';
import type { Scheme, Truth } from '../core/contract/truth.ts';
import type { Fields } from '../core/http1/fields.ts';

/** A request as a runtime shows it, before anybody is believed. */
export interface Asked {
  /** The other end of the connection; undefined where the runtime does not show it. */
  readonly peer: Peer | undefined;
  /** Of the connection itself. */
  readonly scheme: Scheme;
  readonly method: string;
  /** Path and query as sent; a whole URL where the client sent one (RFC 9112 §3.2.2). */
  readonly target: string;
  /** `Host`, or HTTP/2's `:authority`; empty where there is none. */
  readonly host: string;
  readonly fields: Fields;
}

/** What is true about a request: what the front knows, heard by the app. */
export interface Heard extends Truth {
  /** `scheme` is `https`. */
  readonly secure: boolean;
}
