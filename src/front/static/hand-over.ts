import { realpathSync } from 'node:fs';
import { utf8AsLatin1 } from '../../core/bytes.ts';
import { Fault } from '../../core/errors.ts';
import { climbs, comparedPath, decodedPath } from '../../core/policy/paths.ts';
import { compilePrefixes, findPrefix, type PrefixTable } from '../../core/policy/prefixes.ts';
import type { AppRoute } from '../../config/settings/settings.ts';
import { createStaticRoot, type StaticRoot } from './root.ts';
import type { GivenOut } from './source.ts';

/** A file that an app has named instead of sending it. */
export interface Handed {
  readonly root: StaticRoot;
  /** Names below the folder, as {@link StaticRequest.rest} has them; the first that is there is meant. */
  readonly rests: readonly string[];
}

/** The folders that one route's app may hand files over from. */
export interface HandOver {
  /** What the app's header (`X-Accel-Redirect` or `X-Sendfile`, any case) means. */
  find(header: string, value: string): Handed | Fault;
  /** For a file that is not there. */
  missing(header: string, value: string): Fault;
}

/** Throws where a folder is not there. */
export function createHandOver({ protected: prefixes = [], sendfile = [] }: Pick<AppRoute, 'protected' | 'sendfile'>, givenOut: GivenOut): HandOver {
  return new Folders(prefixes, sendfile, givenOut);
}

interface SendFolder {
  /** Absolute, with a slash at its end, one character per byte. */
  readonly start: string;
  readonly root: StaticRoot;
}

class Folders implements HandOver {
  readonly #byPrefix: PrefixTable<StaticRoot>;
  readonly #byPath: readonly SendFolder[];
  readonly #allowed: Readonly<Record<'x-accel-redirect' | 'x-sendfile', string>>;

  constructor(prefixes: readonly (readonly [prefix: string, dir: string])[], folders: readonly string[], givenOut: GivenOut) {
    const rootOf = (path: string, dir: string): StaticRoot => createStaticRoot({ kind: 'static', path, dir, cacheControl: undefined, fallback: undefined, missing: '404' }, givenOut);
    this.#byPrefix = compilePrefixes(prefixes.map(([prefix, dir]) => [prefix, rootOf(prefix, dir)]));
    this.#byPath = folders.flatMap((dir) => {
      const root = rootOf(dir, dir);
      // An app may name a file by the place that a link leads to.
      return [...new Set([dir, realpathSync.native(dir)])].map((start) => ({ start: `${utf8AsLatin1(start).replace(/\/$/, '')}/`, root }));
    }).sort((a, b) => b.start.length - a.start.length);
    this.#allowed = {
      'x-accel-redirect': prefixes.length === 0 ? 'No prefix is allowed for it: add protected: { "/protected/": "DIR" } to the route or the site, or take the header out of the app'
        : `Allowed are ${prefixes.map(([prefix, dir]) => `${prefix} (${dir})`).join(', ')}: correct the app's URL, or add a prefix under protected`,
      'x-sendfile': folders.length === 0 ? 'No folder is allowed for it: add sendfile: "DIR" to the route or the site, or take the header out of the app'
        : `Allowed is what lies in ${folders.join(', ')}: correct the app's path, or add a folder under sendfile`,
    };
  }

  find(header: string, value: string): Handed | Fault {
    return (isAccel(header) ? this.#byUrl(value) : this.#byFile(value)) ?? this.missing(header, value);
  }

  missing(header: string, value: string): Fault {
    return new Fault('handed-missing', `${header}: ${value.slice(0, 500).replace(/\?[^]*/, '?…')}. ${this.#allowed[isAccel(header) ? 'x-accel-redirect' : 'x-sendfile']}.`);
  }

  /**
   * nginx reads the value as a URL's path: escapes are decoded, a query means nothing to a file. A `..` is nowhere, also
   * where it stays below the prefix: an app that puts the client's words behind a folder of this client's own
   * (`/protected/7/` and `../8/bill.pdf`) would give out another's file.
   */
  #byUrl(value: string): Handed | undefined {
    if (!value.startsWith('/') || climbs(value)) return undefined;
    const path = comparedPath(value);
    const entry = findPrefix(this.#byPrefix, path);
    return entry && { root: entry.value, rests: [path.slice(entry.prefix.length + 1)] };
  }

  /** Rack and mod_xsendfile mean the path as it stands; lighttpd, and apps made for it, an escaped one. */
  #byFile(value: string): Handed | undefined {
    for (const { start, root } of this.#byPath) {
      if (!value.startsWith(start)) continue;
      const rest = value.slice(start.length);
      return { root, rests: rest.includes('%') ? [rest, decodedPath(rest.replaceAll('?', '%3F'))] : [rest] };
    }
    return undefined;
  }
}

const isAccel = (header: string): boolean => header.toLowerCase() === 'x-accel-redirect';
