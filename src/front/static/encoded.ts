import { statSync } from 'node:fs';
import type { Fields } from '../../core/http1/fields.ts';
import { acceptedCodings, type Coding } from '../../core/policy/codings.ts';
import { knownType, SETTLED_AFTER } from './facts.ts';

/** What the name of a file ends in, beside the same file as it is (nginx's gzip_static, brotli_static). */
export const SUFFIX: Readonly<Record<Coding, string>> = { br: '.br', zstd: '.zst', gzip: '.gz' };

/** Nobody compresses these once more. */
const COMPRESSED_ALREADY = /^(?:video|audio)\/|^image\/(?!svg|bmp|x-icon|vnd\.microsoft\.icon)|^font\/woff|zip|compressed|x-(?:7z|bzip|xz|rar)|zstd$/;

/** Which compressed files of a folder are looked for. */
export class Encodings {
  readonly #codings: readonly Coding[];

  constructor(codings: readonly Coding[]) {
    this.#codings = codings;
  }

  /** Whether files of this name may lie there compressed. */
  has(name: string): boolean {
    return this.#codings.length > 0 && !COMPRESSED_ALREADY.test(knownType(name) ?? '');
  }

  /** Those that this client takes, best first. */
  wanted(name: string, fields: Fields): readonly Coding[] {
    return this.has(name) ? acceptedCodings(fields.all('accept-encoding'), this.#codings).codings : [];
  }
}

/** In memory: behind the name of the file as it is comes a character that no name has. */
export const encodedKey = (key: string, coding: Coding): string => `${key}\u0101${coding}`;

/**
 * Whether a compressed file was made of the file that lies beside it now: one that is older is of an earlier build. What was
 * put there at once, in whatever order, may differ a little. Both in milliseconds.
 */
export const isOf = (encoded: number, original: number): boolean => encoded >= original - SETTLED_AFTER;

/** When a file was changed, in milliseconds; undefined where there is none. Only the system is asked. */
export function changedAt(path: string): number | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true ? stats.mtimeMs : undefined;
  } catch {
    return undefined; // the long way says what it is
  }
}
