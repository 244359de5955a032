import { canonical } from '../contract/address.ts';
import type { Address } from '../contract/address.ts';
import { Fault } from '../errors.ts';
import type { ProxyHeader, ProxyNode } from './header.ts';
import { readFacts } from './tlv.ts';

/** Signature, version and command, family and protocol, length (§2.2). */
export const FIXED = 16;

/**
 * The longest header, in bytes; a length may say 64 KiB more than that. One has to fit into 536 bytes (§2), those with
 * all of HAProxy's TLVs do, and nginx stops at the same 4096 (its src/core/ngx_proxy_protocol.h).
 */
export const MAX_HEADER = 4096;

const LOCAL = 0;
const PROXY = 1;
const UNSPEC = 0;
const STREAM = 1;
const DGRAM = 2;
/** Bytes of both addresses with their ports, by family: unspecified, IPv4, IPv6, Unix. */
const ADDRESS_BYTES = [0, 12, 36, 216];

/** The length of the header that begins with these 16 bytes, or why it is none. */
export function sizeOfV2(bytes: Uint8Array): number | Fault {
  const version = bytes[12]! >>> 4;
  const command = bytes[12]! & 15;
  const family = bytes[13]! >>> 4;
  const protocol = bytes[13]! & 15;
  const length = bytes[14]! * 256 + bytes[15]!;
  if (version !== 2) return bad(`version ${version}; expected 2`);
  if (command > PROXY) return bad(`command ${command} is not assigned`);
  if (FIXED + length > MAX_HEADER) return bad(`${FIXED + length} bytes; at most ${MAX_HEADER} are taken`);
  if (command === LOCAL) return FIXED + length; // §2.2: the family is ignored
  if (family >= ADDRESS_BYTES.length) return bad(`address family ${family} is not assigned`);
  if (protocol > DGRAM) return bad(`transport protocol ${protocol} is not assigned`);
  if (protocol === DGRAM) return bad('it tells of datagrams; this is a stream');
  if (protocol === STREAM && length < ADDRESS_BYTES[family]!) return bad(`${length} bytes are too few for the addresses; ${ADDRESS_BYTES[family]} are needed`);
  return FIXED + length;
}

/** A whole header, of the length that {@link sizeOfV2} gave. */
export function readV2(header: Uint8Array): ProxyHeader | Fault {
  const family = header[13]! >>> 4;
  const protocol = header[13]! & 15;
  // §2.2: the block of a LOCAL is discarded. So is one whose family and protocol do not say together how long its addresses are.
  if ((header[12]! & 15) === LOCAL) return { kind: 'local' };
  if ((family === UNSPEC) !== (protocol === UNSPEC)) return { kind: 'unknown' };
  const facts = readFacts(header, FIXED + ADDRESS_BYTES[family]!);
  if (typeof facts === 'string') return bad(facts);
  const width = family === 1 ? 4 : family === 2 ? 16 : 0;
  // Unspecified: no addresses. Unix: they name nothing outside the balancer's host; a receiver may take it as unspecified (§2.2).
  if (width === 0) return { kind: 'unknown', ...facts };
  return { kind: 'proxied', source: node(header, width, 0), destination: node(header, width, 1), ...facts };
}

/** Both addresses come first, then both ports. */
function node(header: Uint8Array, width: number, index: number): ProxyNode {
  const view = new DataView(header.buffer, header.byteOffset);
  const at = FIXED + width * index;
  let words = Array.from({ length: width / 4 }, (_, i) => view.getUint32(at + i * 4));
  if (width === 16 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff) words = [words[3]!]; // mapped: one client has one name
  const address: Address = { family: words.length === 1 ? 4 : 6, words };
  return { address: canonical(address), port: view.getUint16(FIXED + width * 2 + index * 2) };
}

function bad(detail: string): Fault {
  return new Fault('proxy-header-bad', detail);
}
