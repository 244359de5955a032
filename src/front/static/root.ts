import { fstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Fault } from '../../core/errors.ts';
import { ownPath } from '../../core/policy/redirect.ts';
import type { Fields } from '../../core/http1/fields.ts';
import type { StaticRoute } from '../../config/settings/settings.ts';
import { bare, faulty, fileAnswer, type Asked, type FileAnswer } from './answer.ts';
import { Contents, SMALL, sameFile, type Kept } from './cache.ts';
import { readConditions } from './conditions.ts';
import { changedAt, encodedKey, Encodings, isOf, SUFFIX } from './encoded.ts';
import { factsOf, isSettled, knownType, type ExtraLines, type Manner } from './facts.ts';
import { fileName, indexOf, thisSystem } from './names.ts';
import { closeQuietly, Folder, type Opened } from './open.ts';
import { anyFile, type GivenOut } from './source.ts';

export interface StaticRequest {
  readonly method: string;
  /** The compared path after the prefix: decoded, dot segments resolved, one character per byte, without a leading slash. */
  readonly rest: string;
  /** The prefix itself was asked for, without its slash: `/media` where `/media/` is the folder. */
  readonly unslashed?: boolean;
  readonly fields: Fields;
  /** The request's path with a slash at its end, and its query: where a folder named without its slash is redirected to. Undefined: nowhere, such a folder is missing. */
  readonly dirRedirect: string | undefined;
}

export interface StaticRoot {
  /** The answer, or undefined where there is no such file: the app's turn, or 404. Never rejects. */
  find(request: StaticRequest): Promise<FileAnswer | undefined>;
  /** The same where it can be told at once, without waiting; undefined says nothing but that `find` has to be asked. */
  findNow(request: StaticRequest): FileAnswer | undefined;
}

/** Throws where the folder is not there or an option cannot be used; the message names it. */
export function createStaticRoot(route: StaticRoute, givenOut = anyFile): StaticRoot {
  return new Root(route, givenOut);
}

/** The page of an app names the files of one build, so it is asked for anew each time, whatever the option for files says. */
const NO_CACHE = 'Cache-Control: no-cache\r\n';
/** Not a text of bytes, so nothing that can be asked for. */
const FALLBACK_KEY = '\u0100';
const ALLOW = 'Allow: GET, HEAD\r\n';

/** One file, and how it is served: as itself, or as the page of an app. */
interface Served extends Manner {
  readonly name: string;
  /** Its place in memory: what was asked for; of the fallback a text that no name can be. */
  readonly key: string;
}

class Root implements StaticRoot {
  readonly #folder: Folder;
  readonly #contents = new Contents();
  readonly #missing: StaticRoute['missing'];
  readonly #fallback: string | undefined;
  readonly #extra: ExtraLines;
  readonly #encodings: Encodings;

  constructor(route: StaticRoute, givenOut: GivenOut) {
    const { cacheControl, fallback } = route;
    if (cacheControl !== undefined && /[^\t\x20-\x7e]/.test(cacheControl)) {
      throw new Error(`The Cache-Control of ${route.path} has a character that a header cannot carry: ${JSON.stringify(cacheControl)}.`);
    }
    try {
      this.#folder = new Folder(route.dir, undefined, givenOut);
    } catch (error) {
      throw new Error(`The folder for ${route.path} cannot be served: ${(error as Error).message}. Create it, or name another.`, { cause: error });
    }
    this.#fallback = fallback === undefined ? undefined : fileName(Buffer.from(fallback).toString('latin1'), thisSystem);
    if (fallback !== undefined && this.#fallback === undefined) {
      throw new Error(`The fallback of ${route.path} has to be a file inside its folder, by its relative name, not a dot file: ${JSON.stringify(fallback)}.`);
    }
    this.#missing = route.missing;
    this.#encodings = new Encodings(route.precompressed ?? []);
    this.#extra = cacheControl === undefined ? '' : `Cache-Control: ${cacheControl}\r\n`;
  }

