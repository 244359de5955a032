import { Fault } from '../core/errors.ts';
import { CEILINGS, type Ceilings } from '../transport/descriptors.ts';
import type { Log } from './log/index.ts';
import { Seldom } from './log/seldom.ts';
import type { Counters } from './metrics/counters.ts';

/** Doors of a process whose descriptors run out: what is closed is counted, and told now and then. */
export class Scarcity {
  readonly #log: Log;
  readonly #counters: Counters | undefined;
  readonly #refused = new Seldom();

  constructor(log: Log, counters: Counters | undefined) {
    this.#log = log;
    this.#counters = counters;
  }

  /** Whether a connection with this descriptor is let in by a door that closes them from `ceiling` on. */
  admits(descriptor: number | undefined, ceiling: number): boolean {
    if (descriptor === undefined || descriptor < ceiling) return true;
    this.#refuse(`${ceiling} of the ${CEILINGS.limit} file descriptors that this process may have are in use, and the rest is kept for apps, files and logs`);
    return false;
  }

  /** A connection could not be accepted; what the system says is its code. */
  unaccepted(code: string): void { this.#refuse(`the system could not give a connection (${code})`); }

  #refuse(why: string): void {
    this.#counters?.refuse('no-descriptors');
    const count = this.#refused.count();
    if (count === undefined) return;
    const message = `${count === 1 ? 'A new connection was' : `${count} new connections were`} closed at once: ${why}. Raise the limit: LimitNOFILE= in a systemd unit, ulimit -n in a shell.`;
    this.#log.event({ event: 'no-descriptors', level: 'error', count, message });
  }
}

/** Whether what has this descriptor has to be closed again: the rest is not for an exchange. */
export function tooMany(descriptor: number | undefined, { work }: Ceilings = CEILINGS): Fault | undefined {
  return descriptor !== undefined && descriptor >= work ? new Fault('no-descriptors', `${work} of the ${CEILINGS.limit} that it may have are in use`) : undefined;
}

/** Whether the system has no descriptor left, for this process or for all. */
export const isOutOfDescriptors = (code: string | undefined): boolean => code === 'EMFILE' || code === 'ENFILE';
