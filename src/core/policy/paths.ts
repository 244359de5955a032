/**
 * The one place where paths are compared. Every rule that goes by path (scheme policy, static prefixes, routes) asks
 * here, so that two rules never disagree about what a request is for. The app still gets the target byte for byte.
 *
 * Servers do not agree on how a path is read, and a rule that reads it one way before an app that reads it another way
 * is a hole (Envoy CVE-2019-9901 and CVE-2021-29492, Caddy CVE-2026-27587, Apache CVE-2024-38473). So a doubtful path
 * has several readings, and {@link judged} lets the strictest rule among them count:
 *
 * - as sent;
 * - compared: decoded once, `\` read as `/`, slashes merged, dot segments resolved (nginx, file systems);
 * - decoded once and dot segments resolved, but slashes not merged (RFC 3986 §5.2.4 to the letter: `/a//../b` is `/a/b`);
 * - dot segments resolved but `%2F` and `%5C` not decoded (the URL class of browsers and Node: `/a%2Fb/../c` is `/c`);
 * - compared, with `;parameters` taken off each segment first (Tomcat and Jetty: `/x/..;/admin` is `/admin`).
 *
 * Not done, on purpose: a second decoding (`%252e`; the app would have to decode twice as well), overlong UTF-8, and
 * folding of letter case (prefixes mean the letters they are written with). `%00` becomes a NUL, which no prefix has
 * and which whoever opens files must refuse.
 */

/** The path part of a target as it was sent: up to the `?`. */
export function rawPath(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/** The path decoded once, byte by byte, and nothing else done to it: what CGI calls decoded (RFC 3875 §4.1.5). Latin1. */
export function decodedPath(target: string): string {
  return decode(rawPath(target), EVERYTHING);
}

/**
 * The path that rules compare. `target` is origin-form in latin1 (one character one byte); the answer too. It begins
 * with `/`, has no empty segment but a last one, and no dot segment. `*` (RFC 9112 §3.2.4) is `/`.
 */
export function comparedPath(target: string): string {
  const end = scan(target);
  if (end >= 0) return end === target.length ? target : target.slice(0, end);
  return resolve(decode(target.slice(0, ~end), EVERYTHING).replaceAll('\\', '/'), true);
}

/** Whether dot segments of the path, decoded, lead above the root. The compared path stays at the root instead, as RFC 3986 §5.2.4 has it. */
export function leavesRoot(target: string): boolean {
  const end = scan(target);
  if (end >= 0) return false;
  let depth = 0;
  for (const segment of decode(target.slice(0, ~end), EVERYTHING).split(/[/\\]+/)) {
    if (segment === '..' && --depth < 0) return true;
    if (segment !== '..' && segment !== '.' && segment !== '') depth++;
  }
  return false;
}

/** Whether the path, decoded, has a `..` in it, wherever that leads. */
export function climbs(target: string): boolean {
  const end = scan(target);
  return end < 0 && decode(target.slice(0, ~end), EVERYTHING).split(/[/\\]/).includes('..');
}

/** Whether every server reads this path alike: nothing in it to decode, resolve, merge or take off. */
export function isPlainPath(target: string): boolean {
  return scan(target) >= 0;
}

/** Where a plain path ends in its target; negative for a path that is not plain. */
export function plainEnd(target: string): number {
  return scan(target);
}

/** All the readings of a target's path, the compared one first; a plain path has one. */
export function readings(target: string): readonly string[] {
  const end = scan(target);
  if (end >= 0) return [target.slice(0, end)];
  const sent = target.slice(0, ~end);
  const decoded = decode(sent, EVERYTHING).replaceAll('\\', '/');
  const raw = rawPath(target);
  const all = [resolve(decoded, true), HAS_UNWRITABLE.test(raw) ? decode(raw, UNWRITABLE) : raw];
  if (decoded.includes('/..') && decoded.includes('//')) all.push(resolve(decoded, false));
  if (HAS_DOUBTFUL_SLASH.test(sent)) all.push(resolve(decode(sent, UNESCAPED_SLASHES), true));
  if (decoded.includes(';')) all.push(resolve(decoded.replace(/;[^/]*/g, ''), true));
  return all;
}

/**
 * One pass over the path: where it ends, or the complement (`~end`, negative) where something in it needs doing. A `#`
 * is not in the grammar of a target (RFC 9112 §3.2.1), yet servers that parse one as a URL cut there, so it ends the
 * path (Envoy CVE-2021-32779).
 */
function scan(target: string): number {
  if (target.charCodeAt(0) !== SLASH) return ~(target === '*' ? 0 : pathEnd(target));
  for (let i = 0; i < target.length; i++) {
    const c = target.charCodeAt(i);
    if (ORDINARY[c] === 1) continue; // one look-up for most bytes
    if (c === QUERY) return i;
    if (c !== SLASH) return ~pathEnd(target);
    const next = target.charCodeAt(i + 1);
    if (next === SLASH || next === DOT) return ~pathEnd(target);
  }
  return target.length;
}

const SLASH = 0x2f, QUERY = 0x3f, DOT = 0x2e;
/** Bytes that mean nothing in a path but themselves: all except `/ ? % \ ; #`. */
const ORDINARY = new Uint8Array(256).fill(1);
for (const char of '/?%\\;#') ORDINARY[char.charCodeAt(0)] = 0;

function pathEnd(target: string): number {
  const end = target.search(/[?#]/);
  return end < 0 ? target.length : end;
}

type Decodes = (byte: number) => boolean;
const EVERYTHING: Decodes = () => true;
const UNESCAPED_SLASHES: Decodes = (byte) => byte !== SLASH && byte !== 0x5c;
/** Bytes that no client can send but escaped (space, non-ASCII): their escape is the raw form, not a disguise. */
const UNWRITABLE: Decodes = (byte) => byte >= 0x80 || byte === 0x20;
const HAS_UNWRITABLE = /%(?:20|[89a-f][0-9a-f])/i;
/** A separator to some servers and a character to others. */
const HAS_DOUBTFUL_SLASH = /\\|%(?:2f|5c)/i;

/** Percent-decodes once, byte by byte; an escape that is not one stays as it is. By hand, since a client may send 16 KiB of escapes. */
function decode(text: string, decodes: Decodes): string {
  let decoded = '';
  let from = 0;
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at)) {
    const byte = hexDigit(text.charCodeAt(at + 1)) * 16 + hexDigit(text.charCodeAt(at + 2));
    if (!(byte >= 0 && decodes(byte))) { at++; continue; }
    decoded += text.slice(from, at) + String.fromCharCode(byte);
    from = at += 3;
  }
  return from === 0 ? text : decoded + text.slice(from);
}

/** The digit's value, NaN for what is none. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : NaN;
}

/** RFC 3986 §5.2.4, never above the root; with `merge`, empty segments go first. */
function resolve(path: string, merge: boolean): string {
  const kept: string[] = [];
  const segments = path.split('/');
  for (let i = path.startsWith('/') ? 1 : 0; i < segments.length; i++) {
    const segment = segments[i]!;
    const last = i === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.' && (segment !== '' || !merge || last)) { kept.push(segment); continue; }
    if (last) kept.push(''); // `/a/..` and `/a/.` end in a slash
  }
  return `/${kept.join('/')}`;
}
