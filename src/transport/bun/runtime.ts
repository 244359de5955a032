/**
 * As much of Bun as the transport uses, in our own words: a package of types would declare globals that Node has not. Not
 * in Bun's documentation, but what its own node:tls stands on, and seen to work by the tests of this room: `upgradeTLS`
 * with `isServer` and `initialData`, `secureContext`, `serverName`, `resumeSNI`.
 */
import type { SecureContext } from 'node:tls';

/** Whom Bun's events of one socket are for. It is the socket's `data`, and is exchanged as the connection gets on. */
export interface Owner {
  onBytes(bytes: Uint8Array): void;
  /** The socket takes more; told more often than asked for. */
  onWritable(): void;
  onEnd(): void;
  /** It is gone; told once, and from inside the call where a call of ours was the cause. */
  onClosed(error: unknown): void;
  /** TLS records that cannot be; the end follows. */
  onFailed(error: unknown): void;
}

/** An owner while TLS is being agreed. */
export interface TlsOwner extends Owner {
  /** Before the first record is read or sent. */
  onOpen(socket: BunSocket): void;
  /** The end of the handshake. As a client `error` is also what is wrong with the certificate. */
  onHandshake(socket: BunSocket, success: boolean, error: Error | null): void;
  /** The name a client asks for: the context to show, true where `resumeSNI` will say later, undefined for none. */
  onServerName(name: string, socket: BunSocket): NativeContext | true | undefined;
  onSession(session: Buffer): void;
}

/** What Bun keeps in a `SecureContext`, and takes in its place. */
export interface NativeContext { readonly 'native context': never }
export const nativeContext = (context: SecureContext): NativeContext => context.context;

export interface BunSocket {
  data: Owner;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly fd: number;
  /** How many bytes were taken; less than 0: the socket is gone. */
  write(data: Uint8Array): number;
  write(data: string, encoding: 'latin1'): number;
  /** FIN (and close_notify). Reading goes on. */
  shutdown(): void;
  close(): void;
  /** Closes with RST. */
  terminate(): void;
  pause(): void;
  resume(): void;
  /** Other handlers, for every socket that came by the same `listen` or `connect`. */
  reload(options: { readonly socket: Handlers }): void;
  /** TLS over this socket, which is given back as the first of the pair: it still hears the bytes below. */
  upgradeTLS(options: Upgrade): readonly [raw: BunSocket, secure: BunSocket];
  // The rest is for TLS alone.
  readonly alpnProtocol: string | false | null;
  getServername(): string | undefined;
  getTLSVersion(): string;
  resumeSNI(context: NativeContext | undefined, refuse: boolean): void;
  setSession(session: Buffer): void;
  getSession(): Buffer | undefined;
  getPeerCertificate(abbreviated?: boolean): unknown;
}

export interface Upgrade {
  readonly data: TlsOwner;
  readonly socket: Handlers;
  readonly isServer: boolean;
  /** What was read before, for TLS. */
  readonly initialData?: Uint8Array;
  readonly tls: {
    readonly secureContext: NativeContext;
    /** In wire format: each with its length before it. */
    readonly ALPNProtocols: Buffer | undefined;
    readonly requestCert: boolean;
    readonly rejectUnauthorized: boolean;
    readonly serverName?: string;
  };
}

export interface Handlers {
  open?(socket: BunSocket): void;
  data?(socket: BunSocket, bytes: Uint8Array): void;
  drain?(socket: BunSocket): void;
  end?(socket: BunSocket): void;
  close?(socket: BunSocket, error: unknown): void;
  error?(socket: BunSocket, error: unknown): void;
  connectError?(socket: BunSocket, error: unknown): void;
  handshake?(socket: BunSocket, success: boolean, error: Error | null): void;
  serverName?(owner: Owner, name: string | undefined, socket: BunSocket): NativeContext | true | undefined;
  session?(socket: BunSocket, session: Buffer): void;
}

export interface BunListener {
  readonly fd: number;
  getsockname(into: { address: string; port: number }): void;
  /** Stops accepting; connections go on. */
  stop(): void;
}

export type Place = { readonly hostname: string; readonly port: number } | { readonly unix: string };

interface Runtime {
  /** `fd`: a descriptor that listens already. */
  listen(options: (Place | { readonly fd: number }) & { readonly allowHalfOpen: true; readonly reusePort?: boolean; readonly socket: Handlers }): BunListener;
  connect(options: Place & { readonly allowHalfOpen: true; readonly socket: Handlers; readonly data: Owner }): Promise<BunSocket>;
}

/** The runtime, where this is Bun. */
export const bun = (globalThis as { readonly Bun?: Runtime }).Bun;

/** Handlers that tell a socket's owner. One set for all sockets of a kind: a closure each would be garbage for each connection. */
export const HANDLERS: Handlers = {
  data(socket, bytes) { socket.data.onBytes(bytes); },
  drain(socket) { socket.data.onWritable(); },
  end(socket) { socket.data.onEnd(); },
  close(socket, error) { socket.data.onClosed(error); },
  error(socket, error) {
    // Bun tells what a handler of ours has thrown here as well: a defect must end the process, as it does on Node.
    if (typeof (error as { code?: unknown }).code !== 'string') setImmediate(() => { throw error; });
    else socket.data.onFailed(error);
  },
};

/** Hears nothing. For the bytes below TLS, and for what is told of a connection that was given up. */
export const NOBODY: Owner = { onBytes() {}, onWritable() {}, onEnd() {}, onClosed() {}, onFailed() {} };
