/** What of a client's fields goes on to the app. The truth is written after it, so nothing here can hide or forge it. */
import type { Fields } from '../http1/fields.ts';
import type { RequestHead } from '../http1/heads.ts';
import { Name, type NameCode } from '../http1/names.ts';

/**
 * Names that a nomination in `Connection` does not remove. RFC 9110 §7.6.1 has nominated fields removed, and forbids
 * nominating those meant for all recipients. A sender that does so anyway makes a different request of it for whoever
 * comes next: another content, another user, no trace of a foreign origin. An honest client never does; it is how one
 * hop is made to drop what an earlier hop has added. The truth needs no place here: it is written afterwards.
 */
const NEVER_NOMINATED: ReadonlySet<string> = new Set([
  'authorization', 'cookie', // who asks
  'content-type', 'content-encoding', 'content-language', 'content-range', // what the content is
  'origin', 'referer', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', // where it was asked from
  'cache-control', 'pragma', 'range', // the RFC's own example, and its kin
  'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', // under which condition
]);

/** HOST to X_ACCEL_BUFFERING: this hop's own, the family, names that fold into another's variable, words from apps to fronts. */
const isDropped = (code: NameCode): boolean => code !== Name.OTHER && code <= Name.X_ACCEL_BUFFERING;

/**
 * The field lines that pass to an HTTP/1 app as they came: all but those that belong to this hop (Host, framing,
 * Connection, Upgrade, Expect and the other hop-by-hop names), the family, ambiguous names, and what `Connection`
 * nominates. The caller writes Host, framing and the truth itself.
 */
export function keepRequestFields(head: RequestHead): string {
  const { fields } = head;
  const { text, start, count } = fields;
  const nominated = nominatedBy(head);
  let kept = '';
  let from = -1; // where the current run of kept lines begins
  for (let i = 0; i < count; i++) {
    if (!passes(fields, i, nominated)) {
      if (from >= 0) kept += text.slice(from, start[i]);
      from = -1;
    } else if (from < 0) from = start[i]!;
  }
  return from >= 0 ? kept + text.slice(from, start[count]) : kept;
}

/** The same lines as {@link keepRequestFields} by their positions in `head.fields`, for carriers that have no lines (uwsgi, FastCGI). */
export function keptRequestFields(head: RequestHead): number[] {
  const nominated = nominatedBy(head);
  const kept: number[] = [];
  for (let i = 0; i < head.fields.count; i++) if (passes(head.fields, i, nominated)) kept.push(i);
  return kept;
}

/** The one place that decides what passes, for every carrier. */
function passes(fields: Fields, i: number, nominated: ReadonlySet<string> | undefined): boolean {
  return !isDropped(fields.code[i]!) && (nominated === undefined || !isNominated(fields.name(i), nominated));
}

/** A set, since a head has room for thousands of nominations and 200 fields. */
function nominatedBy(head: RequestHead): ReadonlySet<string> | undefined {
  return head.nominated && new Set(head.nominated);
}

function isNominated(name: string, nominated: ReadonlySet<string>): boolean {
  const lower = name.toLowerCase();
  return nominated.has(lower) && !NEVER_NOMINATED.has(lower);
}

/**
 * Names that may not come in a trailer section, since they had to be known before the content: routing, request
 * controls, authentication, answer controls, content format (RFC 9110 §6.5.1). Those with a code of their own (Host,
 * framing, Set-Cookie, Location, Content-Type …) are dropped by their code.
 */
const NEVER_TRAILERS: ReadonlySet<string> = new Set([
  'cache-control', 'max-forwards', 'pragma', 'range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range',
  'authorization', 'www-authenticate', 'cookie', 'origin', 'referer',
  'age', 'expires', 'vary', 'warning', 'retry-after', 'allow', 'accept-ranges',
  'content-encoding', 'content-language', 'content-range', 'content-disposition',
]);

/**
 * The trailer lines that pass, in either direction. Servers that merge trailers into the header section would take a
 * trailer's word for a header's, so the family and everything with a meaning to framing, routing or login is dropped.
 */
export function keepTrailers(fields: Fields): string {
  let kept = '';
  for (let i = 0; i < fields.count; i++) {
    if (fields.code[i] === Name.OTHER && !NEVER_TRAILERS.has(fields.name(i).toLowerCase())) kept += fields.line(i);
  }
  return kept;
}

/** How many lines carried a name that a client may not send. Numbers only: for every request. */
export function countStripped(head: { readonly fields: Fields }): number {
  const { code, count } = head.fields;
  let stripped = 0;
  for (let i = 0; i < count; i++) if (code[i] === Name.FAMILY || code[i] === Name.AMBIGUOUS) stripped++;
  return stripped;
}
