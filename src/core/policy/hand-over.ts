import { filterLines } from './field-changes.ts';

/** A file's answer, as far as it is joined with the app's field lines. */
export interface HandedFile {
  readonly status: number;
  /** Field lines of the file's own: type, validators, ranges. */
  readonly lines: string;
}

/** What an app says of a body that is not sent: of the file, the front knows these itself. */
const OF_THE_BODY = new Set([
  'content-length', 'content-encoding', 'content-range', 'accept-ranges', 'etag', 'last-modified', 'content-md5', 'digest', 'content-digest', 'repr-digest', 'date',
]);
/** What describes content, in an answer that has none (RFC 9110 §15.4.5, §15.5.13, §15.5.17). */
const OF_CONTENT = new Set(['content-type', 'content-disposition', 'content-language']);

/**
 * The field lines of an answer that an app has handed over to a file: the app's own (Content-Type, Content-Disposition,
 * Set-Cookie, Cache-Control and all others, where nginx keeps these four, Expires and Accept-Ranges), then those of the
 * file that the app has not written. An empty Content-Type is none, as with nginx: then the name of the file decides.
 *
 * Where the app says nothing of caches, the file is `private`: it was given to this client after a look at who that is.
 */
export function handedLines(app: string, file: HandedFile): string {
  const hasContent = file.status === 200 || file.status === 206;
  const seen = new Set<string>();
  const kept = filterLines(app.replace(/^content-type:[ \t]*\r\n/gim, ''), (name) => {
    const lower = name.toLowerCase();
    if (OF_THE_BODY.has(lower) || (!hasContent && OF_CONTENT.has(lower))) return false;
    seen.add(lower);
    return true;
  });
  const own = filterLines(file.lines, (name) => !seen.has(name.toLowerCase()));
  return kept + own + (seen.has('cache-control') || seen.has('expires') ? '' : 'Cache-Control: private\r\n');
}
