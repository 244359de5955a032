import { trim } from './address.ts';

/** One hop's element of `Forwarded`: lower-case parameter names to values, unquoted. */
export type ForwardedElement = ReadonlyMap<string, string>;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Reads the value of `Forwarded` (RFC 7239 §4), leftmost element first; undefined where any of it is malformed. All or
 * nothing, since a client's unfinished quote (`for="`) swallows what the proxy has appended to it, and what is left
 * looks well-formed from one end only.
 *
 * Wider than the grammar in two ways that real proxies need: white space around `;`, and unquoted values with `:`,
 * `[` and `]` in them (`for=192.0.2.1:4711`).
 */
export function parseForwarded(value: string): ForwardedElement[] | undefined {
  const elements: ForwardedElement[] = [];
  const texts = splitOutsideQuotes(value, ',');
  if (texts === undefined) return undefined;
  for (const text of texts) {
    if (trim(text) === '') continue; // an empty list element counts for nothing (RFC 9110 §5.6.1.2)
    const element = parseElement(text);
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return elements;
}

function parseElement(text: string): ForwardedElement | undefined {
  const element = new Map<string, string>();
  for (const pair of splitOutsideQuotes(text, ';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals < 0) {
      if (trim(pair) === '') continue;
      return undefined;
    }
    const name = trim(pair.slice(0, equals)).toLowerCase();
    const value = unquote(trim(pair.slice(equals + 1)));
    // "Each parameter MUST NOT occur more than once per field-value element."
    if (!TOKEN.test(name) || value === undefined || element.has(name)) return undefined;
    element.set(name, value);
  }
  return element.size === 0 ? undefined : element;
}

function unquote(text: string): string | undefined {
  if (!text.startsWith('"')) return /^[^\s",;=\\]+$/.test(text) ? text : undefined;
  return /^"(?:[^"\\]|\\.)*"$/.test(text) ? text.slice(1, -1).replace(/\\(.)/g, '$1') : undefined;
}

/** Undefined where a quote is left open. */
function splitOutsideQuotes(text: string, separator: string): string[] | undefined {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (quoted) return undefined;
  parts.push(text.slice(from));
  return parts;
}

/** A value as a token where it is one, else quoted (RFC 7239 §4: anything with a colon or bracket needs its quotes). */
export function quoteForwarded(value: string): string {
  return TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** A client as `for` wants it (RFC 7239 §6): IPv6 in brackets and quotes; what is no address is `unknown`. */
export function forwardedNode(client: string): string {
  if (client === 'unix') return 'unknown';
  return client.indexOf(':') < 0 ? client : `"[${client}]"`;
}
