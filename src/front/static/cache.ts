import { statSync, type Stats } from 'node:fs';
import type { FileFacts } from './facts.ts';

/** Small files whose bytes are kept, in bytes each, and what all of one folder may take together. */
export const SMALL = 64 * 1024;
const TOTAL = 16 * 1024 * 1024;
const ENTRIES = 4096;

export interface Kept {
  readonly facts: FileFacts;
  readonly content: Uint8Array;
}

/** As it is kept. */
export interface Entry extends Kept {
  /** Milliseconds. */
  readonly changedAt: number;
  readonly path: string;
  readonly stats: Stats;
}

/**
 * Contents of small files, so that a file that did not change costs one `stat` and no trip to another thread. Nothing
 * is believed without asking: a file that was replaced, written to, linked elsewhere or made unreadable differs in its
 * inode or one of its times, and is then opened anew. Only the system is asked, on the loop's own thread: a
 * `stat` of a file that was just read is answered from memory.
 */
export class Contents {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#drop(key, entry); // and in again at the end: the longest unused goes first
    if (!unchanged(entry)) return undefined;
    this.#add(key, entry);
    return entry;
  }

  set(key: string, path: string, stats: Stats, kept: Kept): void {
    const old = this.#entries.get(key);
    if (old !== undefined) this.#drop(key, old);
    this.#add(key, { path, stats, changedAt: stats.mtimeMs, facts: kept.facts, content: kept.content });
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= TOTAL && this.#entries.size <= ENTRIES) break;
      this.#drop(oldest, entry);
    }
  }

  #add(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.content.length;
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.content.length;
  }
}

function unchanged({ path, stats: then }: Entry): boolean {
  try {
    const now = statSync(path, { throwIfNoEntry: false });
    return now !== undefined && sameFile(now, then);
  } catch {
    return false; // EACCES, ENOTDIR and the like: the long way says what it is
  }
}

export const sameFile = (a: Stats, b: Stats): boolean =>
  a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
