import { latin1 } from '../bytes.ts';
import { crc32c } from './crc32c.ts';
import { CLIENT_SSL, isAuthority, isToken, Tlv } from './header.ts';
import type { ProxyFacts } from './header.ts';

type Facts = { -readonly [Key in keyof ProxyFacts]: ProxyFacts[Key] };

/**
 * The TLVs of a version 2 header (§2.2), `header[start, its end)`. Types that mean nothing here are skipped, as the
 * specification has it; one that means something may be there once: two would be two truths.
 *
 * @returns the facts, or in words what is wrong.
 */
export function readFacts(header: Uint8Array, start: number): ProxyFacts | string {
  const facts: Facts = {};
  const wrong = eachTlv(header, { start, end: header.length }, (type, from, to) => {
    switch (type) {
      case Tlv.ALPN:
        if (!isToken(header, from, to)) return 'the ALPN TLV is not 1 to 255 visible characters';
        facts.alpn = latin1(header, from, to);
        return undefined;
      case Tlv.AUTHORITY:
        if (!isAuthority(header, from, to)) return 'the AUTHORITY TLV is not a host name';
        facts.authority = latin1(header, from, to).toLowerCase();
        return undefined;
      case Tlv.CRC32C:
        return checkSum(header, from, to);
      case Tlv.SSL:
        return readSsl(header, { start: from, end: to }, facts);
      default:
        return undefined;
    }
  });
  return wrong ?? facts;
}

/** §2.2.6. What the balancer thinks of a client certificate (`verify`, CN) is not told on, so it is not read. */
function readSsl(header: Uint8Array, { start, end }: Span, facts: Facts): string | undefined {
  if (end - start < 5) return 'the SSL TLV is shorter than 5 bytes';
  facts.secure = (header[start]! & CLIENT_SSL) !== 0;
  return eachTlv(header, { start: start + 5, end }, (type, from, to) => {
    if (type !== Tlv.SSL_VERSION) return undefined;
    if (!isToken(header, from, to)) return 'the TLS version is not 1 to 255 visible characters';
    facts.tlsVersion = latin1(header, from, to);
    return undefined;
  });
}

/** §2.2.3. In network byte order, as all numbers of the header; HAProxy's are. */
function checkSum(header: Uint8Array, from: number, to: number): string | undefined {
  if (to - from !== 4) return 'the CRC32C TLV is not 4 bytes long';
  const told = new DataView(header.buffer, header.byteOffset).getUint32(from);
  const counted = crc32c(header, from);
  return told === counted ? undefined : `the checksum is ${hex(told)}, but the header's is ${hex(counted)}`;
}

interface Span { readonly start: number; readonly end: number }

/** Tells each value of a vector that fills `span` exactly, until one is wrong. */
function eachTlv(bytes: Uint8Array, { start, end }: Span, tell: (type: number, from: number, to: number) => string | undefined): string | undefined {
  const met = new Set<number>();
  for (let at = start; at < end;) {
    if (end - at < 3) return `${end - at} bytes after the last TLV`;
    const type = bytes[at]!;
    const from = at + 3;
    at = from + bytes[at + 1]! * 256 + bytes[at + 2]!;
    if (at > end) return `the TLV ${hex(type)} is longer than what is left of the header`;
    if (ONCE.has(type) && met.has(type)) return `the TLV ${hex(type)} is there twice`;
    met.add(type);
    const wrong = tell(type, from, at);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const ONCE: ReadonlySet<number> = new Set(Object.values(Tlv));

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;
