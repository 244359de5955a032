/**
 * The whole contract with a runtime. Every rule of HTTP lives above it, so every test of HTTP runs without a socket,
 * and a second runtime is one file beside node.ts.
 */
import type { CertificatePair, PickCertificate } from '../core/contract/certificate.ts';

/** What one connection tells the layer above. All calls come from the event loop, never from inside a call to the wire. */
export interface WireHandler {
  /** Bytes arrived. They are lent: valid only during the call; copy what must stay. */
  onData(bytes: Uint8Array): void;
  /** What was written has left the process far enough that more is welcome (after a `write` that said false). */
  onDrain(): void;
  /** The other side has finished sending (FIN, close_notify). The wire can still be written to. */
  onEnd(): void;
  /** The connection is gone; the last call. `error` says why, where it was not an orderly close. */
  onClose(error: WireError | undefined): void;
}

/** Why a connection failed, in the system's own words (`ECONNREFUSED`, `ECONNRESET`, `ETIMEDOUT`, `ENOENT`, `ERR_TLS_…`). */
export interface WireError {
  readonly code: string;
  readonly message: string;
}

export interface Wire {
  /** Who is told; may be replaced at any time. */
  handler: WireHandler;
  /** The other end. */
  readonly peer: Endpoint;
  /** This end. */
  readonly local: Endpoint;
  /** What the TLS handshake settled; undefined on a plain connection. */
  readonly tls: TlsFacts | undefined;
  /** Bytes taken by `write` that the kernel has not taken yet. */
  readonly buffered: number;
  /**
   * Sends text (latin1) or bytes. Bytes are taken over: the caller may not change them afterwards. False: more than
   * the high-water mark waits; stop and go on at `onDrain`. Nothing is lost either way.
   */
  write(data: Uint8Array | string): boolean;
  /** Sends both in one packet where possible. Up to 64 KiB of bytes are copied by this call, so they may be lent ones; more are taken over. */
  writePair(head: string, bytes: Uint8Array): boolean;
  /** Stops reading; a few more `onData` may still come. */
  pause(): void;
  resume(): void;
  /** Sends what is left, then FIN. Reading goes on. */
  end(): void;
  /** Drops the connection at once. `onClose` follows. */
  destroy(): void;
  /** Drops it with a RST where the transport can, so that the other side cannot take a cut message for a whole one. */
  reset(): void;
}

export type Endpoint =
  /** `address` in canonical text; an IPv4-mapped IPv6 address is told as IPv4. */
  | { readonly kind: 'ip'; readonly address: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export interface TlsFacts {
  /** SNI, lower case; undefined where the client sent none. */
  readonly serverName: string | undefined;
  readonly alpn: string | undefined;
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly version: string;
}

/** Where a door listens. Port 0 takes a free one. */
export type ListenAddress =
  | { readonly kind: 'ip'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Where an app listens. */
export type ConnectAddress = ListenAddress;

export type { CertificatePair, PickCertificate };

export interface ListenOptions {
  readonly address: ListenAddress;
  /** Present on a TLS door. */
  readonly tls?: {
    readonly pick: PickCertificate;
    readonly alpn: readonly string[];
    /** Milliseconds for the whole handshake. */
    readonly handshakeTimeout: number;
    /** A client spoke plain HTTP here: the answer to write before the connection is closed. */
    readonly plainAnswer: (firstBytes: Uint8Array) => string;
    /** A handshake failed; for the log. */
    readonly onHandshakeError?: (peer: Endpoint, error: WireError) => void;
  };
  /** A new connection, ready for HTTP (after the handshake on a TLS door). Gives its handler. */
  readonly onConnection: (wire: Wire) => WireHandler;
}

export interface Listener {
  readonly address: ListenAddress;
  /** Stops accepting; connections go on. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly address: ConnectAddress;
  readonly handler: WireHandler;
  /** The connection is up. */
  readonly onConnect: () => void;
}

export interface Transport {
  /** Listens; rejects with the system's error (`code` EADDRINUSE, EACCES, …). */
  listen(options: ListenOptions): Promise<Listener>;
  /** Connects; what is written before it is up is sent when it is. Failure is told by `onClose`. */
  connect(options: ConnectOptions): Wire;
}
