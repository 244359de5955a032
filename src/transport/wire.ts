/**
 * The whole contract with a runtime. Every rule of HTTP lives above it, so every test of HTTP runs without a socket,
 * and another runtime is a folder beside node/ and bun/.
 */
import type { CertificatePair, ClientPolicy, PickCertificate, PickClientPolicy, ShownCertificate } from '../core/contract/certificate.ts';
import type { Fault } from '../core/errors.ts';
import type { INCOMPLETE_CLOSE } from './incomplete-close.ts';

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
  /** What the other side showed (PEM), where it was refused for that: by {@link ConnectTls} alone. */
  readonly certificate?: string;
}

export interface Wire {
  /** Who is told; may be replaced at any time. */
  handler: WireHandler;
  /** The other end; behind a balancer that speaks the PROXY protocol, the client that it told of. */
  readonly peer: Endpoint;
  /** This end; behind such a balancer, where the client connected to. */
  readonly local: Endpoint;
  /** What such a balancer told; undefined on a door without {@link ListenOptions.proxyProtocol}. */
  readonly proxied?: Proxied | undefined;
  /** What the TLS handshake settled; undefined on a plain connection. */
  readonly tls: TlsFacts | undefined;
  /** Bytes taken by `write` that the kernel has not taken yet. */
  readonly buffered: number;
  /** Grows as the kernel takes what was written, which is as the other side reads: in small steps, even within one large write. Only compared with itself; counts what TLS adds. */
  readonly taken: number;
  /** Its number in this process, where there is one and the runtime tells it. */
  readonly descriptor?: number | undefined;
  /** Writing has failed: what is still told came before that, and `onClose` follows. */
  readonly broken?: boolean | undefined;
  /**
   * Sends text (latin1) or bytes. Bytes are taken over: the caller may not change them afterwards. False: more than
   * the high-water mark waits; stop and go on at `onDrain`. Nothing is lost either way.
   */
  write(data: Uint8Array | string): boolean;
  /** Stops reading; a few more `onData` may still come. */
  pause(): void;
  resume(): void;
  /**
   * From now on an end has to be a complete one, because it alone will say that what came is whole (RFC 9112 §9.8): over
   * TLS, one that close_notify told (RFC 8446 §6.1). A mere FIN is then told by `onClose`, as {@link INCOMPLETE_CLOSE}. Called
   * from inside `onData`, of the bytes that say so. Without TLS every FIN is complete.
   */
  expectCompleteClose(): void;
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
  /** By which the client was asked for a certificate in this very handshake, and what it showed; left out where it was not asked. */
  readonly policy?: ClientPolicy;
  readonly shown?: ShownCertificate;
}

/** What a PROXY header told beside the addresses (core/proxy-protocol/header.ts). Undefined: nothing was said. */
export interface Proxied {
  /** Who told it: the other end of the socket. The same as `peer` where the header told no address (a health check). */
  readonly by: Endpoint;
  /** It told of no address, and yet may have passed a client on: what comes is not the word of `by`. */
  readonly nameless: boolean;
  /** Whether the client spoke TLS to the balancer. It says nothing of this connection; that is `tls`. */
  readonly secure: boolean | undefined;
  readonly tlsVersion: string | undefined;
  readonly alpn: string | undefined;
  /** The host name that the client asked the balancer for by SNI, lower case. The client's word, as a Host is. */
  readonly authority: string | undefined;
}

/**
 * A door that expects the PROXY protocol. Whoever is accepted here says which client a connection is from and whether
 * it was secure, so accept the balancer's address only: anybody else could be any client. A connection without the
 * header is closed, from an accepted peer as well.
 */
export interface ProxyOptions {
  /** Whether this peer (the socket's own) is a balancer that is believed. Asked once for each connection. */
  readonly accepts: (peer: Endpoint) => boolean;
  /** Milliseconds for the whole header; at least 3000 covers a retransmit (proxy-protocol.txt §2). */
  readonly timeout: number;
  /**
   * A connection was closed: `proxy-header-stranger`, `-missing`, `-bad` or `-timeout`. `peer` is the socket's own. One
   * that ends without a byte is not told: that is a check whether the port is open.
   */
  readonly onRefused: (peer: Endpoint, fault: Fault) => void;
}

