import type { UpstreamSettings } from './settings-upstream.ts';

/** What answers below a prefix. */
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

/** Changes to field lines; no name is in two of them. */
export interface FieldChanges {
  readonly set: readonly { readonly name: string; readonly value: string }[];
  readonly add: readonly { readonly name: string; readonly value: string }[];
  readonly remove: readonly string[];
}
