import type { FieldChanges, RouteSettings } from './settings-route.ts';

export type SchemePolicy = 'https' | 'http' | 'either';
export type ProfileName = 'standard' | 'rfc7239' | 'legacy' | 'ssl-flag' | 'front-end-https' | 'none';

/** One site: its names, who may come and how, and the routes to what answers. */
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
