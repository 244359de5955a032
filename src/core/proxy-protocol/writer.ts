import { writeLatin1 } from '../bytes.ts';
import { canonical, parseAddress } from '../contract/address.ts';
import type { Address } from '../contract/address.ts';
import { crc32c } from './crc32c.ts';
import { CLIENT_SSL, isAuthority, isToken, SIGNATURE, Tlv } from './header.ts';
import type { ProxyHeader, ProxyNode, ProxyVersion } from './header.ts';

export interface ProxyWriteOptions {
  /** Whether version 2 carries a checksum (§2.2.3). Not by default: TCP has one, and a receiver may know no TLVs. */
  readonly checksum?: boolean;
}

/**
 * A header for the beginning of a connection. An IPv4 end beside an IPv6 one is written as IPv6 (mapped). Without two
 * addresses and ports it is UNKNOWN or LOCAL, and tells nothing else. Facts that a receiver would have to refuse, and
 * all facts in version 1, are left out. So what is written can always be read.
 */
export function writeProxy(version: ProxyVersion, header: ProxyHeader, options: ProxyWriteOptions = {}): Uint8Array {
  return version === 'v1' ? writeV1(header) : writeV2(header, options);
}

function writeV1(header: ProxyHeader): Uint8Array {
  const pair = pairOf(header);
  const line = pair === undefined ? 'PROXY UNKNOWN\r\n'
    : `PROXY TCP${pair.family} ${canonical(pair.source)} ${canonical(pair.destination)} ${pair.ports.join(' ')}\r\n`;
  const bytes = new Uint8Array(line.length);
  writeLatin1(bytes, line, 0);
  return bytes;
}

function writeV2(header: ProxyHeader, { checksum = false }: ProxyWriteOptions): Uint8Array {
  const pair = pairOf(header);
  // Not UNSPEC, with which facts could be told: a receiver is free to reject that (§2.2), and HAProxy 2.6 does. It has to accept LOCAL.
  if (pair === undefined) return Uint8Array.of(...SIGNATURE, 0x20, 0x00, 0, 0);
  const block: number[] = [];
  for (const word of [...pair.source.words, ...pair.destination.words]) block.push(word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255);
  for (const port of pair.ports) block.push(port >>> 8, port & 255);
  block.push(...factsOf(header));
  if (checksum) block.push(...tlv(Tlv.CRC32C, [0, 0, 0, 0]));
  const bytes = Uint8Array.of(...SIGNATURE, 0x21, pair.family === 4 ? 0x11 : 0x21, block.length >>> 8, block.length & 255, ...block);
  if (checksum) new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32c(bytes));
  return bytes;
}

interface Pair {
  readonly family: 4 | 6;
  readonly source: Address;
  readonly destination: Address;
  readonly ports: readonly [number, number];
}

function pairOf(header: ProxyHeader): Pair | undefined {
  if (header.kind !== 'proxied') return undefined;
  const source = addressOf(header.source);
  const destination = addressOf(header.destination);
  if (source === undefined || destination === undefined) return undefined;
  const ports = [header.source.port, header.destination.port] as const;
  return source.family === destination.family ? { family: source.family, source, destination, ports }
    : { family: 6, source: mapped(source), destination: mapped(destination), ports };
}

function addressOf({ address, port }: ProxyNode): Address | undefined {
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? parseAddress(address, 'drop-zone') : undefined;
}

/** RFC 4291 §2.5.5.2. */
const mapped = (address: Address): Address => (address.family === 6 ? address : { family: 6, words: [0, 0, 0xffff, address.words[0]!] });

function factsOf({ alpn, authority, secure, tlsVersion }: ProxyHeader): number[] {
  const out: number[] = [];
  const add = (type: number, text: string | undefined, fits: typeof isToken): number[] => {
    const value = Uint8Array.from(text ?? '', (character) => Math.min(character.codePointAt(0)!, 255));
    return fits(value, 0, value.length) ? tlv(type, value) : [];
  };
  out.push(...add(Tlv.ALPN, alpn, isToken), ...add(Tlv.AUTHORITY, authority, isAuthority));
  if (secure !== undefined) {
    // §2.2.6: `verify` is zero only for a client certificate that was verified; there is none here.
    out.push(...tlv(Tlv.SSL, [secure ? CLIENT_SSL : 0, 0, 0, 0, 1, ...add(Tlv.SSL_VERSION, tlsVersion, isToken)]));
  }
  return out;
}

const tlv = (type: number, value: ArrayLike<number>): number[] => [type, value.length >>> 8, value.length & 255, ...Array.from(value)];
