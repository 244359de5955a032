import type { ConnectAddress } from '../values/addresses.ts';

/** How an app is spoken to. */
export type UpstreamProtocol = 'http' | 'uwsgi' | 'fastcgi';

/** An app: one server, or several that are the same to a client. */
export interface UpstreamSettings {
  readonly protocol: UpstreamProtocol;
  /** As the person wrote it, servers separated by a comma; for messages. */
  readonly written: string;
  /** At least one. */
  readonly servers: readonly ServerSettings[];
  /** Requests that all servers together have at once, 1 or more; and how many wait for that, 0 or more. */
  readonly maxConcurrent: number;
  readonly queue: number;
  readonly balance: Balance;
  /** Failures in a row after which one of several servers is left out, 1 or more. */
  readonly fails: number;
  /** Milliseconds that it is left out for, the first time. */
  readonly pause: number;
  /** Milliseconds between two lookups of a server's name. */
  readonly lookup: number;
  readonly check: CheckSettings | undefined;
  readonly sticky: StickySettings | undefined;
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

/** What each server is asked for all the time. */
export interface CheckSettings {
  readonly path: string;
  /** Host as it is sent; where it has no port, the public one is added. */
  readonly host: string;
  /** Milliseconds from the end of a check to the next. */
  readonly interval: number;
  /** Milliseconds until the answer begins. */
  readonly timeout: number;
  /** Good answers in a row until a server is up again, and bad ones until it is down; 1 or more. */
  readonly rise: number;
  readonly fall: number;
  /** Good ones; empty: 200 to 299. */
  readonly statuses: readonly number[];
}

export interface StickySettings {
  readonly cookie: string;
  /** Absolute path of the file with the secret that its values are made with; undefined: one that is made at each start. */
  readonly secretFile: string | undefined;
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
