import { comparedPrefix } from '../../core/policy/prefixes.ts';
import { parsePrefix } from '../values/prefix.ts';
import type { Path } from '../problems.ts';
import type { SiteContext } from './resolve-site.ts';

/** What is said of path prefixes under a key of a site, each prefix once. `read` gives what a value means; it may throw a BadValue. */
export function prefixRules<V, T>(key: string, written: Readonly<Record<string, V>> | undefined, context: SiteContext, read: (value: V, at: Path) => T): [prefix: string, value: T][] {
  const { path, problems } = context;
  const seen = new Map<string, string>();
  return Object.entries(written ?? {}).flatMap(([prefix, value]): [string, T][] => {
    const where = [...path, key, prefix];
    if (problems.at(where, prefix, () => parsePrefix(prefix)) === undefined) return [];
    const compared = comparedPrefix(prefix);
    const before = seen.get(compared);
    if (before !== undefined) problems.add({ path: where, seen: prefix, expected: `one rule for a prefix: ${before} is the same path`, next: 'Keep one of them' });
    seen.set(compared, prefix);
    const meaning = problems.at(where, value, () => ({ of: read(value, where) }));
    return meaning === undefined ? [] : [[prefix, meaning.of]];
  });
}
