/**
 * What an untrusted peer has claimed about the scheme: for the one log line that says what was ignored and which flag
 * would believe it. It never decides anything.
 */
import type { Fields } from '../http1/fields.ts';
import { Name } from '../http1/names.ts';
import { fold } from './family.ts';
import { PUBLISHED } from './published/index.ts';
import { compileTrust, trusts, type Peer } from './trust.ts';

export interface Claim {
  /** As sent. */
  readonly name: string;
  readonly value: string;
}

const SCHEME_NAMES: ReadonlySet<string> = new Set([
  'x-forwarded-proto', 'x-forwarded-protocol', 'x-forwarded-scheme', 'x-forwarded-ssl', 'x-forwarded-https', 'x-scheme',
  'x-url-scheme', 'x-https', 'front-end-https', 'x-arr-ssl', 'cf-visitor', 'cloudfront-forwarded-proto', 'wl-proxy-ssl',
]);

/**
 * A forwarding header that says something about the scheme: the one that would be read, if it is there, else the first;
 * undefined where there is none. Costs one pass over codes where no name is of the family.
 */
export function claims(head: { readonly fields: Fields }, schemeHeader = 'X-Forwarded-Proto'): Claim | undefined {
  const { fields } = head;
  let first: Claim | undefined;
  for (let i = fields.find(Name.FAMILY); i >= 0; i = fields.find(Name.FAMILY, i + 1)) {
    const name = fields.name(i);
    const folded = fold(name);
    if (!SCHEME_NAMES.has(folded) && !(folded === 'forwarded' && /\bproto\s*=/i.test(fields.value(i)))) continue;
    if (name.toLowerCase() === schemeHeader.toLowerCase()) return { name, value: fields.value(i) };
    first ??= { name, value: fields.value(i) };
  }
  return first;
}

/** The flags that would make the front believe this claim from this peer, ready to be typed. */
export function believingFlags(peer: Peer, claim: Claim, schemeHeader = 'X-Forwarded-Proto'): string {
  const who = `--trust ${wordFor(peer)}`;
  return claim.name.toLowerCase() === schemeHeader.toLowerCase() ? who : `${who} --trust-header scheme=${claim.name}`;
}

/** What to trust so that this peer is: one address of somebody who has many is of no use. */
function wordFor(peer: Peer): string {
  if (peer.kind === 'unix') return 'unix';
  return [...PUBLISHED.keys()].find((word) => trusts(compileTrust([word]), peer)) ?? peer.address;
}
