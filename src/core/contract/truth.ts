import type { ClientCertificate } from './certificate.ts';

/** What is true about a request: the one value that the front tells an app, and that the app's half hears. */
export interface Truth {
  readonly scheme: Scheme;
  /** `Host` as the client wrote it, or the trusted host header's value where one is named. It stays the client's claim. */
  readonly host: string;
  /** The public port the client came to, 1 to 65535. */
  readonly port: number;
  /** The client's address in canonical text (RFC 5952 for IPv6, no port, no zone, IPv4-mapped told as IPv4), or `unix`. */
  readonly client: string;
  /** The client's certificate, found good in the handshake of this connection; null: it showed none. There only where the site asks for one. */
  readonly certificate?: ClientCertificate | null;
  /**
   * Whose word each of them is: `connection` for what the socket itself shows, else the header's name as configured
   * (`Host` for the client's own), or `ambiguous ` and that name where the header was there and could not be believed.
   * A port that no header says has the word of the scheme it belongs to.
   */
  readonly by: Readonly<Record<'scheme' | 'host' | 'port' | 'client', string>>;
}

export type Scheme = 'http' | 'https';
