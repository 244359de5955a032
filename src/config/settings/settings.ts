/**
 * The one frozen value that every way of configuring ends in: flags, a file, a call from code. The front knows nothing
 * else. It is plain data (no functions, no open files), so it can be printed, compared and sent to a worker.
 */
import type { ListenAddress } from '../values/addresses.ts';
import type { SiteSettings } from './settings-site.ts';

export type * from './settings-route.ts';
export type * from './settings-site.ts';
export type * from './settings-upstream.ts';

export type LogFormat = 'pretty' | 'json' | 'combined' | 'off';

export interface Settings {
  /** Addresses of the two doors; `off`, or `auto`: 443/80 where the process may bind them, else 8443/8080. A bare port listens on loopback where a local authority signs, on every address otherwise. */
  readonly https: DoorSetting;
  readonly http: DoorSetting;
  /** The ports the world sees, where they differ from those of the doors; 1 to 65535. */
  readonly publicHttpsPort: number | undefined;
  readonly publicHttpPort: number | undefined;
  /** PEM files. Empty: a local authority signs. */
  readonly certificates: readonly CertificateFiles[];
  /** What the https door speaks; left out: TLS 1.2 and later, the runtime's ciphers. */
  readonly tls?: TlsSettings;
  /** Whose forwarding headers are believed: addresses, CIDRs, `loopback`, `unix`. */
  readonly trust: readonly string[];
  /** Whether both doors expect the PROXY protocol from the trusted peers, and refuse everybody else. */
  readonly acceptProxy: boolean;
  /** The header names that count from a trusted peer. */
  readonly trustHeaders: TrustHeaders;
  /** Absolute path of the file with the secret that every app is told; undefined: none is. */
  readonly secretFile: string | undefined;
  /** Names with `_` or `.` in them that are let through all the same. */
  readonly allowHeaders: readonly string[];
  readonly log: LogFormat;
  /** Processes that serve, 1 or more; `auto`: one for each core where certificates are given, else one. */
  readonly workers: number | 'auto';
  /** Whom those are to be; undefined: the one who starts the front. */
  readonly user?: UserSettings | undefined;
  /** Absolute path of the file that access lines go to; undefined: standard output. */
  readonly logFile?: string | undefined;
  /** Names of query parameters whose values are not logged, besides the usual ones. */
  readonly logHide?: readonly string[];
  readonly admin?: AdminSettings | undefined;
  /** Clients' connections at once, over all processes; 1 or more. */
  readonly maxConnections: number;
  /** Seconds that running answers get at a stop. */
  readonly grace: number;
  /** Seconds after a reload until WebSockets and event streams from before are ended; undefined: never. */
  readonly reloadGrace?: number | undefined;
  readonly timeouts: Timeouts;
  readonly leastRates: LeastRates;
  readonly sites: readonly SiteSettings[];
}

export type DoorSetting =
  | { readonly kind: 'auto' }
  | { readonly kind: 'off' }
  | { readonly kind: 'port'; readonly port: number } // address by the kind of site
  | { readonly kind: 'at'; readonly address: ListenAddress };

/** By name or number, as written. */
export interface UserSettings {
  readonly name: string;
  /** Undefined: the user's own. */
  readonly group: string | undefined;
}

/** Absolute paths. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  /** The file with the key's passphrase, where it has one. */
  readonly passFile?: string;
}

export interface TlsSettings {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** For TLS 1.2, by OpenSSL's names; undefined: the runtime's own. */
  readonly ciphers: readonly string[] | undefined;
}

/** Where metrics and the status page are. */
export interface AdminSettings {
  readonly address: ListenAddress;
  /** Absolute path of the file with the password; there wherever others than this machine reach the address. */
  readonly passwordFile: string | undefined;
  /** Host names by which it may be asked for, besides localhost, addresses and those of the sites. */
  readonly hosts: readonly string[];
}

export interface TrustHeaders {
  readonly scheme: string;
  readonly client: string;
  /** Counted only when named. */
  readonly host: string | undefined;
  readonly port: string | undefined;
  /** Named: the header with the request's id; else X-Request-Id, of one's own proxies alone. */
  readonly id?: string;
}

/** All in milliseconds. */
export interface Timeouts {
  readonly handshake: number;
  /** The whole head of a request. */
  readonly head: number;
  /** Between two pieces of a request body. */
  readonly body: number;
  /** Between two requests on a connection. */
  readonly keepAlive: number;
  readonly connect: number;
  /** Until the first byte of the app's answer. */
  readonly answer: number;
  /** Between two pieces of the app's answer. */
  readonly answerIdle: number;
  /** Between two pieces, either way, in a tunnel. */
  readonly tunnelIdle: number;
  /** A client that takes nothing of its answer for this long is dropped. */
  readonly send: number;
  /** For one of an app's places (see `maxConcurrent`). */
  readonly queue: number;
}

/** How slow a client may be, in bytes a second; 0: as slow as it likes. It has the timeout of the same name first, and then a second for each so many bytes. */
export interface LeastRates {
  /** Of its request's body. */
  readonly body: number;
  /** In taking its answer, while there is something to take. */
  readonly send: number;
}
