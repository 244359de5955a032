import { believingFlags, claims } from '../../core/contract/claims.ts';
import type { Connection } from '../../core/contract/read.ts';
import type { Peer } from '../../core/contract/trust.ts';
import type { RequestHead } from '../../core/http1/heads.ts';
import type { Log } from './index.ts';

/** Peers that are told apart in the log; a crowd of forgers must not fill it. */
const PEERS = 20;

/**
 * Says once per peer what it claimed about the scheme and which flag would believe it: a proxy in front that was
 * forgotten in the configuration looks just like a forger, and its operator is searching for this line.
 */
export function createClaimLog(log: Log, schemeHeader: string, told: Set<string> = new Set()): (from: Connection & { readonly peer: Peer }, head: RequestHead) => void {
  return ({ peer, nameless }, head) => {
    if (told.size >= PEERS) return;
    const claim = claims(head, schemeHeader);
    const who = peer.kind === 'ip' ? peer.address : 'unix';
    if (claim === undefined || told.has(who)) return;
    told.add(who);
    log.event({
      event: 'claim-ignored', level: 'info', client: who, header: claim.name, value: claim.value.slice(0, 200),
      message: `${who} sent "${claim.name}: ${claim.value.slice(0, 200)}", which was ignored and removed, since ${nameless === true
        ? 'its PROXY header told no address, so these may be any client\'s words. Let the balancer tell addresses, or, where it adds header lines of its own, leave the PROXY protocol out on both sides'
        : `nobody is believed unasked. If that is a proxy of yours: ${believingFlags(peer, claim, schemeHeader)}`}`,
    });
  };
}
