/**
 * Which names a local authority may speak for. The main one is fenced in to names and addresses that nobody else can
 * own; any other domain gets an authority of its own (scopeOf), so that no key on this machine can vouch for the world.
 */
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** Names that the public DNS never gives to anybody; each stands for itself and everything below. */
export const LOCAL_DOMAINS: readonly string[] = [
  'localhost', // RFC 6761 §6.3
  'test', // RFC 6761 §6.2
  'local', // RFC 6762 §3: multicast DNS, how a phone finds this machine
  'internal', // reserved for private use by ICANN's board, 29 July 2024
  'home.arpa', // RFC 8375
];

/** Addresses that the public network never routes; the private ones because a phone on the same network is a client too. */
export const LOCAL_NETWORKS: readonly string[] = [
  '127.0.0.0/8', '::1/128', // loopback
  '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', // RFC 1918
  '169.254.0.0/16', 'fe80::/10', // link-local, RFC 3927 and RFC 4291 §2.5.6
  'fc00::/7', // unique local, RFC 4193
];

const localNetworks = new BlockList();
for (const network of LOCAL_NETWORKS) {
  const [address = '', bits = ''] = network.split('/');
  localNetworks.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

export const isLocalAddress = (address: string): boolean =>
  isIP(address) !== 0 && localNetworks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether `name` is `domain` or below it, which is how a dNSName constraint reads (RFC 5280 §4.2.1.10). */
export const isWithin = (name: string, domain: string): boolean => name === domain || name.endsWith('.' + domain);

/** Whether the main authority may sign for this name (a leading `*.` is allowed). */
export const isLocalName = (name: string): boolean => LOCAL_DOMAINS.some((domain) => isWithin(name.replace(/^\*\./, ''), domain));

/** The wildcard that takes this name in: a star stands for exactly one label (RFC 9525 §6.3). Empty where the name has one label only. */
export function wildcardOver(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : '*' + name.slice(dot);
}

/** Letters, digits and hyphens (RFC 1123 §2.1), and `_`, which some development hosts carry; 253 characters at most. */
export const isHostName = (name: string): boolean =>
  name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));

/** What one authority is allowed to speak for. */
export interface Scope {
  /** Its folder's and file's name. */
  readonly id: string;
  /** In the certificate's name constraints. `excluded` wins over `permitted`. */
  readonly permitted: { readonly names: readonly string[]; readonly addresses: readonly string[] };
  readonly excluded: { readonly names: readonly string[]; readonly addresses: readonly string[] };
}

export const LOCAL_SCOPE: Scope = {
  id: 'local',
  permitted: { names: LOCAL_DOMAINS, addresses: LOCAL_NETWORKS },
  excluded: { names: [], addresses: [] },
};

const EVERY_ADDRESS = ['0.0.0.0/0', '::/0'];

/** A domain as the user gave it, in the form that certificates carry: lower case, ASCII, no dot at the end. Throws a plain Error where it is none. */
export function canonicalDomain(written: string): string {
  const bare = written.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare)) return bare.toLowerCase();
  const star = bare.startsWith('*.') ? '*.' : '';
  const rest = bare.slice(star.length).toLowerCase().replace(/\.$/, '');
  // Only what is not ASCII is translated (RFC 5891): the function would also read `x/y` as a host and a path.
  const name = /^[a-z0-9._\u0080-\u{10ffff}-]+$/u.test(rest) && /[^\0-\x7f]/.test(rest) ? domainToASCII(rest) : rest;
  if (!isHostName(name)) throw new Error(`The domain ${JSON.stringify(written)} is not a host name or address. Expected one like shop.example.com, or *.example.com for one level below.`);
  if (star && !name.includes('.') && !isLocalName(name)) throw new Error(`The domain ${JSON.stringify(written)} would take in a whole top-level domain. Name the hosts themselves.`);
  return star + name;
}

/** The scope of the authority that signs for a canonical domain: the main one where it may, else one for this domain alone. */
export function scopeOf(domain: string): Scope {
  const version = isIP(domain);
  if (version) {
    if (isLocalAddress(domain)) return LOCAL_SCOPE;
    // A constraint on one kind of name says nothing about the other kinds (RFC 5280 §4.2.1.10), so those are excluded.
    return { id: domain.replaceAll(':', '-'), permitted: { names: [], addresses: [`${domain}/${version === 6 ? 128 : 32}`] }, excluded: { names: [''], addresses: [] } };
  }
  if (isLocalName(domain)) return LOCAL_SCOPE;
  const name = domain.replace(/^\*\./, '');
  // `--domain app` means a host of the local network, but .app is a top-level domain: everything below stays shut.
  const below = name.includes('.') ? [] : ['.' + name];
  return { id: name, permitted: { names: [name], addresses: [] }, excluded: { names: below, addresses: EVERY_ADDRESS } };
}
