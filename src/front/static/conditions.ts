import fresh from 'fresh';
import parseRange from 'range-parser';
import type { Fields } from '../../core/http1/fields.ts';
import type { FileFacts } from './facts.ts';
import { parseHttpDate } from './http-date.ts';

/** The request's own fields that decide what is sent, by lower-case name; repeated lines are joined as a list (RFC 9110 §5.3). */
export type Conditions = Partial<Record<ConditionName, string>>;

const CONDITION_NAMES = ['range', 'if-match', 'if-range', 'if-none-match', 'cache-control', 'if-modified-since', 'if-unmodified-since'] as const;
type ConditionName = (typeof CONDITION_NAMES)[number];
const BY_NAME = new Set<string>(CONDITION_NAMES);
const [I, R, C] = [0x69, 0x72, 0x63];

/** Undefined where there are none: most requests. */
export function readConditions(fields: Fields): Conditions | undefined {
  let found: Conditions | undefined;
  for (let i = 0; i < fields.count; i++) {
    const first = fields.text.charCodeAt(fields.start[i]!) | 0x20; // lower case: most names end here
    if (first !== I && first !== R && first !== C) continue;
    const name = fields.name(i).toLowerCase();
    if (!BY_NAME.has(name)) continue;
    found ??= {};
    const before = found[name as ConditionName];
    found[name as ConditionName] = before === undefined ? fields.value(i) : `${before}, ${fields.value(i)}`;
  }
  return found;
}

export type Verdict =
  | 'whole'
  | 'not-modified' // 304
  | 'failed' // 412
  | 'unsatisfiable' // 416
  | { readonly start: number; readonly end: number }; // 206; both inclusive

/** In the order of RFC 9110 §13.2.2. */
export function judge(conditions: Conditions, file: FileFacts, method: string): Verdict {
  const ifMatch = conditions['if-match'];
  if (ifMatch !== undefined) {
    if (!strongMatch(ifMatch, file.etag)) return 'failed';
  } else {
    const since = httpDate(conditions['if-unmodified-since']);
    if (since !== undefined && file.modified > since) return 'failed';
  }
  if (isFresh(conditions, file)) return 'not-modified';
  // Range means nothing but on GET (RFC 9110 §14.2). An empty file has no byte to give a range of; it is sent as it is.
  if (method !== 'GET' || conditions.range === undefined || file.size === 0 || !rangeApplies(conditions['if-range'], file)) return 'whole';
  return oneRange(conditions.range, file.size);
}

function isFresh(conditions: Conditions, file: FileFacts): boolean {
  const since = httpDate(conditions['if-modified-since']); // an invalid date is ignored (RFC 9110 §13.1.3)
  return fresh({
    'if-none-match': conditions['if-none-match'],
    'if-modified-since': since === undefined ? undefined : new Date(since * 1000).toUTCString(),
    'cache-control': conditions['cache-control'],
  }, { 'etag': file.etag, 'last-modified': file.lastModified });
}

/** If-Match: only strong tags are equal (RFC 9110 §8.8.3.2, §13.1.1). `*`: there is a file. */
function strongMatch(list: string, etag: string | undefined): boolean {
  if (list.trim() === '*') return true;
  if (etag === undefined || etag.startsWith('W/')) return false;
  const tags: readonly string[] = list.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.includes(etag);
}

/** If-Range: the same strong tag, or the very date, where that date is a strong validator (RFC 9110 §13.1.5). */
function rangeApplies(ifRange: string | undefined, file: FileFacts): boolean {
  if (ifRange === undefined) return true;
  if (file.etag === undefined || file.etag.startsWith('W/')) return false;
  return ifRange.includes('"') ? ifRange.trim() === file.etag : httpDate(ifRange) === file.modified;
}

function oneRange(text: string, size: number): Verdict {
  // range-parser calls a suffix longer than the file unsatisfiable; it means the whole file (RFC 9110 §14.1.2).
  const suffix = /^bytes=\s*-(\d+)\s*$/i.exec(text);
  if (suffix !== null && Number(suffix[1]) >= size) return { start: 0, end: size - 1 };
  const ranges = parseRange(size, text);
  if (ranges === -2) return 'whole'; // malformed: ignored (RFC 9110 §14.2)
  if (ranges === -1) return /^bytes=/i.test(text) ? 'unsatisfiable' : 'whole';
  // Other units are ignored. Several ranges are answered whole, which is always allowed and never multiplies work.
  const [first] = ranges;
  return ranges.type.toLowerCase() === 'bytes' && ranges.length === 1 && first !== undefined ? { start: first.start, end: first.end } : 'whole';
}

const httpDate = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseHttpDate(text));
