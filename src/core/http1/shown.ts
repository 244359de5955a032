/** Foreign bytes in words that are safe for a log line: printable ASCII as it is, the rest as `\xNN`, cut after 48 bytes. */
export function shown(bytes: Uint8Array, start: number, end: number): string {
  const stop = Math.min(end, start + 48);
  let text = '"';
  for (let at = start; at < stop; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c) text += String.fromCharCode(byte);
    else text += byteName(byte);
  }
  return end > stop ? `${text}…"` : `${text}"`;
}

/** One byte as `\xNN`. */
export function byteName(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
