import mime from 'mime';
import type { Stats } from 'node:fs';
import type { Coding } from '../../core/policy/codings.ts';

/** What is told about a file as a whole. */
export interface FileFacts {
  readonly size: number;
  /** With its quotes; begins with `W/` while the file may still change without its time showing it. Undefined: no validator can be had. */
  readonly etag: string | undefined;
  /** An HTTP-date, and the same in seconds. */
  readonly lastModified: string | undefined;
  readonly modified: number;
  /** Field lines of a whole answer, without its length. */
  readonly lines: string;
  /** Those of them that a 304 repeats (RFC 9110 §15.4.5). */
  readonly validatorLines: string;
}

/** Lines that every answer of one kind carries: Cache-Control, Vary. */
export type ExtraLines = string;

/** How a file is served besides its content. */
export interface Manner {
  readonly extra: ExtraLines;
  /** The content coding that the file on disk has; its type is that of the file that was asked for. */
  readonly coding?: Coding;
}

/**
 * How long a change may go unseen by its time: two seconds is the coarsest clock of a file system in use (FAT). A file
 * younger than that gets a weak tag (RFC 9110 §8.8.1) and is not kept in memory.
 */
export const SETTLED_AFTER = 2000;

/** What of a file's status is told to clients. */
export type Told = Pick<Stats, 'size' | 'mtimeMs'>;

/** `now` in milliseconds. */
export function factsOf(name: string, stats: Told, { extra, coding }: Manner, now = Date.now()): FileFacts {
  // Images and reproducible builds set every time to 0 or 1: such a time says nothing, and a tag made of it would keep
  // browsers on an old file of the same size for ever.
  const timed = stats.mtimeMs >= 2000;
  const modified = Math.floor(Math.min(stats.mtimeMs, now) / 1000); // not later than Date (RFC 9110 §8.8.2.1)
  const lastModified = timed ? new Date(modified * 1000).toUTCString() : undefined;
  const etag = timed
    ? `${isSettled(stats, now) ? '' : 'W/'}"${Math.round(stats.mtimeMs * 1000).toString(16)}-${stats.size.toString(16)}${coding === undefined ? '' : `-${coding}`}"` // a coding's bytes are others (RFC 9110 §8.8.3.3)
    : undefined;
  const validatorLines = (etag === undefined ? '' : `ETag: ${etag}\r\nLast-Modified: ${lastModified}\r\n`) + extra;
  return {
    size: stats.size,
    etag,
    lastModified,
    modified,
    validatorLines,
    // nosniff: what is served may have been uploaded by strangers, and a browser must not take a picture for a page.
    lines: `Content-Type: ${contentType(name)}\r\n${coding === undefined ? '' : `Content-Encoding: ${coding}\r\n`}Accept-Ranges: bytes\r\nX-Content-Type-Options: nosniff\r\n${validatorLines}`,
  };
}

export const isSettled = (stats: Told, now: number): boolean => stats.mtimeMs <= now - SETTLED_AFTER;

/** The type that the extension of a name or path stands for. The slash: the library takes a name without any for an extension. */
export const knownType = (name: string): string | null => mime.getType(`/${name}`);

/** The type by the name's extension; text is UTF-8, as nearly every text on disk is. */
export function contentType(name: string): string {
  const type = knownType(name) ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
