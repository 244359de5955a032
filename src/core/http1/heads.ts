import type { Fields } from './fields.ts';

/** How the length of a body is known (RFC 9112 §6.3). A body is framed because there is a body, never because of the method. */
export type Framing =
  | 'none' // no body at all
  | 'length' // Content-Length
  | 'chunked' // Transfer-Encoding: chunked
  | 'close'; // answers only: until the connection ends

/** A request that was judged well-formed. Whatever carried it (HTTP/1 now, HTTP/2 later) makes the same value. */
export interface RequestHead {
  readonly method: string;
  /** Origin-form, byte for byte as the client sent it (an absolute-form target without its scheme and authority), or `*`. */
  readonly target: string;
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  readonly minor: 0 | 1;
  /** The one Host, as the client wrote it: `name[:port]`, validated, case kept. */
  readonly host: string;
  readonly fields: Fields;
  readonly framing: 'none' | 'length' | 'chunked';
  /** Bytes of content for `length`, else 0. */
  readonly length: number;
  /** Whether the client allows another request on this connection (RFC 9112 §9.3). */
  readonly keepAlive: boolean;
  /** A WebSocket handshake: GET, HTTP/1.1, no body, `Connection` lists `upgrade`, `Upgrade` is `websocket` alone. Other upgrades are not passed on. */
  readonly websocket: boolean;
  /** `Expect: 100-continue` with a body to come (RFC 9110 §10.1.1). */
  readonly expectsContinue: boolean;
  /** Lower-case names that `Connection` nominates, without `close`, `keep-alive` and `upgrade`; undefined where there are none (RFC 9110 §7.6.1). */
  readonly nominated: readonly string[] | undefined;
  /** Bytes of the head, its empty line included. */
  readonly size: number;
}

/** An answer's head that was judged well-formed, 1xx included. */
export interface AnswerHead {
  /** 100 to 599. */
  readonly status: number;
  /** The reason phrase as sent; may be empty. */
  readonly reason: string;
  readonly minor: 0 | 1;
  readonly fields: Fields;
  readonly framing: Framing;
  /** Bytes of content for `length`; for HEAD and 304 the Content-Length that was announced, or -1. */
  readonly length: number;
  /** Whether the app allows another request on its connection. */
  readonly keepAlive: boolean;
  /** A 101 whose Connection lists `upgrade` and whose Upgrade is `websocket`. */
  readonly websocket: boolean;
  readonly nominated: readonly string[] | undefined;
  readonly size: number;
}
