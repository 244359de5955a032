/** The bytes that HTTP/1.1 gives a meaning, and one table that says what a byte may be part of. */
export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const ASTERISK = 0x2a;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const ZERO = 0x30;
export const NINE = 0x39;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const QUESTION = 0x3f;
export const BRACKET_OPEN = 0x5b;
export const BRACKET_CLOSE = 0x5d;

/** tchar (RFC 9110 §5.6.2). */
export const TOKEN = 1;
/** What may stand inside a field value: field-vchar with obs-text, SP and HTAB (RFC 9110 §5.5). */
export const VALUE = 2;
/** What a request target may hold here: visible ASCII but `#`, and bytes from 0x80 on, which clients do send raw and which pass as they are. */
export const TARGET = 4;
/** A character of a host name: letters, digits, `-` and `_`. The dot is a rule of its own. */
export const HOSTNAME = 8;
/** HEXDIG, either case. */
export const HEX = 16;

/** What each byte may be part of: a sum of the constants above. */
export const CLASS: Uint8Array = (() => {
  const table = new Uint8Array(256);
  const mark = (characters: string, bit: number): void => {
    for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)]! |= bit;
  };
  const digits = '0123456789';
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  mark(`${digits}${letters}!#$%&'*+-.^_\`|~`, TOKEN);
  mark(`${digits}${letters}-_`, HOSTNAME);
  mark(`${digits}abcdefABCDEF`, HEX);
  for (let byte = 0x20; byte < 0x100; byte++) if (byte !== 0x7f) table[byte]! |= VALUE;
  table[HTAB]! |= VALUE;
  for (let byte = 0x21; byte < 0x100; byte++) if (byte !== 0x7f && byte !== 0x23) table[byte]! |= TARGET;
  return table;
})();

/**
 * Where the run of bytes of one class that begins at `at` ends: the first byte that is not of it, or `end`. Four bytes
 * per turn, since most of a head is long values: about a third less time than one by one.
 */
export function afterRun(bytes: Uint8Array, at: number, end: number, bit: number): number {
  const table = CLASS;
  const stop = end - 3;
  while (at < stop && (table[bytes[at]!]! & table[bytes[at + 1]!]! & table[bytes[at + 2]!]! & table[bytes[at + 3]!]! & bit) !== 0) at += 4;
  while (at < end && (table[bytes[at]!]! & bit) !== 0) at++;
  return at;
}

/** The value of one HEXDIG. */
export function hexValue(byte: number): number {
  return byte <= NINE ? byte - ZERO : (byte | 0x20) - 0x61 + 10;
}

/** Two texts are the same but for the case of ASCII letters; `lower` is in lower case already. */
export function sameIgnoringCase(text: string, lower: string): boolean {
  return text.length === lower.length && (text === lower || text.toLowerCase() === lower);
}
