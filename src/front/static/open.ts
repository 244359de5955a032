import { constants, existsSync, fstatSync, readlinkSync, realpathSync, statSync, type Stats } from 'node:fs';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { Fault } from '../../core/errors.ts';
import { isOutOfDescriptors, tooMany } from '../scarcity.ts';
import { anyFile, type GivenOut } from './source.ts';

/** What a name turned out to be. */
export type Opened =
  | { readonly kind: 'file'; readonly handle: FileHandle; readonly stats: Stats }
  | { readonly kind: 'folder' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'trouble'; readonly fault: Fault };

/** Gives the real path of an open file, or undefined where it cannot be told or has changed meanwhile. */
export type RealPathOf = (handle: FileHandle, path: string, stats: Stats) => Promise<string | undefined>;

// Not waiting for the other end of a FIFO, and never becoming a terminal's owner.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
const MISSING: Opened = { kind: 'missing' };
const FOLDER: Opened = { kind: 'folder' };
// ENXIO: a socket. EINVAL, EILSEQ: a name the file system cannot have.
const NO_SUCH_FILE = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL', 'EILSEQ', 'ENXIO', 'ENODEV', 'EISDIR']);

/**
 * One folder whose files may be opened, and nothing beyond it. Links are followed, and where they led is judged on the
 * file that was opened, not on a path that may mean another file a moment later.
 */
export class Folder {
  readonly dir: string;
  readonly #realPathOf: RealPathOf;
  readonly #givenOut: GivenOut;
  #inside: string;

  /** `dir` is absolute. Throws where it is not there. */
  constructor(dir: string, realPathOf: RealPathOf = existsSync('/proc/self/fd') ? realPathByDescriptor : realPathByName, givenOut = anyFile) {
    this.dir = dir.endsWith(sep) ? dir.slice(0, -1) : dir;
    this.#realPathOf = realPathOf;
    this.#givenOut = givenOut;
    this.#inside = withSeparator(realpathSync.native(dir));
  }

  path(name: string): string {
    return `${this.dir}/${name}`;
  }

  /** Opens a regular file; the caller closes it. */
  async open(name: string): Promise<Opened> {
    const path = this.path(name);
    let handle: FileHandle;
    try { handle = await open(path, FLAGS); } catch (error) { return failed(error); }
    let opened: Opened;
    const scarce = tooMany(handle.fd);
    if (scarce !== undefined) opened = { kind: 'trouble', fault: scarce };
    else try { opened = await this.#judge(handle, path); } catch (error) { opened = failed(error); }
    if (opened.kind !== 'file') closeQuietly(handle);
    return opened;
  }

  /** The real path of a regular file, for another program to open; undefined where there is none, a fault where it lies outside. Waits for the disk. */
  realPath(name: string): string | Fault | undefined {
    const path = this.path(name);
    try {
      if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
      const real = realpathSync.native(path);
      return this.#contains(real) ? real : new Fault('outside-root', `${path} is ${real}, which is not inside ${this.dir}. To serve that folder give it a prefix of its own: --static /PREFIX/=${dirname(real)}`);
    } catch (error) {
      const found = failed(error);
      return found.kind === 'trouble' ? found.fault : undefined;
    }
  }

  async #judge(handle: FileHandle, path: string): Promise<Opened> {
    const stats = fstatSync(handle.fd); // in memory: the file is open
    const real = await this.#realPathOf(handle, path, stats);
    if (real === undefined || !this.#contains(real)) return MISSING;
    if (stats.isDirectory()) return FOLDER;
    return stats.isFile() && this.#givenOut(real) ? { kind: 'file', handle, stats } : MISSING;
  }

  /** A deployment may have pointed `dir` itself (a link such as `current`) to another folder: then it is looked up again. */
  #contains(real: string): boolean {
    if (withSeparator(real).startsWith(this.#inside)) return true;
    this.#inside = withSeparator(realpathSync.native(this.dir === '' ? sep : this.dir));
    return withSeparator(real).startsWith(this.#inside);
  }
}

/** Linux: the kernel says what this descriptor is. */
export const realPathByDescriptor: RealPathOf = async (handle) => readlinkSync(`/proc/self/fd/${handle.fd}`);

/** Elsewhere: the path is resolved after opening, and what lies at its end has to be the very file that was opened. */
export const realPathByName: RealPathOf = async (_handle, path, stats) => {
  const real = await realpath(path);
  const there = await stat(real);
  return there.ino === stats.ino && there.dev === stats.dev ? real : undefined;
};

export function closeQuietly(handle: FileHandle): void {
  handle.close().catch(() => undefined); // nothing was written, so nothing is lost
}

const withSeparator = (path: string): string => (path.endsWith(sep) ? path : path + sep);

function failed(error: unknown): Opened {
  const { code = 'unknown', message = String(error) } = error as NodeJS.ErrnoException;
  if (NO_SUCH_FILE.has(code)) return MISSING;
  if (isOutOfDescriptors(code)) return { kind: 'trouble', fault: new Fault('no-descriptors', message) };
  // A broken disk, a lost network share: not the same as a file that is not there, and caches must not take it for that.
  return { kind: 'trouble', fault: new Fault(code === 'EACCES' || code === 'EPERM' ? 'file-unreadable' : 'file-trouble', message) };
}