/** Where a door listens. Port 0 takes a free one. */
export type ListenAddress =
  | { readonly kind: 'ip'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Where an app listens. */
export type ConnectAddress = ListenAddress;

export type { CertificatePair, ClientPolicy, PickCertificate, PickClientPolicy, ShownCertificate };

export interface ListenOptions {
  readonly address: ListenAddress;
  /**
   * A descriptor of this process that listens at the address already, and is taken over. What a TCP one is bound to is
   * found out; of a unix one no runtime tells it.
   */
  readonly fd?: number;
  /** Present on a door that expects the PROXY protocol, before TLS where it is a TLS door. */
  readonly proxyProtocol?: ProxyOptions;
  /** Asked once for each new connection, before anything is read from it; false: it is closed. Default: everybody may come. `peer` is the socket's own. */
  readonly admits?: (peer: Endpoint, descriptor: number | undefined) => boolean;
  /** The system could not give a connection (ENFILE, ENOMEM); with its code. */
  readonly onUnaccepted?: (code: string) => void;
  /** Present on a TLS door. */
  readonly tls?: {
    readonly pick: PickCertificate;
    /**
     * Present where some clients are asked for a certificate. A handshake with a policy is never resumed, so that each
     * connection's certificate is looked at, and a session made without one is worth nothing there.
     */
    readonly policyFor?: PickClientPolicy;
    /** Default: from TLS 1.2 on, and the runtime's ciphers. */
    readonly security?: TlsSecurity;
    readonly alpn: readonly string[];
    /** Milliseconds for the whole handshake. */
    readonly handshakeTimeout: number;
    /** A client spoke plain HTTP here: the answer to write before the connection is closed. */
    readonly plainAnswer: (firstBytes: Uint8Array, peer: Endpoint) => string;
    /** A handshake failed; for the log. */
    readonly onHandshakeError?: (peer: Endpoint, error: WireError) => void;
  };
  /** A new connection, ready for HTTP (after the handshake on a TLS door). Gives its handler. */
  readonly onConnection: (wire: Wire) => WireHandler;
}

/** An address that this process keeps and does not listen on itself: its children do, by the descriptor. */
export interface Bound extends Omit<Listener, 'arriving' | 'change' | 'abandon'> {
  readonly fd: number;
  /** Gives the address up, with the file of a Unix socket, unless that is to be kept. */
  close(keepFile?: boolean): Promise<void>;
}

/** What a TLS door speaks. */
export interface TlsSecurity {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** For TLS 1.2, by OpenSSL's names; undefined: the runtime's own. Those of TLS 1.3 are all good, and all there. */
  readonly ciphers: readonly string[] | undefined;
}

export interface Listener {
  readonly address: ListenAddress;
  /** By which it listens, for handing it to another process; undefined where the runtime does not tell. */
  readonly fd: number | undefined;
  /** Connections that were accepted and whose handshake (or PROXY header) is not over. */
  readonly arriving: number;
  /**
   * Makes ready for other terms, with `tls` exactly where there was; throws where they cannot be. Calling what it gives puts
   * them in force for connections that come then; of those that are {@link arriving}, none is lost.
   */
  change(terms: Terms): () => void;
  /**
   * Stops accepting. Connections go on, those that are {@link arriving} too: their clients were let in and are owed an
   * answer. `keepFile`: a unix socket's file stays, as another process listens on it too.
   */
  close(keepFile?: boolean): Promise<void>;
  /** Drops what is {@link arriving}. */
  abandon(): void;
}

/** What a door may ask of connections that begin from now on, as its other terms stay. */
export type Terms = Pick<ListenOptions, 'tls' | 'proxyProtocol'>;

/**
 * TLS towards an app: 1.2 or later (RFC 9325 §3.1.1). Sessions are resumed (RFC 8446 §2.2) and kept with the object, as a
 * resumed one is not checked again: one object for each app and way of checking it.
 */
export interface ConnectTls {
  /** The DNS name or address that the certificate has to be for. A name is asked for by SNI as well; an address never is (RFC 6066 §3). */
  readonly serverName: string;
  /** Authorities to believe in place of the runtime's own list: PEM. Any certificate in it is believed, an intermediate or the app's own too. */
  readonly ca?: string | undefined;
  /** False: nothing is checked. Whoever answers at the address is taken for the app, and reads and answers everything. */
  readonly verify: boolean;
  readonly alpn: readonly string[];
}

export interface ConnectOptions {
  readonly address: ConnectAddress;
  /** Present where the app speaks TLS. Nothing but the handshake is sent before its certificate was found good. */
  readonly tls?: ConnectTls | undefined;
  readonly handler: WireHandler;
  /** Written before everything else, TLS included: a PROXY header (core/proxy-protocol/writer.ts). In latin1 where it is text. */
  readonly prelude?: Uint8Array | string;
  /** The connection is up; with TLS, and the other side is who it has to be. */
  readonly onConnect: () => void;
}

export interface Transport {
  /** Listens; rejects with the system's error (`code` EADDRINUSE, EACCES, …; EINVAL for a descriptor that no stream socket can listen on). */
  listen(options: ListenOptions): Promise<Listener>;
  /** Connects; what is written before it is up is sent when it is. Failure is told by `onClose`. */
  connect(options: ConnectOptions): Wire;
  /** The addresses of a name, as the system's resolver has them now (its hosts file too), in its order; at least one. Rejects with a {@link WireError}. */
  lookup(name: string): Promise<readonly string[]>;
}
