import { constants } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';
import { nativeContext } from './runtime.ts';
import type { NativeContext } from './runtime.ts';
import { DEFAULT_SECURITY, TLS13_CIPHERS } from '../tls-security.ts';
import type { CertificatePair, ClientPolicy, TlsSecurity } from '../wire.ts';

/**
 * The contexts of one kind of handshake: what a door speaks, and by which policy clients are asked for a certificate.
 *
 * Session tickets are sealed with a key of the context that a handshake began with, the one for clients without a name
 * (RFC 5077, RFC 8446 §4.6.1), and Bun has no way to set that key: once that pair is replaced, each client's next
 * handshake is a whole one. With a policy there are none.
 */
export class BunContexts {
  private readonly shared: SecureContextOptions;
  private readonly policy: ClientPolicy | undefined;
  private contexts = new WeakMap<CertificatePair, NativeContext>();
  private empty: NativeContext | undefined;
  private ca: string | undefined;

  constructor(policy: ClientPolicy | undefined, { minVersion, ciphers }: TlsSecurity = DEFAULT_SECURITY) {
    this.policy = policy;
    this.shared = {
      minVersion,
      ...(ciphers && { ciphers: [...TLS13_CIPHERS, ...ciphers].join(':') }),
      honorCipherOrder: true, // BoringSSL does not renegotiate as a server, and prefers its own order of ciphers where it is asked to
      ...(policy && { secureOptions: constants.SSL_OP_NO_TICKET }),
    };
  }

  /**
   * The context of a pair, made once: another pair (another object) is another context. Throws BoringSSL's error for a bad
   * pair. Without one: a context that can show no certificate, so that every handshake with it fails with an alert.
   */
  of(pair: CertificatePair | undefined): NativeContext {
    const authorities = this.policy?.ca;
    if (this.ca !== authorities) {
      this.ca = authorities;
      this.contexts = new WeakMap();
      this.empty = undefined;
    }
    if (pair === undefined) return this.empty ??= this.make({});
    let context = this.contexts.get(pair);
    if (context === undefined) this.contexts.set(pair, context = this.make({ cert: pair.cert, key: pair.key }));
    return context;
  }

  private make(pair: SecureContextOptions): NativeContext {
    return nativeContext(createSecureContext({ ...this.shared, ...(this.policy && { ca: this.policy.ca }), ...pair }));
  }
}

/** ALPN in wire format (RFC 7301 §3.1). */
export function alpnWire(protocols: readonly string[]): Buffer | undefined {
  if (protocols.length === 0) return undefined;
  return Buffer.concat(protocols.flatMap((name) => [Buffer.of(name.length), Buffer.from(name, 'latin1')]));
}
