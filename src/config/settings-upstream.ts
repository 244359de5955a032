import type { ConnectAddress } from './addresses.ts';

/** How an app is spoken to. */
export type UpstreamProtocol = 'http' | 'uwsgi' | 'fastcgi';

/** An app: one server, or several that are the same to a client. */
export interface UpstreamSettings {
  readonly protocol: UpstreamProtocol;
  /** As the person wrote it, servers separated by a comma; for messages. */
  readonly written: string;
  /** At least one. */
  readonly servers: readonly ServerSettings[];
  readonly balance: Balance;
  /** Present where the servers speak TLS. */
  readonly tls?: UpstreamTls;
  /** The PROXY header that connections begin with; absent: none. */
  readonly sendProxy?: 'v1' | 'v2';
}

/** How the certificates of an app's servers are checked. */
export interface UpstreamTls {
  /** PEM file with the authorities that count; undefined: those that Node knows. */
  readonly ca: string | undefined;
  /** Nothing is checked. */
  readonly insecure: boolean;
}

/** One server of an app. */
export interface ServerSettings {
  /** As the person wrote it; for messages. */
  readonly written: string;
  /** In the order they are tried (`localhost` has two). */
  readonly addresses: readonly ConnectAddress[];
  /** Present where it speaks TLS: the name or address that its certificate has to be for. */
  readonly tlsName?: string;
}

/** Which of several servers gets a request: the least busy one, each in turn, or always the same for a client's address. */
export type Balance = 'least-conn' | 'round-robin' | 'client';
