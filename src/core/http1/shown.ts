/** Foreign bytes in words that are safe for a log line: printable ASCII as it is, the rest as `\xNN`, cut after 48 bytes. */
export const shown = (bytes: Uint8Array, start: number, end: number): string => beginning(bytes, start, end, false);

/** `more`: something follows that is not to be shown. */
function beginning(bytes: Uint8Array, start: number, end: number, more: boolean): string {
  const stop = Math.min(end, start + 48);
  let text = '"';
  for (let at = start; at < stop; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c) text += String.fromCharCode(byte);
    else text += byteName(byte);
  }
  return more || end > stop ? `${text}…"` : `${text}"`;
}

/** A target without its query, and without a user's name and password: both may let somebody in, and what is said of a refused request goes to the log. */
export function shownTarget(bytes: Uint8Array, start: number, end: number): string {
  const target = bytes.subarray(start, end);
  const user = target[0] !== 0x2f && target.includes(0x40);
  const last = target.findIndex((byte) => byte === 0x3f || (user && (byte === 0x3a || byte === 0x40)));
  return last < 0 ? shown(bytes, start, end) : beginning(bytes, start, start + last + 1, true);
}

/** What is wrong with a host and port. A user's name and password before it are nothing to say aloud. */
export function notHost(bytes: Uint8Array, start: number, end: number): string {
  if (bytes.subarray(start, end).includes(0x40)) return 'It has an @: a user\'s name has no place before a host (RFC 9110 §4.2.4).';
  return `${shown(bytes, start, end)} is not a host with an optional port.`;
}

/** One byte as `\xNN`. */
export function byteName(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
