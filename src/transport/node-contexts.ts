import { constants, randomBytes } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { CertificatePair } from './wire.ts';

/**
 * What every context of this process shares. Session tickets are sealed with one key and marked with one id (RFC 5077,
 * RFC 8446 §4.6.1), so that a client may resume whichever certificate it was shown first, and after a replacement too.
 */
let shared: SecureContextOptions = {
  minVersion: 'TLSv1.2', // RFC 8996
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION, // a client could make the server compute for ever
  sessionIdContext: 'sallyport',
  ticketKeys: randomBytes(48),
};

/** The key of another process that serves the same clients (48 bytes), in the place of this one's own. */
export function setTicketKeys(keys: Uint8Array): void {
  shared = { ...shared, ticketKeys: Buffer.from(keys) };
}

const contexts = new WeakMap<CertificatePair, SecureContext>();

/** Without a pair: a context that can show no certificate, so that every handshake with it fails with an alert. */
export function contextOptions(pair: CertificatePair | undefined): SecureContextOptions {
  return pair === undefined ? shared : { ...shared, cert: pair.cert, key: pair.key };
}

/** The context of a pair, made once: another pair (another object) is another context. Throws OpenSSL's error for a bad pair. */
export function contextOf(pair: CertificatePair): SecureContext {
  let context = contexts.get(pair);
  if (context === undefined) contexts.set(pair, context = createSecureContext(contextOptions(pair)));
  return context;
}
