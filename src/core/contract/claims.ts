/**
 * What an untrusted peer has claimed about the scheme: for the one log line that says what was ignored and which flag
 * would believe it. It never decides anything.
 */
import type { Fields } from '../http1/fields.ts';
import { Name } from '../http1/names.ts';
import { fold } from './family.ts';
import type { Peer } from './trust.ts';

export interface Claim {
  /** As sent. */
  readonly name: string;
  readonly value: string;
}

const SCHEME_NAMES: ReadonlySet<string> = new Set([
  'x-forwarded-proto', 'x-forwarded-protocol', 'x-forwarded-scheme', 'x-forwarded-ssl', 'x-forwarded-https', 'x-scheme',
  'x-url-scheme', 'x-https', 'front-end-https', 'x-arr-ssl', 'cf-visitor', 'cloudfront-forwarded-proto', 'wl-proxy-ssl',
]);

/** The first forwarding header that says something about the scheme; undefined where there is none. Costs one pass over codes where no name is of the family. */
export function claims(head: { readonly fields: Fields }): Claim | undefined {
  const { fields } = head;
  for (let i = fields.find(Name.FAMILY); i >= 0; i = fields.find(Name.FAMILY, i + 1)) {
    const folded = fold(fields.name(i));
    if (SCHEME_NAMES.has(folded) || (folded === 'forwarded' && /\bproto\s*=/i.test(fields.value(i)))) {
      return { name: fields.name(i), value: fields.value(i) };
    }
  }
  return undefined;
}

/** The flags that would make the front believe this claim from this peer, ready to be typed. */
export function believingFlags(peer: Peer, claim: Claim, schemeHeader = 'X-Forwarded-Proto'): string {
  const who = `--trust ${peer.kind === 'unix' ? 'unix' : peer.address}`;
  return claim.name.toLowerCase() === schemeHeader.toLowerCase() ? who : `${who} --trust-header scheme=${claim.name}`;
}
