import { canonical, isMapped, parseAddress, parseIPv4, parseIPv6, type Address } from './address.ts';
import { ContractError } from './contract-error.ts';
import { PUBLISHED } from './published/index.ts';

/** Who is at the other end of a connection, as the socket shows it. A transport's endpoint has this shape. */
export type Peer =
  /** `address` in canonical text, as {@link canonical} gives it: IPv4-mapped is IPv4, no zone. {@link ipPeer} makes one. */
  | { readonly kind: 'ip'; readonly address: string }
  | { readonly kind: 'unix' };

/** Addresses that share their first bits. */
interface Range {
  readonly family: 4 | 6;
  readonly words: readonly number[];
  readonly masks: readonly number[];
  readonly hop: Hop;
}

/**
 * What a trusted address stands for. `own`: a proxy and nothing else, so that an address list that names it goes on to
 * its left. `public`: the network of somebody who sells it, where proxies are, and clients too (Cloudflare's Workers
 * come from 2a06:98c0:3600::103, which is in its published networks). Such a peer is believed about its client, and that
 * client is the end of the list, whatever its address.
 */
export type Hop = 'own' | 'public';

/** Whose forwarding headers are believed. */
export interface Trust {
  readonly ranges: readonly Range[];
  readonly unix: boolean;
}

/** Nobody is believed: the usual case, one compare. */
export const NO_TRUST: Trust = { ranges: [], unix: false };

const WANTED = `an address (192.0.2.1), a network (10.0.0.0/8), "loopback", "unix", or a list that Sallyport has: ${[...PUBLISHED.keys()].map((word) => `"${word}"`).join(', ')}`;

/**
 * Compiles a list of trusted peers: addresses, networks in CIDR form, `loopback` (127.0.0.0/8 and ::1), `unix` (every
 * peer on a Unix socket: who may connect there is the file's permissions' business), and words for published lists
 * (`cloudflare`).
 *
 * @throws ContractError naming the entry. Refused on purpose: hop counts (they believe whoever connects), names (they
 * would be looked up), every address (`*`, `/0`: any client could then forge the scheme), and networks with bits after
 * their prefix (one of the two numbers is a mistake).
 */
export function compileTrust(entries: readonly string[]): Trust {
  if (entries.length === 0) return NO_TRUST;
  const ranges: Range[] = [];
  let unix = false;
  for (const entry of entries) {
    const word = entry.trim().toLowerCase();
    const published = PUBLISHED.get(word);
    if (word === 'unix') unix = true;
    // First in the list, so that a network which is also there by hand stays public.
    else if (published !== undefined) ranges.unshift(...published.networks.map((network) => parseRange(network, entry, 'public')));
    else if (word === 'loopback') ranges.push(parseRange('127.0.0.0/8', entry), parseRange('::1', entry));
    else ranges.push(parseRange(word, entry));
  }
  return { ranges, unix };
}

function parseRange(text: string, entry: string, hop: Hop = 'own'): Range {
  const slash = text.indexOf('/');
  const base = slash < 0 ? text : text.slice(0, slash);
  let address: Address | undefined = base.indexOf(':') < 0 ? parseIPv4(base) : parseIPv6(base);
  if (address === undefined) throw notAnAddress(text, entry);
  const width = address.family === 4 ? 32 : 128;
  const suffix = slash < 0 ? String(width) : text.slice(slash + 1);
  let bits = Number(suffix);
  if (!/^(0|[1-9]\d{0,2})$/.test(suffix) || bits > width) {
    throw wrong(entry, `"/${suffix}" is not a prefix length from 1 to ${width}`);
  }
  if (isMapped(address) && bits >= 96) {
    address = { family: 4, words: [address.words[3]!] };
    bits -= 96;
  }
  if (bits === 0) throw wrong(entry, 'it would believe every address, so that any client could forge the scheme and its address; write the network of your proxies, such as 10.0.0.0/8');
  const masks = address.words.map((_, i) => mask(bits - i * 32));
  const words = address.words.map((value, i) => (value & masks[i]!) >>> 0);
  if (words.some((value, i) => value !== address.words[i])) {
    throw wrong(entry, `it has bits after its prefix: write ${canonical({ family: address.family, words })}/${bits} for the network or ${canonical(address)} for the one address`);
  }
  return { family: address.family, words, masks, hop };
}

/** The first `bits` of 32 set. */
const mask = (bits: number): number => (bits <= 0 ? 0 : bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0);

function notAnAddress(text: string, entry: string): ContractError {
  if (/^\d+$/.test(text)) return wrong(entry, 'a number of hops cannot tell a proxy from a client that went around it: write the address or network of the proxy that connects to this front, such as 10.0.0.0/8');
  if (text === '*' || text === 'all' || text === 'true') return wrong(entry, 'it would believe every client: write the address or network of your proxies, such as 10.0.0.0/8');
  if (text.includes('%')) return wrong(entry, 'an address here has no zone: leave out "%" and what follows it');
  if (/^[a-z]/.test(text) && !text.includes(':')) return wrong(entry, `names are not looked up, and there is no list of this name: expected ${WANTED}`);
  return wrong(entry, `expected ${WANTED}`);
}

function wrong(entry: string, why: string): ContractError {
  return new ContractError('trust', entry, `trust "${entry}": ${why}.`);
}

/** Whether this peer's forwarding headers are believed. */
export function trusts(trust: Trust, peer: Peer): boolean {
  return hopOf(trust, peer) !== undefined;
}

/** As what this peer is believed; undefined where it is not. */
export function hopOf(trust: Trust, peer: Peer): Hop | undefined {
  if (trust === NO_TRUST) return undefined;
  if (peer.kind === 'unix') return trust.unix ? 'own' : undefined;
  const address = parseAddress(peer.address, 'drop-zone');
  return address && hopAt(trust, address);
}

export function hopAt(trust: Trust, address: Address): Hop | undefined {
  for (const range of trust.ranges) {
    if (range.family !== address.family) continue;
    let same = true;
    for (let i = 0; same && i < range.words.length; i++) same = ((address.words[i]! & range.masks[i]!) >>> 0) === range.words[i];
    if (same) return range.hop;
  }
  return undefined;
}

/** A peer from any spelling of its address; undefined where the text is none. For those who do not have canonical text at hand. */
export function ipPeer(text: string): Peer | undefined {
  const address = parseAddress(text, 'drop-zone');
  return address && { kind: 'ip', address: canonical(address) };
}
