/**
 * What a PROXY protocol header says: with whom the balancer's client believed to speak, and how. The specification is
 * HAProxy's (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt); "§" in this folder is a section of it.
 */
import { isHost } from '../http1/host.ts';

/** One end of the connection that was passed on. */
export interface ProxyNode {
  /** Canonical text (core/contract/address.ts); an IPv4-mapped IPv6 address is told as IPv4. */
  readonly address: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** What the TLVs of version 2 say about the client's connection to the balancer. Absent: nothing was said. */
export interface ProxyFacts {
  /** Whether the client spoke TLS to the balancer (§2.2.6, PP2_CLIENT_SSL). */
  readonly secure?: boolean;
  /** `TLSv1.3` and the like (§2.2.6), as the balancer wrote it. */
  readonly tlsVersion?: string;
  /** The protocol that was negotiated there (§2.2.1). */
  readonly alpn?: string;
  /** The name the client asked for, as by SNI (§2.2.2); a DNS name, lower case. */
  readonly authority?: string;
}

/**
 * No address was told, so the socket's own count: `local` (LOCAL), since nobody was passed on, as for a health check;
 * `unknown` (UNKNOWN, UNSPEC, a Unix socket), though somebody may have been. LOCAL and UNKNOWN never come with facts.
 */
export type ProxyHeader =
  | ProxyFacts & { readonly kind: 'local' | 'unknown' }
  | ProxyFacts & { readonly kind: 'proxied'; readonly source: ProxyNode; readonly destination: ProxyNode };

export type ProxyVersion = 'v1' | 'v2';

/** §2.2: what version 2 begins with. */
export const SIGNATURE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);

/** Type-length-values (§2.2), those that mean something here. */
export const Tlv = { ALPN: 0x01, AUTHORITY: 0x02, CRC32C: 0x03, SSL: 0x20, SSL_VERSION: 0x21 } as const;

/** §2.2.6, the first byte of an SSL TLV: the client came over TLS. */
export const CLIENT_SSL = 0x01;

/** A DNS name as a Host may have it, without a port: SNI has no place for an IPv6 address or a port (RFC 6066 §3). */
export function isAuthority(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === COLON) return false;
  return isHost(bytes, start, end);
}

/** A name of a TLS version or protocol: 1 to 255 visible ASCII characters, fit for a log line. RFC 7301 §3.1 has the length. */
export function isToken(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! <= 0x20 || bytes[at]! >= 0x7f) return false;
  return end > start && end - start <= 255;
}

const COLON = 0x3a;
