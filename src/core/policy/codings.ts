/** Which content coding an answer may have for a client (RFC 9110 §8.4.1, §12.5.3). */
import { weight } from '../http1/weight.ts';

/** The codings that can be made, smallest answer first: the order that counts where a client has none. */
export const CODINGS = ['br', 'zstd', 'gzip'] as const;
export type Coding = typeof CODINGS[number];

/** What one client takes. */
export interface Accepted {
  /** Best first: by the client's weights, then in our order. None that it likes less than an answer as it is. */
  readonly codings: readonly Coding[];
  /** It takes an answer as it is; false only where it said so (`identity;q=0`, or `*;q=0` and no word of identity). */
  readonly plain: boolean;
}

const NOTHING: Accepted = { codings: [], plain: true };
/** More of a field than this nobody means. */
const MOST = 1024;

/**
 * `lines` are the values of Accept-Encoding, `ours` what can be had, in our order. Without the field every coding would be
 * allowed; but those who send none are programs that read bytes as they come, so they get the answer as it is.
 */
export function acceptedCodings(lines: readonly string[], ours: readonly Coding[]): Accepted {
  const weights = new Map<string, number>();
  for (const member of lines.join(',').slice(0, MOST).split(',')) {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
    if (name !== '') weights.set(name === 'x-gzip' ? 'gzip' : name, weight(parameters)); // an old name of it (RFC 9110 §8.4.1.3)
  }
  if (weights.size === 0) return NOTHING;
  const others = weights.get('*');
  const weightOf = (coding: Coding): number => weights.get(coding) ?? others ?? 0;
  // An answer as it is needs no mention to be acceptable, but only a mention gives it a weight of its own.
  const identity = weights.get('identity');
  const codings = ours.filter((coding) => weightOf(coding) > 0 && weightOf(coding) >= (identity ?? 0));
  codings.sort((a, b) => weightOf(b) - weightOf(a)); // stable: ties stay in our order
  return { codings, plain: (identity ?? others) !== 0 };
}
