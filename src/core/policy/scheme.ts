import type { Scheme } from '../contract/truth.ts';
import { isPlainPath, plainEnd, readings } from './paths.ts';
import { asBytes, compilePrefixes, judged } from './prefixes.ts';

/** Over which scheme a path is served: one of them (the other is redirected), or whichever the visitor came by. */
export type SchemePolicy = 'https' | 'http' | 'either';

/**
 * `https` before `either` before `http`: a mistaken `https` costs a redirect, a mistaken `either` serves a page in
 * clear to whoever asked for it in clear, and a mistaken `http` takes visitors off TLS that were on it.
 */
const STRICTNESS: Readonly<Record<SchemePolicy, number>> = { https: 2, either: 1, http: 0 };

export function stricterScheme(a: SchemePolicy, b: SchemePolicy): SchemePolicy {
  return STRICTNESS[b] > STRICTNESS[a] ? b : a;
}

/** What to do with a request that came by `scheme` to a path of this policy. */
export function decide(policy: SchemePolicy, scheme: Scheme): 'pass' | 'to-https' | 'to-http' {
  if (policy === 'either' || policy === scheme) return 'pass';
  return policy === 'https' ? 'to-https' : 'to-http';
}

export type SchemeEntries = readonly (readonly [prefix: string, policy: SchemePolicy])[];

/** Whether every path is `https`; so it is where no prefix says anything. */
export function allHttps(entries: SchemeEntries): boolean {
  return entries.every(([, policy]) => policy === 'https');
}

/** The compiled scheme policy of a site. */
export interface SchemeRules {
  /** The policy of a target's path; `either` for a health path. */
  policyOf(target: string): SchemePolicy;
  /** A path that is answered by the app over either door, without redirect or 421, so that balancers can ask for it. */
  isHealth(target: string): boolean;
}

/**
 * Compiles `--scheme` and `--health`. A path without a rule is `https`. A health path is matched whole, not as a
 * prefix, and a path that servers may read differently is one only if it is one in every reading: an exemption from a
 * rule is granted only where there is no doubt.
 * @throws Error where a prefix is malformed.
 */
export function compileSchemes(entries: SchemeEntries, health: readonly string[]): SchemeRules {
  const table = compilePrefixes<SchemePolicy>([['/', 'https'], ...entries]);
  const exempt = [...new Set(health.flatMap((path) => readings(asBytes(path))))];
  const isHealth = (target: string): boolean => {
    for (const path of exempt) { // few, so this is faster than to cut the path out and hash it
      if (target.startsWith(path) && plainEnd(target) === path.length) return true;
    }
    return exempt.length > 0 && !isPlainPath(target) && readings(target).every((reading) => exempt.includes(reading));
  };
  return {
    isHealth,
    policyOf: (target) => isHealth(target) ? 'either' : judged(table, target, stricterScheme) ?? 'https',
  };
}
