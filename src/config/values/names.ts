import { domainToASCII } from 'node:url';
import { isIPv4, isIPv6 } from 'node:net';
import { BadValue } from '../problems.ts';

/** A host name a site answers to, in the form it is compared in: lower case, IDNs in their ASCII form, IPv6 in brackets. */
export function parseHostName(written: string): string {
  const text = written.trim().replace(/\.$/, '');
  if (text.includes('://') || text.includes('/')) throw new BadValue('a host name alone, such as example.com', 'Leave out the scheme and the path');
  if (isIPv4(text)) return text;
  const inner = text.replace(/^\[|\]$/g, '');
  if (isIPv6(inner)) return `[${new URL(`http://[${inner}]/`).hostname.slice(1, -1)}]`;
  if (text.includes(':')) throw new BadValue('a host name without a port', 'Ports belong to the doors: --https, --public-https-port');
  const wild = text.startsWith('*.');
  const ascii = domainToASCII(wild ? text.slice(2) : text);
  if (ascii === '' || ascii.includes('*') || !ascii.split('.').every(isLabel)) {
    throw new BadValue('a host name such as example.com, or *.example.com for one level below');
  }
  return wild ? `*.${ascii}` : ascii;
}

const isLabel = (label: string): boolean => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label);

/** A field name (RFC 9110 §5.1: a token). Gives it back as written. */
export function parseFieldName(written: string): string {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(written)) throw new BadValue('the name of a header, such as X-Forwarded-Proto');
  return written;
}

/** What a well-known header carries, so that `--trust-header X-Real-IP` needs no explanation. */
const CARRIES: Readonly<Record<string, TrustedFact>> = {
  'x-forwarded-proto': 'scheme', 'x-forwarded-protocol': 'scheme', 'x-forwarded-scheme': 'scheme', 'x-forwarded-ssl': 'scheme',
  'x-scheme': 'scheme', 'x-url-scheme': 'scheme', 'front-end-https': 'scheme', 'cloudfront-forwarded-proto': 'scheme',
  'x-forwarded-for': 'client', 'x-real-ip': 'client', 'x-client-ip': 'client', 'true-client-ip': 'client',
  'cf-connecting-ip': 'client', 'x-cluster-client-ip': 'client',
  'x-forwarded-host': 'host', 'x-host': 'host',
  'x-forwarded-port': 'port',
  'x-request-id': 'id', 'cf-ray': 'id', 'x-amzn-trace-id': 'id',
};

export type TrustedFact = 'scheme' | 'client' | 'host' | 'port' | 'id';

/** `NAME` for a well-known header, or `scheme=NAME`, `client=NAME`, `host=NAME`, `port=NAME`, `id=NAME`. What it carries, and its name. */
export function parseTrustHeader(written: string): { readonly facts: readonly TrustedFact[]; readonly name: string } {
  const split = /^(scheme|client|host|port|id)=(.*)$/i.exec(written.trim());
  if (split !== null) return { facts: [split[1]!.toLowerCase() as TrustedFact], name: parseFieldName(split[2]!) };
  const name = parseFieldName(written.trim());
  if (name.toLowerCase() === 'forwarded') return { facts: ['scheme', 'client'], name }; // RFC 7239 §5: proto and for; its host counts when named
  const fact = CARRIES[name.toLowerCase()];
  if (fact === undefined) {
    throw new BadValue('a well-known forwarding header, or what it carries and its name', `Say what ${name} carries: scheme=${name}, client=${name}, host=${name}, port=${name} or id=${name}`);
  }
  return { facts: [fact], name };
}
