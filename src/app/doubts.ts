import { claims, type Claim } from '../core/contract/claims.ts';
import type { Peer } from '../core/contract/trust.ts';
import type { Fields } from '../core/http1/fields.ts';
import type { Asked, Heard } from './asked.ts';
import type { Hearing } from './hear.ts';

/** Why a request does not count as secure, and the option to change; for people. */
export interface Doubt {
  readonly seen: string;
  readonly why: string;
  /** A line for the app's code, or what to tell the proxy. */
  readonly change: string;
}

const who = (peer: Peer | undefined): string => (peer === undefined ? 'a peer that this runtime does not show' : peer.kind === 'unix' ? 'the unix socket' : peer.address);
const shown = (value: string): string => value.slice(0, 200);

const lines = (fields: Fields, names: readonly string[]): string => names.flatMap((name) => fields.all(name).map((value) => `"${name}: ${shown(value)}"`)).join(', ');

/** The first of these names that is there. */
function sent(fields: Fields, names: readonly string[]): Claim | undefined {
  const name = names.find((one) => fields.get(one) !== undefined);
  return name === undefined ? undefined : { name, value: fields.get(name)! };
}

/** What a peer claims about the scheme, by the header that counts or another one; of one who is not believed, any header that would count. */
function claimOf({ fields }: Asked, { schemeNames, otherNames }: Hearing, believed: boolean): Claim | undefined {
  return sent(fields, schemeNames) ?? claims({ fields }) ?? (believed ? undefined : sent(fields, otherNames));
}

/** Why the scheme is what it is, as far as a proxy has to do with it. */
export function doubtOf(asked: Asked, heard: Heard, hearing: Hearing): Doubt {
  const { peer, fields } = asked;
  const { schemeNames } = hearing;
  const schemeHeader = schemeNames.join(' and ');
  const believed = hearing.believes(asked);
  const claim = claimOf(asked, hearing, believed);
  if (!believed) return claim === undefined ? silent(peer, schemeHeader) : ignored(peer, claim, hearing);
  if (heard.by.scheme.startsWith('ambiguous ')) {
    return { seen: `${who(peer)} is trusted and sent ${lines(fields, schemeNames)}.`, why: 'That is not one clear value, and what is not clear never counts as secure.', change: `Let the proxy send ${schemeHeader} once, as https or http, in the place of whatever the client sent.` };
  }
  if (heard.by.scheme !== 'connection') {
    return { seen: `${who(peer)} is trusted and said ${lines(fields, schemeNames)}.`, why: 'So the proxy itself took the request for plain http. A second proxy between it and the app often writes its own scheme over the first one\'s.', change: `Let the proxy next to the app pass ${schemeHeader} on as it came from the one that ends TLS.` };
  }
  if (claim !== undefined) {
    return { seen: `${who(peer)} is trusted and sent "${claim.name}: ${shown(claim.value)}", but no ${schemeHeader}.`, why: 'One header counts; another is never read in its place, since a client may have sent it.', change: `header: '${claim.name}'` };
  }
  return { seen: `${who(peer)} is trusted and sent no ${schemeHeader}.`, why: 'Without it a plain connection is plain http.', change: `Let the proxy set ${schemeHeader} on every request: https or http.` };
}

function silent(peer: Peer | undefined, schemeHeader: string): Doubt {
  if (peer === undefined) return unseen();
  return { seen: `${who(peer)} connected in clear and sent no forwarding header.`, why: 'So the request came over plain http.', change: `If that is a proxy of yours, let it set ${schemeHeader}, and believe it: trust: ['${peer.kind === 'unix' ? 'unix' : peer.address}']` };
}

function ignored(peer: Peer | undefined, claim: Claim, { schemeNames, otherNames }: Hearing): Doubt {
  if (peer === undefined) return unseen();
  const counts = [...schemeNames, ...otherNames].some((name) => name.toLowerCase() === claim.name.toLowerCase());
  const other = counts ? '' : `, header: '${claim.name}'`;
  return {
    seen: `${who(peer)} sent "${claim.name}: ${shown(claim.value)}", which was ignored.`,
    why: `${who(peer)} is not in trust, and a header counts only from those who are.`,
    change: `If that is a proxy of yours: trust: ['${peer.kind === 'unix' ? 'unix' : peer.address}']${other}`,
  };
}

const unseen = (): Doubt => ({
  seen: 'This runtime does not show who connected, and the request carried no valid secret.',
  why: 'Without an address only a shared secret can be believed.',
  change: 'Start the front with --secret-file and give the app the same: trust: { secret: process.env.SALLYPORT_SECRET }',
});

/** Why a browser that is sent to http is heard on https again. */
export function loopDoubt({ peer, fields }: Asked, { by }: Heard, { schemeNames }: Hearing): Doubt {
  return {
    seen: by.scheme === 'connection' ? `${who(peer)} connected over TLS.` : `${who(peer)} is trusted and said ${lines(fields, schemeNames)}.`,
    why: 'So either the proxy says https of its http door too, or the browser comes back over https by itself, since it remembers HSTS for this host.',
    change: 'Let the proxy say the scheme that each visitor came by. Where a path is served over http, leave HSTS out and take it back from browsers with hsts: 0.',
  };
}

/** Peers that are told apart in the log; a crowd of forgers must not fill it. */
const PEERS = 20;

/** Says once per peer what it sent in vain: a proxy that was forgotten in the options looks just like a forger. */
export function createDoubtLog(hearing: Hearing, log: (line: string) => void): (asked: Asked, heard: Heard) => void {
  const told = new Set<string>();
  return (asked, heard) => {
    if (told.size >= PEERS || (heard.by.scheme !== 'connection' && !heard.by.scheme.startsWith('ambiguous '))) return;
    const peer = asked.peer?.kind === 'ip' ? asked.peer.address : asked.peer?.kind ?? 'unknown';
    if (told.has(peer) || claimOf(asked, hearing, hearing.believes(asked)) === undefined) return;
    told.add(peer);
    const { seen, why, change } = doubtOf(asked, heard, hearing);
    log(`sallyport: ${oneLine(`${seen} ${why} ${change}`)}`);
  };
}

/** A header's value goes into a log line: no line break or escape sequence of a client's gets there. */
export const oneLine = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
