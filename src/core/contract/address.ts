/**
 * IP addresses from text and back. Parsing is strict: two programs that read one text as two addresses is how an
 * allow-list is walked around (`0177.0.0.1`, `127.1`), so what is not the one usual form is no address.
 */

export interface Address {
  readonly family: 4 | 6;
  /** 32 bits each, unsigned: one for IPv4, four for IPv6. A prefix compares with one AND per word. */
  readonly words: readonly number[];
}

/** Whether a zone (`fe80::1%eth0`, RFC 4007 §11) is refused, or taken off: it means something on its own host only. */
export type Zone = 'no-zone' | 'drop-zone';

/**
 * An IPv4 or IPv6 address, or undefined. An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is the IPv4 address: one
 * client must not have two names.
 */
export function parseAddress(text: string, zone: Zone = 'no-zone'): Address | undefined {
  if (text.indexOf(':') < 0) return parseIPv4(text);
  const address = parseIPv6(text, zone);
  return address !== undefined && isMapped(address) ? { family: 4, words: [address.words[3]!] } : address;
}

/** Four decimal numbers to 255 without leading zeros (RFC 3986 §3.2.2, `dec-octet`). */
export function parseIPv4(text: string): Address | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let word = 0;
  for (let i = 1; i <= 4; i++) {
    const digits = match[i]!;
    const octet = Number(digits);
    if (octet > 255 || (digits.length > 1 && digits[0] === '0')) return undefined;
    word = word * 256 + octet;
  }
  return { family: 4, words: [word] };
}

/** RFC 4291 §2.2: groups of up to four hex digits, one `::`, the last 32 bits also in IPv4 form. Mapped ones stay IPv6. */
export function parseIPv6(text: string, zone: Zone = 'no-zone'): Address | undefined {
  const percent = text.indexOf('%');
  if (percent >= 0) {
    if (zone === 'no-zone' || !/^[\w.~-]+$/.test(text.slice(percent + 1))) return undefined;
    text = text.slice(0, percent);
  }
  if (text.length > 45) return undefined;
  const gap = text.indexOf('::');
  if (gap < 0) {
    const all = groups(text, true);
    return all?.length === 8 ? fromGroups(all, []) : undefined;
  }
  if (text.indexOf('::', gap + 1) >= 0) return undefined; // a second gap, or `:::`
  const left = gap === 0 ? [] : groups(text.slice(0, gap), false);
  const right = gap + 2 === text.length ? [] : groups(text.slice(gap + 2), true);
  // The gap stands for one group at least (RFC 4291 §2.2).
  return left !== undefined && right !== undefined && left.length + right.length < 8 ? fromGroups(left, right) : undefined;
}

/** 16-bit groups of a text without `::`, or undefined. */
function groups(text: string, mayEndInIPv4: boolean): number[] | undefined {
  const parts = text.split(':');
  const out: number[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) { out.push(Number.parseInt(part, 16)); continue; }
    const tail = mayEndInIPv4 && i === parts.length - 1 ? parseIPv4(part) : undefined;
    if (tail === undefined) return undefined;
    out.push(tail.words[0]! >>> 16, tail.words[0]! & 0xffff);
  }
  return out;
}

/** The two sides of a gap, with zeros between them up to eight groups. */
function fromGroups(left: readonly number[], right: readonly number[]): Address {
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  const words = [0, 2, 4, 6].map((i) => ((all[i]! << 16) | all[i + 1]!) >>> 0);
  return { family: 6, words };
}

/** `::ffff:0:0/96` (RFC 4291 §2.5.5.2). */
export function isMapped(address: Address): boolean {
  return address.family === 6 && address.words[0] === 0 && address.words[1] === 0 && address.words[2] === 0xffff;
}

/** The one text of an address: dotted decimal, or RFC 5952 for IPv6. */
export function canonical(address: Address): string {
  if (address.family === 4) {
    const word = address.words[0]!;
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
  }
  const all = address.words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const gap = longestZeros(all);
  const hex = (from: number, to: number): string => all.slice(from, to).map((group) => group.toString(16)).join(':');
  return gap.length < 2 ? hex(0, 8) : `${hex(0, gap.at)}::${hex(gap.at + gap.length, 8)}`;
}

/**
 * Who an address stands for where it is counted what comes from one: itself, and of IPv6 the first 64 bits, since whoever has
 * one address of such a network may take any of them (RFC 6177, RFC 4291 §2.5.1). Of canonical text; what is no address stays as it is.
 */
export function networkOf(address: string): string {
  if (address.indexOf(':') < 0) return address;
  const words = parseAddress(address, 'drop-zone')?.words;
  return words?.length === 4 ? canonical({ family: 6, words: [words[0]!, words[1]!, 0, 0] }) : address;
}

/** The longest run of zero groups, the first of equals (RFC 5952 §4.2.3). */
function longestZeros(all: readonly number[]): { at: number; length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && all[end] === 0) end++;
    if (end - at > best.length) best = { at, length: end - at };
    if (end > at) at = end;
  }
  return best;
}

/**
 * One element of `X-Forwarded-For`, or one `for` value of `Forwarded` (RFC 7239 §6): an address, quoted or not, with a
 * port or not. `unknown`, `_hidden` and everything else that is no address give undefined. An IPv6 address with a port
 * must have its brackets; without them the last group is read as part of the address.
 */
export function parseNode(text: string): Address | undefined {
  let node = trim(text);
  if (node.length >= 2 && node.startsWith('"') && node.endsWith('"')) node = node.slice(1, -1);
  if (node.startsWith('[')) {
    const close = node.indexOf(']');
    if (close < 0 || !isPort(node.slice(close + 1))) return undefined;
    const inner = node.slice(1, close);
    return inner.indexOf(':') < 0 ? undefined : parseAddress(inner);
  }
  const colon = node.indexOf(':');
  if (colon >= 0 && colon === node.lastIndexOf(':')) {
    return isPort(node.slice(colon)) ? parseIPv4(node.slice(0, colon)) : undefined;
  }
  return parseAddress(node);
}

/** Nothing, or a colon with a port number or an obfuscated one (RFC 7239 §6, `node-port`). */
function isPort(text: string): boolean {
  return text === '' || (/^:\d{1,5}$/.test(text) && Number(text.slice(1)) <= 65535) || /^:_[\w.-]+$/.test(text);
}

/** Optional white space of HTTP (RFC 9110 §5.6.3) taken off: space and tab, nothing else. A loop: the usual regular expression is quadratic in spaces. */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09;
