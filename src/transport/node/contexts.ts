import { constants } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { ticketKeys } from '../ticket-keys.ts';
import { DEFAULT_SECURITY, TLS13_CIPHERS } from '../tls-security.ts';
import type { CertificatePair, ClientPolicy, TlsSecurity } from '../wire.ts';

/**
 * The contexts of one kind of handshake: what a door speaks, and by which policy clients are asked for a certificate. Session
 * tickets are sealed with one key and marked with one id (RFC 5077, RFC 8446 §4.6.1), so that a client may resume whichever
 * certificate it was shown first, and after a replacement too; with a policy there are none.
 */
export class NodeContexts {
  private readonly shared: SecureContextOptions;
  private readonly policy: ClientPolicy | undefined;
  private contexts = new WeakMap<CertificatePair, SecureContext>();
  private ca: string | undefined;

  constructor(policy: ClientPolicy | undefined, { minVersion, ciphers }: TlsSecurity = DEFAULT_SECURITY) {
    this.policy = policy;
    const { SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_TICKET } = constants;
    this.shared = {
      minVersion,
      ...(ciphers && { ciphers: [...TLS13_CIPHERS, ...ciphers].join(':') }),
      honorCipherOrder: true,
      // A client could make the server compute for ever; with a policy, there is no resuming either: see ListenOptions.
      secureOptions: policy === undefined ? SSL_OP_NO_RENEGOTIATION : SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET,
      sessionIdContext: 'sallyport',
    };
  }

  /** Whose authorities are asked for now; another text is another set of contexts. */
  get authorities(): string | undefined { return this.policy?.ca; }

  /** Without a pair: a context that can show no certificate, so that every handshake with it fails with an alert. */
  options(pair: CertificatePair | undefined): SecureContextOptions {
    const { policy } = this;
    return {
      ...this.shared,
      ...(policy === undefined ? { ticketKeys: ticketKeys() } : { ca: policy.ca }),
      ...(pair && { cert: pair.cert, key: pair.key }),
    };
  }

  /** The context of a pair, made once: another pair (another object) is another context. Throws OpenSSL's error for a bad pair. */
  of(pair: CertificatePair): SecureContext {
    if (this.ca !== this.authorities) {
      this.ca = this.authorities;
      this.contexts = new WeakMap();
    }
    let context = this.contexts.get(pair);
    if (context === undefined) this.contexts.set(pair, context = createSecureContext(this.options(pair)));
    return context;
  }
}
