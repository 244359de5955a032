/** What a TLS door needs from whoever keeps certificates. Here, because the transport and the certificates both know it and not each other. */

/**
 * A PEM chain, leaf first, and its key. The same object stands for the same pair for as long as it is served, so that
 * a transport can keep what it has made of it (a `WeakMap` from pair to context).
 */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/**
 * Asked at each handshake, so that certificates can be replaced at run time. Given the SNI name in lower case, or
 * undefined where the client sent none. Undefined back: there is nothing to show, and the handshake fails.
 *
 * A promise comes back only where a certificate has to be signed first: the local authority meets `shop.test` for the
 * first time. It cannot have a wildcard ready, as clients refuse `*.localhost` and `*.test` (they want two labels
 * after the star). The promise never rejects.
 */
export type PickCertificate = (serverName: string | undefined) => CertificatePair | undefined | Promise<CertificatePair | undefined>;
