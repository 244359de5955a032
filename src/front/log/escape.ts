const CLEAN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const BEYOND_ASCII = /[\x7f-\uffff]/g;

/**
 * Text of a message as a JSON string. Its characters stand for bytes of no known encoding, so those beyond ASCII are
 * written by number, and the log stays ASCII whatever clients send.
 */
export function quoted(text: string): string {
  return CLEAN.test(text)
    ? `"${text}"`
    : JSON.stringify(text).replace(BEYOND_ASCII, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const hex = (char: string): string => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** Text between double quotes as Apache and nginx log it: quotes, backslashes and what cannot be printed as `\xHH`. */
export function escaped(text: string): string {
  return CLEAN.test(text) ? text : text.replace(/["\\]|[^\x20-\x7e]/g, (char) => (char === '"' ? '\\"' : char === '\\' ? '\\\\' : hex(char)));
}

/** A field between spaces: as {@link escaped}, and a space would end it. */
export const word = (text: string): string => (text === '' ? '-' : escaped(text).replaceAll(' ', '\\x20'));

// C0, C1 and DEL drive terminals; the others reorder or hide text on one (CVE-2021-42574 shows what that is good for).
const DRIVES_A_TERMINAL = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A message of ours for a terminal: other scripts stay readable (paths, names), nothing moves the cursor. */
export function forTerminal(text: string): string {
  return text.replace(DRIVES_A_TERMINAL, (char) => (char <= '\xff' ? hex(char) : `\\u${char.charCodeAt(0).toString(16)}`));
}
