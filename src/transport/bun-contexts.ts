import { createSecureContext } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';
import { nativeContext } from './bun-runtime.ts';
import type { NativeContext } from './bun-runtime.ts';
import type { CertificatePair } from './wire.ts';

/** BoringSSL does not renegotiate as a server, and prefers its own order of ciphers where it is asked to. */
const SHARED: SecureContextOptions = { minVersion: 'TLSv1.2', honorCipherOrder: true }; // RFC 8996

let empty: NativeContext | undefined;
const contexts = new WeakMap<CertificatePair, NativeContext>();

/**
 * The context of a pair, made once: another pair (another object) is another context. Throws BoringSSL's error for a bad
 * pair. Without one: a context that can show no certificate, so that every handshake with it fails with an alert.
 *
 * Session tickets are sealed with a key of the context that a handshake began with, the one for clients without a name
 * (RFC 5077, RFC 8446 §4.6.1), and Bun has no way to set that key: once that pair is replaced, each client's next
 * handshake is a whole one.
 */
export function contextOf(pair: CertificatePair | undefined): NativeContext {
  if (pair === undefined) return empty ??= nativeContext(createSecureContext(SHARED));
  let context = contexts.get(pair);
  if (context === undefined) contexts.set(pair, context = nativeContext(createSecureContext({ ...SHARED, cert: pair.cert, key: pair.key })));
  return context;
}

/** ALPN in wire format (RFC 7301 §3.1). */
export function alpnWire(protocols: readonly string[]): Buffer | undefined {
  if (protocols.length === 0) return undefined;
  return Buffer.concat(protocols.flatMap((name) => [Buffer.of(name.length), Buffer.from(name, 'latin1')]));
}
