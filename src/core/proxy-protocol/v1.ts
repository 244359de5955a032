import { latin1 } from '../bytes.ts';
import { canonical, parseAddress, parseIPv4, parseIPv6 } from '../contract/address.ts';
import { Fault } from '../errors.ts';
import type { ProxyHeader, ProxyNode } from './header.ts';

/** §2.1: the longest line, with its CRLF. */
export const MAX_LINE = 107;

/** One line of version 1 (§2.1), `bytes[0, end)` without its CRLF; it is known to begin with `PROXY `. */
export function readV1(bytes: Uint8Array, end: number): ProxyHeader | Fault {
  const line = latin1(bytes, 6, end);
  // §2.1: what comes after UNKNOWN is ignored.
  if (line === 'UNKNOWN' || line.startsWith('UNKNOWN ')) return { kind: 'unknown' };
  const parts = line.split(' ');
  const [family, from = '', to = '', fromPort = '', toPort = ''] = parts;
  if (family !== 'TCP4' && family !== 'TCP6') return bad(line, 'TCP4, TCP6 or UNKNOWN');
  if (parts.length !== 5) return bad(line, 'two addresses and two ports with one space between each');
  const source = node(family, from, fromPort);
  const destination = node(family, to, toPort);
  if (source === undefined || destination === undefined) {
    return bad(line, `two ${family === 'TCP4' ? 'IPv4' : 'IPv6'} addresses and two ports to 65535, without leading zeros`);
  }
  return { kind: 'proxied', source, destination };
}

function node(family: 'TCP4' | 'TCP6', text: string, port: string): ProxyNode | undefined {
  if (!/^(0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65_535) return undefined;
  const inFamily = family === 'TCP4' ? parseIPv4(text) : parseIPv6(text);
  const address = inFamily && parseAddress(text); // a mapped one is IPv4: one client has one name
  return address && { address: canonical(address), port: Number(port) };
}

function bad(line: string, expected: string): Fault {
  return new Fault('proxy-header-bad', `the line says ${JSON.stringify(line.replace(/[^ -~]/g, '?'))}; expected ${expected}`);
}
