import { comparedPath, decodedPath, plainEnd, rawPath } from './paths.ts';
import { comparedPrefix } from './prefixes.ts';

/**
 * What is left of a target below a prefix, for an app that is mounted there: byte for byte, beginning with `/`, its query
 * untouched. Undefined where it cannot be cut without doubt.
 */
export type Strip = (target: string) => string | undefined;

/**
 * Compiles the cutting of a prefix, as a person writes it; it must not be `/`.
 *
 * A route is chosen by the compared path, and an app reads the bytes it is sent in a way of its own (paths.ts). So a
 * target is cut only where it begins with the prefix itself and nothing in it can climb back over the cut, however it is
 * read: then every reading of what is sent is that reading of the whole, without the prefix. `/%73hop/x`, `//shop/x` and
 * `/shop/..;/shop/x` are not cut. The only escapes a prefix may be spelled with are those that a browser has to write.
 */
export function createStrip(written: string): Strip {
  const prefix = comparedPrefix(written);
  return (target) => {
    const end = plainEnd(target);
    if (end >= 0) {
      if (!isBelow(target.slice(0, end), prefix)) return undefined;
      return end === prefix.length ? '/' + target.slice(end) : target.slice(prefix.length);
    }
    const path = rawPath(target);
    const cut = afterPrefix(path, prefix);
    if (cut < 0) return undefined;
    if (cut === path.length) return '/' + target.slice(path.length);
    return staysBelow(path.slice(cut)) ? target.slice(cut) : undefined;
  };
}

/** Whether a path is the prefix or lies below it; `prefix` is in compared form, without a slash at its end. */
export function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 0x2f);
}

/** A client cannot send it otherwise; the escape of any other byte may be read as that byte or not. */
const mustBeEscaped = (byte: number): boolean => byte >= 0x80 || byte === 0x20;

/** Where the prefix ends in a path as sent; negative where the path does not begin with it. */
function afterPrefix(path: string, prefix: string): number {
  let at = 0;
  for (let i = 0; i < prefix.length; i++) {
    if (path.charCodeAt(at) === prefix.charCodeAt(i)) at++;
    else if (mustBeEscaped(prefix.charCodeAt(i)) && path.slice(at, at + 3).toUpperCase() === escapeByte(prefix.charAt(i))) at += 3;
    else return -1;
  }
  return at === path.length || path.charCodeAt(at) === 0x2f ? at : -1;
}

/**
 * Whether no reading of a path has a `..` in it or begins with two slashes. What begins with two is a host to whoever
 * resolves it as a reference (RFC 3986 §4.2), and with its prefix it was not. Clients resolve dot segments themselves.
 */
function staysBelow(path: string): boolean {
  const [, ...segments] = decodedPath(path).split(/[/\\]/).map((segment) => segment.replace(/;.*$/s, ''));
  if (segments.includes('..')) return false;
  const first = segments.findIndex((segment) => segment !== '.');
  return first < 0 || first === segments.length - 1 || segments[first] !== '';
}

/** A prefix as a URL has it: no slash at its end, `%` and what a path cannot hold escaped (RFC 3986 §3.3). For headers and links. */
export function prefixInUrls(written: string): string {
  return comparedPrefix(written).replace(/[^A-Za-z0-9\-._~!$&'()*+,=:@/]/g, escapeByte);
}

const escapeByte = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** Whether a path reference of an answer (its query and fragment do not count) lies below a prefix in compared form. */
export const leadsBelow = (reference: string, prefix: string): boolean => isBelow(comparedPath(reference), prefix);
