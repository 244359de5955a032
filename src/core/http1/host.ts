import { BRACKET_CLOSE, BRACKET_OPEN, CLASS, COLON, DOT, HEX, HOSTNAME, NINE, ZERO } from './chars.ts';

/** A DNS name has at most 253 characters in text (RFC 1035 §2.3.4), one more with the trailing dot; then `:65535`. */
const MAX_HOST = 254 + 6;

/**
 * Whether `bytes[start, end)` is a host with an optional port (RFC 9110 §7.2), in the part of the grammar that names a
 * site: labels of letters, digits, `-` and `_` with dots between them and perhaps one at the end, or an IPv6 address in
 * brackets; the port 1 to 65535 without leading zeros. Percent-encoding, sub-delims, zones and IPvFuture
 * (RFC 3986 §3.2.2) are not accepted: no client needs them, and each is read differently somewhere.
 */
export function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > MAX_HOST) return false;
  let at = start;
  if (bytes[at] === BRACKET_OPEN) {
    while (at < end && bytes[at] !== BRACKET_CLOSE) at++;
    if (at === end || !isIPv6(bytes, start + 1, at)) return false;
    at++;
  } else {
    let labelStart = start;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if ((CLASS[byte]! & HOSTNAME) !== 0) continue;
      if (byte !== DOT) break;
      if (at === labelStart) return false;
      labelStart = at + 1;
    }
    if (at === start) return false;
  }
  return at === end || (bytes[at] === COLON && isPort(bytes, at + 1, end));
}

function isPort(bytes: Uint8Array, start: number, end: number): boolean {
  if (end === start || end - start > 5 || bytes[start] === ZERO) return false;
  let port = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) return false;
    port = port * 10 + byte - ZERO;
  }
  return port <= 65_535;
}

/** IPv6address (RFC 3986 §3.2.2): eight groups of one to four HEXDIG, one run of them as `::`, the last two perhaps as IPv4. */
function isIPv6(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  let groups = 0;
  let compressed = false;
  if (end - at >= 2 && bytes[at] === COLON && bytes[at + 1] === COLON) {
    compressed = true;
    at += 2;
    if (at === end) return true;
  }
  for (;;) {
    const group = at;
    while (at < end && (CLASS[bytes[at]!]! & HEX) !== 0) at++;
    if (at < end && bytes[at] === DOT) {
      groups += 2;
      if (!isIPv4(bytes, group, end)) return false;
      break;
    }
    if (at === group || at - group > 4) return false;
    groups++;
    if (at === end) break;
    if (bytes[at] !== COLON || ++at === end) return false;
    if (bytes[at] === COLON) {
      if (compressed) return false;
      compressed = true;
      if (++at === end) break;
    }
  }
  return compressed ? groups <= 7 : groups === 8;
}

/** IPv4address (RFC 3986 §3.2.2): four numbers to 255 without leading zeros. */
function isIPv4(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let octet = 0; octet < 4; octet++) {
    if (octet > 0 && bytes[at++] !== DOT) return false;
    const first = at;
    let value = 0;
    while (at < end && at - first < 3 && bytes[at]! >= ZERO && bytes[at]! <= NINE) value = value * 10 + bytes[at++]! - ZERO;
    if (at === first || value > 255 || (bytes[first] === ZERO && at - first > 1)) return false;
  }
  return at === end;
}

/** Host and port in one spelling, to compare: lower case, always with a port. `host` is one that {@link isHost} accepts. */
export function hostAndPort(host: string, defaultPort: number): string {
  const lower = host.toLowerCase();
  const colon = lower.lastIndexOf(':');
  return colon > lower.lastIndexOf(']') ? lower : `${lower}:${defaultPort}`;
}