  findNow(request: StaticRequest): FileAnswer | undefined {
    // By what was asked, not by the name it stands for: what is in memory was found to be allowed.
    if (!isRead(request.method) || request.unslashed === true) return undefined;
    const { rest } = request;
    for (const coding of this.#encodings.wanted(rest, request.fields)) {
      const encoded = this.#contents.get(encodedKey(rest, coding));
      const original = encoded && changedAt(this.#folder.path(fileName(rest, thisSystem)!));
      if (encoded === undefined || original === undefined) return undefined; // the disk knows whether there is one
      if (isOf(encoded.changedAt, original)) return fileAnswer(askedBy(request), encoded.facts, encoded.content);
    }
    const kept = this.#contents.get(rest);
    return kept === undefined ? undefined : fileAnswer(askedBy(request), kept.facts, kept.content);
  }

  async find(request: StaticRequest): Promise<FileAnswer | undefined> {
    const name = fileName(request.rest, thisSystem);
    if (!isRead(request.method)) return this.#otherMethod(name);
    if (name === undefined) return undefined;
    try {
      const { rest } = request;
      const fallback = this.#fallback;
      const redirect = request.unslashed === true ? await this.#redirect(request, name) : undefined;
      if (redirect !== undefined) return redirect;
      return await this.#serve(request, { name, key: rest, extra: (name === fallback ? NO_CACHE : this.#extra) + (this.#encodings.has(name) ? 'Vary: Accept-Encoding\r\n' : '') })
        ?? (fallback !== undefined && wantsPage(request) ? await this.#serve(request, { name: fallback, key: FALLBACK_KEY, extra: `${NO_CACHE}Vary: Accept${this.#encodings.has(fallback) ? ', Accept-Encoding' : ''}\r\n` }) : undefined);
    } catch (error) {
      return faulty(new Fault('file-trouble', (error as Error).message), REASONS[503]);
    }
  }

  async #serve(request: StaticRequest, what: Served): Promise<FileAnswer | undefined> {
    const kept = this.#contents.get(what.key);
    if (kept !== undefined) return await this.#encoded(request, what, kept.changedAt) ?? fileAnswer(askedBy(request), kept.facts, kept.content);
    const opened = await this.#folder.open(what.name);
    switch (opened.kind) {
      case 'file': {
        const encoded = await this.#encoded(request, what, opened.stats.mtimeMs);
        if (encoded === undefined) return this.#answer(request, what, opened);
        closeQuietly(opened.handle);
        return encoded;
      }
      case 'folder': return this.#redirect(request, indexOf(what.name));
      case 'trouble': return faulty(opened.fault, opened.fault.status === 403 ? REASONS[403] : REASONS[503]);
      case 'missing': return undefined;
    }
  }

  /** The same in a coding that the client takes, where that lies beside it. Whatever is wrong with it: there is the file as it is. */
  async #encoded(request: StaticRequest, what: Served, original: number): Promise<FileAnswer | undefined> {
    for (const coding of this.#encodings.wanted(what.name, request.fields)) {
      const key = encodedKey(what.key, coding);
      const kept = this.#contents.get(key);
      if (kept !== undefined && isOf(kept.changedAt, original)) return fileAnswer(askedBy(request), kept.facts, kept.content);
      const opened = await this.#folder.open(what.name + SUFFIX[coding]);
      if (opened.kind !== 'file') continue;
      if (isOf(opened.stats.mtimeMs, original)) {
        const answer = await this.#answer(request, { ...what, key, coding }, opened).catch(() => undefined);
        if (answer !== undefined) return answer;
      } else closeQuietly(opened.handle);
    }
    return undefined;
  }

  async #answer(request: StaticRequest, what: Served, opened: Opened & { kind: 'file' }): Promise<FileAnswer> {
    const { handle, stats } = opened;
    let answer: FileAnswer | undefined;
    try {
      if (stats.size <= SMALL) {
        const { facts, content } = await this.#read(what, opened);
        answer = fileAnswer(askedBy(request), facts, content);
      } else {
        answer = fileAnswer(askedBy(request), factsOf(what.name, stats, what), handle);
      }
      return answer;
    } finally {
      if (answer?.open === undefined) closeQuietly(handle);
    }
  }

  /** Reads a small file whole. One that is being written is read again; if it will not hold still, what was read last is sent without validators. */
  async #read(what: Served, opened: Opened & { kind: 'file' }): Promise<Kept> {
    const { handle } = opened;
    let { stats } = opened;
    for (let tries = 1; ; tries++) {
      const content = await readWhole(handle, stats.size);
      const after = fstatSync(handle.fd);
      const still = content.length === stats.size && sameFile(stats, after);
      if (!still && tries < 3 && after.size <= SMALL) { stats = after; continue; }
      const now = Date.now();
      if (!still) return { facts: factsOf(what.name, { size: content.length, mtimeMs: 0 }, what, now), content };
      const facts = factsOf(what.name, stats, what, now);
      const path = this.#folder.path(what.coding === undefined ? what.name : what.name + SUFFIX[what.coding]);
      if (isSettled(stats, now)) this.#contents.set(what.key, path, stats, { facts, content });
      return { facts, content };
    }
  }

  /** A folder without its slash, if there is an index to come to: relative links in it need the slash. */
  async #redirect(request: StaticRequest, indexName: string): Promise<FileAnswer | undefined> {
    if (request.dirRedirect === undefined) return undefined;
    const index = await this.#folder.open(indexName);
    if (index.kind !== 'file') return undefined;
    closeQuietly(index.handle);
    return bare(307, 'Temporary Redirect', `Location: ${ownPath(request.dirRedirect)}\r\n`);
  }

  /** Where the app has what is missing here, another method belongs to it unless the file is there. */
  async #otherMethod(name: string | undefined): Promise<FileAnswer | undefined> {
    if (this.#missing === 'app') {
      const opened = name === undefined ? undefined : await this.#folder.open(name);
      if (opened?.kind !== 'file') return undefined;
      closeQuietly(opened.handle);
    }
    return faulty(new Fault('method-not-allowed'), 'Method Not Allowed', ALLOW);
  }
}

const REASONS = { 403: 'Forbidden', 503: 'Service Unavailable' } as const;

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';
const askedBy = (request: StaticRequest): Asked => ({ method: request.method, conditions: readConditions(request.fields) });

/**
 * Whether a path without a file is a page of the single-page app: the last segment is no file name of a known type (a
 * missing script must not be answered with html), and html is acceptable. Tools that take anything get the page too.
 */
function wantsPage({ rest, fields }: StaticRequest): boolean {
  if (knownType(rest) !== null) return false;
  const accepts = fields.all('accept');
  return accepts.length === 0 || accepts.some((accept) => /(?:^|[\s,])(?:text\/html|application\/xhtml\+xml|text\/\*|\*\/\*)(?:[\s;,]|$)/i.test(accept));
}

async function readWhole(handle: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(size); // of its own: a slice of a shared pool would keep the pool in memory
  let at = 0;
  while (at < size) {
    const { bytesRead } = await handle.read(buffer, at, size - at, at);
    if (bytesRead === 0) return buffer.subarray(0, at);
    at += bytesRead;
  }
  return buffer;
}
