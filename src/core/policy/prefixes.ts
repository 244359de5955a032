import { comparedPath, isPlainPath, plainEnd, readings } from './paths.ts';

/** One rule of a table. */
export interface PrefixEntry<T> {
  /** In compared form, without a slash at its end; `` for `/`. */
  readonly prefix: string;
  readonly value: T;
}

/** Rules by path prefix. The longest prefix wins, on segment boundaries: `/shop` and `/shop/` mean the same and never match `/shopping`. */
export interface PrefixTable<T> {
  /** Longest first. */
  readonly entries: readonly PrefixEntry<T>[];
  /** The one value of every path, where all entries have it and one of them is `/`; the common case. */
  readonly everywhere: T | undefined;
}

/** What is wrong with a prefix of a configuration, or undefined. */
export function prefixProblem(prefix: string): string | undefined {
  if (!prefix.startsWith('/')) return `a path prefix begins with "/"; this one is "${prefix}". Write "/${prefix}".`;
  if (/[?#]/.test(prefix)) return `a path prefix has no query and no fragment; this one is "${prefix}". Write "${prefix.slice(0, prefix.search(/[?#]/))}".`;
  if (prefix.includes(';')) return `a path prefix has no ";parameters", which some servers take off and some do not; this one is "${prefix}".`;
  return undefined;
}

/**
 * Compiles prefixes as a person writes them (Unicode, escapes allowed). Of two entries with one prefix the later wins.
 * @throws Error with the words of {@link prefixProblem}.
 */
export function compilePrefixes<T>(entries: readonly (readonly [prefix: string, value: T])[]): PrefixTable<T> {
  const byPrefix = new Map<string, T>();
  for (const [written, value] of entries) {
    const problem = prefixProblem(written);
    if (problem !== undefined) throw new Error(problem);
    byPrefix.set(comparedPrefix(written), value);
  }
  const sorted = [...byPrefix].map(([prefix, value]) => ({ prefix, value })).sort((a, b) => b.prefix.length - a.prefix.length);
  const root = byPrefix.get('');
  const everywhere = sorted.every((entry) => entry.value === root) ? root : undefined;
  return { entries: sorted, everywhere };
}

/** The one form of a prefix that rules compare: `/media`, `/media/` and `/%6dedia` are the same; `` for `/`. */
export const comparedPrefix = (written: string): string => comparedPath(asBytes(written)).replace(/\/$/, '');

/** Paths come as UTF-8 bytes in escapes; a prefix is text. Its non-ASCII becomes the escapes a browser would send. */
export function asBytes(path: string): string {
  return path.replace(/[^\x00-\x7f]+/gu, (text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')));
}

/** The entry for a path that is already in the form wanted. `end` is where the path ends in `text`. */
export function findPrefix<T>(table: PrefixTable<T>, text: string, end = text.length): PrefixEntry<T> | undefined {
  const { entries } = table;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    const length = entry.prefix.length;
    if (length > end || !text.startsWith(entry.prefix)) continue;
    if (length === end || text.charCodeAt(length) === 0x2f || length === 0) return entry;
  }
  return undefined;
}

/** The stricter of two values; of two that are equally strict, the first. */
export type Stricter<T> = (a: T, b: T) => T;

/**
 * The value for a target: that of its path, and where servers may read the path in more than one way
 * (see {@link readings}), the strictest of the values it would have. Undefined where no prefix matches.
 * A reading that matches nothing is not strict: give the table a `/` where that matters.
 */
export function judged<T>(table: PrefixTable<T>, target: string, stricter: Stricter<T>): T | undefined {
  if (table.everywhere !== undefined) return table.everywhere;
  const end = plainEnd(target);
  if (end >= 0) return findPrefix(table, target, end)?.value;
  let value: T | undefined;
  for (const reading of readings(target)) {
    const entry = findPrefix(table, reading);
    if (entry === undefined) continue;
    value = value === undefined ? entry.value : stricter(value, entry.value);
  }
  return value;
}

/** What a rule for files is given: its entry, and what of the compared path is left after the prefix. */
export interface PathMatch<T> {
  readonly value: T;
  /** Of the compared path: `` or from a `/` on. Decoded: never decode it again. */
  readonly rest: string;
  /** Whether all readings fall under this one entry. Where not, the app (which has rules of its own) is the stricter place. */
  readonly certain: boolean;
}

/** Where a target leads in a table of routes, by its compared path. */
export function match<T>(table: PrefixTable<T>, target: string): PathMatch<T> | undefined {
  const path = comparedPath(target);
  const entry = findPrefix(table, path);
  if (entry === undefined) return undefined;
  const certain = isPlainPath(target) || readings(target).every((reading) => findPrefix(table, reading) === entry);
  return { value: entry.value, rest: path.slice(entry.prefix.length), certain };
}

type RouteKind = 'answer' | 'app' | 'redirect' | 'static';

/** A fixed answer may be what closes a path; an app decides for itself; files are given to anyone. */
const ROUTE_STRICTNESS: Readonly<Record<RouteKind, number>> = { answer: 3, app: 2, redirect: 1, static: 0 };

/** For tables of routes: the stricter place, of two that are equally strict the first. */
export function stricterRoute<T extends { readonly kind: RouteKind }>(a: T, b: T): T {
  return ROUTE_STRICTNESS[b.kind] > ROUTE_STRICTNESS[a.kind] ? b : a;
}
