import type { Scheme } from '../../core/contract/truth.ts';
import type { Peer } from '../../core/contract/trust.ts';
import type { Door } from './doors.ts';
import { peerText } from '../log/exchange-log.ts';
import type { Log } from '../log/index.ts';
import { Seldom } from '../log/seldom.ts';
import type { Counters } from '../metrics/counters.ts';

export interface CrowdOptions {
  /** Connections of this process. */
  readonly most: number;
  /** Those that are ready for HTTP. */
  readonly connections: ReadonlySet<unknown>;
  /** They know of those that are not ready yet. */
  readonly doors: Readonly<Partial<Record<Scheme, Door>>>;
  readonly log: Log;
  readonly counters: Counters | undefined;
}

/**
 * Lets clients in until there are too many; then each is closed before a byte of it is read, as nginx does it. (To leave them
 * in the system's queue, as HAProxy does, would make them wait without a word until they give up.) The admin address is not
 * among the doors: whoever runs the front can still look at it.
 */
export function createCrowd({ most, connections, doors, log, counters }: CrowdOptions): (peer: Peer) => boolean {
  const refused = new Seldom();
  return (peer) => {
    let open = connections.size;
    for (const listener of doors.https?.listeners ?? []) open += listener.arriving;
    for (const listener of doors.http?.listeners ?? []) open += listener.arriving;
    if (open < most) return true;
    counters?.refuse('too-many-connections');
    const count = refused.count();
    if (count !== undefined) {
      log.event({ event: 'too-many-connections', level: 'warn', count, message: `${most} connections are open, as many as may be: ${count === 1 ? 'one' : count} more ${count === 1 ? 'was' : 'were'} closed, the last of them from ${peerText(peer)}. --max-connections raises the limit.` });
    }
    return false;
  };
}
