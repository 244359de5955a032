/**
 * The key that seals session tickets (RFC 5077 §4, RFC 8446 §4.6.1). All doors of a process share one, and all processes
 * of a front: whoever started them makes it ({@link makeTicketKeys}) and each takes it ({@link takeTicketKeys}). A new key
 * makes every older ticket worthless, and each returning client's next handshake a whole one; a stolen key opens no more
 * than was said over TLS 1.2 while it was in use.
 *
 * For Node. Bun has no way to set the key; BoringSSL makes one for each context by itself and replaces it every two days.
 */
import { randomBytes } from 'node:crypto';

/** Milliseconds. Node's sessions are good for five minutes, so this costs a client one handshake an hour at most. */
export const TICKET_KEY_LIFE = 60 * 60 * 1000;

type Listener = (keys: Buffer) => void;

let current: Buffer | undefined;
let given = false;
const listeners = new Set<Listener>();

/** A new key: 16 bytes for its name, 16 for HMAC, 16 for AES, as OpenSSL wants them. */
export const makeTicketKeys = (): Buffer => randomBytes(48);

/** The key to seal with now. */
export const ticketKeys = (): Buffer => current ??= makeTicketKeys();

/** From now on tickets are sealed with this key, which came from elsewhere: no own one is made any more. Throws where it is not 48 bytes. */
export function takeTicketKeys(keys: Uint8Array): void {
  if (keys.length !== 48) throw new RangeError(`Ticket keys are 48 bytes; these are ${keys.length}.`);
  given = true;
  replace(Buffer.from(keys));
}

/** Tells of each replacement. Gives what ends it. */
export function onTicketKeys(listener: Listener): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

/** Makes a new key again and again, unless they come from elsewhere. Gives what ends it. */
export function rotateTicketKeys(every = TICKET_KEY_LIFE): () => void {
  const timer = setInterval(() => { if (!given) replace(makeTicketKeys()); }, every).unref();
  return () => { clearInterval(timer); };
}

function replace(keys: Buffer): void {
  current = keys;
  for (const listener of listeners) listener(keys);
}
