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

/**
 * How the clients of a site prove who they are: by a certificate of one of these authorities. One object is one policy, for
 * as long as the door is open: a handshake was made for exactly one of them, or for none.
 */
export interface ClientPolicy {
  /** PEM. Another text from one handshake to the next, where the file was replaced. */
  readonly ca: string;
  /** Clients without a certificate are let in. One that shows a certificate which is not good never is. */
  readonly optional: boolean;
}

/** The policy for a server name in lower case, or for clients that send none. Undefined: no certificate is asked for. */
export type PickClientPolicy = (serverName: string | undefined) => ClientPolicy | undefined;

/** What came of asking a client for its certificate. */
export type ShownCertificate =
  | { readonly kind: 'none' }
  | { readonly kind: 'good'; readonly certificate: ClientCertificate }
  /** The client has the key, but the certificate is not believed. `reason` is OpenSSL's word (`CERT_HAS_EXPIRED`). */
  | { readonly kind: 'bad'; readonly certificate: ClientCertificate; readonly reason: string };

/** A client's certificate, in visible ASCII throughout: each of these can stand in a header line as it is. */
export interface ClientCertificate {
  /** Distinguished names as RFC 4514 writes them, the last part first: `CN=alice,O=Example`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, upper case. */
  readonly serial: string;
  /** SHA-256 of the certificate, hexadecimal, lower case. */
  readonly fingerprint: string;
  /** From when and until when it is good, as OpenSSL writes it: `Nov 21 08:00:00 2026 GMT`. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** The certificate itself: DER in base64. */
  readonly der: string;
}
