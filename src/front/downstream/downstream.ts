import type { BodyPlan } from '../../core/http1/write-head.ts';
import type { Connection } from '../../core/contract/read.ts';
import type { Peer } from '../../core/contract/trust.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import type { WireHandler, Wire } from '../../transport/wire.ts';
import type { OwnConnections } from '../upstream/own-connections.ts';
import type { ClientLine } from '../upstream/proxy-header.ts';

/**
 * The client's side of one exchange, whatever carries it: an HTTP/1.1 connection now, one stream of an HTTP/2
 * connection next. Nothing above it knows how many exchanges share a connection.
 */
export interface Downstream {
  readonly peer: Peer;
  /** See {@link Connection.nameless}. */
  readonly nameless: boolean;
  /** What the connection itself shows: TLS or not. */
  readonly scheme: Scheme;
  /** Both ends of the client's connection, and what was settled on it. */
  readonly line: ClientLine;
  /** Connections to apps that are this client's alone. */
  readonly ownConnections: OwnConnections;
  /** Bytes of the answer that wait for the client. */
  readonly buffered: number;
  /** An interim answer (1xx); not told to HTTP/1.0 clients, which do not know them (RFC 9110 §15.2). */
  interim(status: number, reason: string, lines: string): void;
  /** The final head. `lines` has neither framing nor Connection; `told` are lines of the front's own beside them. */
  start(answer: AnswerStart, told: string): void;
  /** A piece of content, lent. */
  content(bytes: Uint8Array): void;
  /** The answer is whole. `trailers` are field lines, or ''. */
  finish(trailers: string): void;
  /** The answer cannot be completed: the client is made to see that it was cut. */
  cut(): void;
  /** Sends what this event has gathered. Whoever adds looks at `buffered` then, and goes on at `Exchange.clientDrained`. */
  flush(): void;
  /** Stops and resumes the arrival of the request's body. */
  holdBody(): void;
  releaseBody(): void;
  /** Sends 101 and hands over the connection; whatever the client has already sent comes first. */
  tunnel(lines: string, handler: WireHandler): { readonly wire: Wire; readonly early: Uint8Array | undefined };
}

export interface AnswerStart {
  readonly status: number;
  readonly reason: string;
  readonly lines: string;
  /** `close` here means "of unknown length"; the carrier chooses how to frame that. For HEAD and 304: `none`, with the length to announce in `lines`. */
  readonly body: BodyPlan;
  /** Ask for the connection not to be used again. */
  readonly last: boolean;
}
