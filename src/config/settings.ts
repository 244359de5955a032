/**
 * The one frozen value that every way of configuring ends in: flags, a file, a call from code. The front knows nothing
 * else. It is plain data (no functions, no open files), so it can be printed, compared and sent to a worker.
 */
import type { ListenAddress } from './addresses.ts';
import type { UpstreamSettings } from './settings-upstream.ts';

export type { Balance, CheckSettings, ServerSettings, StickySettings, UpstreamProtocol, UpstreamSettings } from './settings-upstream.ts';

export type LogFormat = 'pretty' | 'json' | 'combined' | 'off';
export type SchemePolicy = 'https' | 'http' | 'either';
export type ProfileName = 'standard' | 'rfc7239' | 'legacy' | 'ssl-flag' | 'front-end-https' | 'none';

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

export interface SiteSettings {
  /** Lower-case names, `*.example.com` for one level below; empty: every host. A host of no site is answered 421. */
  readonly hosts: readonly string[];
  /** Prefix and policy; longest prefix wins; without any, everything is `https`. */
  readonly schemes: readonly (readonly [prefix: string, policy: SchemePolicy])[];
  /** Answered by the app over either door, without redirect or 421. */
  readonly health: readonly string[];
  readonly hsts: Hsts | undefined;
  readonly speaks: ProfileName;
  readonly tell: readonly TellSetting[];
  /** Whether `Set-Cookie` on https requests gets `Secure`; undefined: yes where every path is `https`. */
  readonly secureCookies: boolean | undefined;
  /** Longest prefix wins. */
  readonly routes: readonly RouteSettings[];
  /** HTML files in the place of the front's own pages, by status. */
  readonly pages?: readonly (readonly [status: number, file: string])[];
  readonly maintenance?: MaintenanceSettings;
  /** Who may come: clients with a certificate of these authorities. */
  readonly clientCertificates?: ClientCertificateSettings;
  /** Who may come to a prefix; longest wins. */
  readonly guards?: readonly (readonly [prefix: string, guard: GuardSettings])[];
  /** How often a prefix may be asked for; longest wins. */
  readonly rates?: readonly (readonly [prefix: string, rate: RateSettings])[];
  /** Send visitors of www.X to X, or of X to www.X, where both are hosts of this site. */
  readonly www?: 'remove' | 'add';
  /** For answers that no route gives: the front's own. */
  readonly answerHeaders?: FieldChanges;
}

export type GuardSettings =
  | { readonly kind: 'off' }
  | {
    readonly kind: 'guard';
    /** Absolute path of a file of names and hashed passwords. */
    readonly basic: string | undefined;
    /** Addresses, CIDRs, `loopback`, `unix`; empty: everybody. */
    readonly allow: readonly string[];
    readonly deny: readonly string[];
    /** An address of `allow` needs no password. */
    readonly any: boolean;
    readonly keepAuthorization: boolean;
  };

export type RateSettings =
  | { readonly kind: 'off' }
  /** One every `interval` milliseconds, `burst` at once after a pause; for each client's address, or for `all` together. */
  | { readonly kind: 'rate'; readonly interval: number; readonly burst: number; readonly all: boolean };

export interface ClientCertificateSettings {
  /** Absolute path of a PEM file with the authorities. */
  readonly ca: string;
  /** Clients without a certificate are let in. */
  readonly optional: boolean;
}

export interface MaintenanceSettings {
  /** On for as long as this file is there; undefined: on. */
  readonly file: string | undefined;
  /** An HTML file for visitors; undefined: what is in `file`, else the page for 503. */
  readonly page: string | undefined;
  /** Clients that the site is open to: addresses, CIDRs, `loopback`, `unix`. */
  readonly allow: readonly string[];
  /** Seconds. */
  readonly retryAfter: number;
}

/** Changes to field lines; no name is in two of them. */
export interface FieldChanges {
  readonly set: readonly { readonly name: string; readonly value: string }[];
  readonly add: readonly { readonly name: string; readonly value: string }[];
  readonly remove: readonly string[];
}

export interface Hsts {
  /** Seconds, 0 or more; 0 tells browsers to forget (RFC 6797 §6.1.1). */
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
  readonly preload: boolean;
}

export interface TellSetting {
  readonly name: string;
  /** With `{scheme} {on} {client} {host} {port}` unexpanded. Without any of them it is written on https requests only. */
  readonly value: string;
}

export type RouteSettings = AppRoute | StaticRoute | AnswerRoute | RedirectRoute;

/** The same answer to every request. */
export interface AnswerRoute {
  readonly kind: 'answer';
  readonly path: string;
  readonly status: number;
  /** Empty for none. */
  readonly body: string;
  /** Content-Type of the body. */
  readonly type: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly answerHeaders?: FieldChanges;
}

export interface RedirectRoute {
  readonly kind: 'redirect';
  readonly path: string;
  /** An absolute URL or a path of the same site. */
  readonly to: string;
  readonly status: 301 | 302 | 303 | 307 | 308;
  /** Put what is left of the target below the prefix behind `to`. */
  readonly rest: boolean;
  readonly answerHeaders?: FieldChanges;
}

export interface AppRoute {
  readonly kind: 'app';
  readonly path: string;
  readonly app: UpstreamSettings;
  /** Absolute path of the folder that this prefix stands for; there exactly where the app speaks FastCGI. */
  readonly root?: string;
  /** Largest request body in bytes. */
  readonly maxBody: number;
  /** Pass bodies on as they come instead of collecting them first. */
  readonly streamBodies: boolean;
  /** Bytes of an answer that are read ahead of a slow client. */
  readonly readAhead: number;
  /** The app gets the path without the route's prefix, and an HTTP app is told it in this header. */
  readonly strip?: { readonly header: PrefixHeader };
  /** Folders that the app may name files of in X-Accel-Redirect, by the prefix they have there. */
  readonly protected?: readonly (readonly [prefix: string, dir: string])[];
  /** Folders that the app may name files of in X-Sendfile. */
  readonly sendfile?: readonly string[];
  readonly compress?: CompressSettings;
  /** The site's and the route's own, merged; so are the answers'. */
  readonly requestHeaders?: FieldChanges;
  readonly answerHeaders?: FieldChanges;
}

/** Which answers are compressed. */
export interface CompressSettings {
  /** In the order that counts where a client has none; those that the runtime cannot make are passed over. */
  readonly codings: readonly ContentCoding[];
  /** Lower case; `*` stands for any run of characters. */
  readonly types: readonly string[];
  /** Bytes. */
  readonly minLength: number;
  /** Those that set a cookie too. */
  readonly cookies: boolean;
}

export type ContentCoding = 'br' | 'zstd' | 'gzip';

export type PrefixHeader = 'X-Forwarded-Prefix' | 'X-Script-Name' | 'none';

export interface StaticRoute {
  readonly kind: 'static';
  readonly path: string;
  /** Absolute path of the folder. */
  readonly dir: string;
  readonly cacheControl: string | undefined;
  /** A file inside the folder that answers for paths that have none, for single-page apps. */
  readonly fallback: string | undefined;
  /** What a missing file is: 404, or the app's. */
  readonly missing: '404' | 'app';
  /** Compressed files beside those that are asked for, in the order that counts where a client has none. */
  readonly precompressed?: readonly ContentCoding[];
  readonly compress?: CompressSettings;
  readonly answerHeaders?: FieldChanges;
}
