/** The key that session tickets are sealed with is the whole's: the parent makes it, and makes it anew; every worker takes it. */
import { shareTicketKey } from '../../transport/runtime.ts';
import { makeTicketKeys, TICKET_KEY_LIFE } from '../../transport/ticket-keys.ts';
import type { ToParent } from './channel.ts';

/** The parent's. `current` is for a worker that starts; `tell` gets each new one, for those that run. Base64. */
export class Sealing {
  current = newKey();
  readonly #timer: NodeJS.Timeout;

  constructor(tell: (key: string) => void, every = TICKET_KEY_LIFE) {
    this.#timer = setInterval(() => { tell(this.current = newKey()); }, every).unref();
  }

  close(): void { clearInterval(this.#timer); }
}

const newKey = (): string => makeTicketKeys().toString('base64');

/** A worker's: it seals with what its parent says from now on. Without a first one it has a key of its own. */
export function takeSealing(first: string, line: ToParent): void {
  const seal = (key: string): void => { shareTicketKey(Buffer.from(key, 'base64')); };
  if (first !== '') seal(first);
  line.hear('ticketKey', seal);
}
