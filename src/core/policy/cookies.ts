/**
 * Whether a `Set-Cookie` value carries the attribute, as browsers read it (RFC 6265 §5.2): the first pair is the
 * cookie, whatever is in it; an attribute's name is compared without case, and its value does not matter.
 */
export function hasSecure(value: string): boolean {
  let at = value.indexOf(';');
  while (at >= 0) {
    const next = value.indexOf(';', at + 1);
    const attribute = value.slice(at + 1, next < 0 ? value.length : next);
    const equals = attribute.indexOf('=');
    if ((equals < 0 ? attribute : attribute.slice(0, equals)).trim().toLowerCase() === 'secure') return true;
    at = next;
  }
  return false;
}

/** The name of the cookie that a `Set-Cookie` value sets; empty where it has none. */
export function cookieName(value: string): string {
  const pair = value.split(';', 1)[0]!;
  const equals = pair.indexOf('=');
  return equals < 0 ? '' : pair.slice(0, equals).trim();
}

/** Name and value pairs of a request's `Cookie` (RFC 6265 §4.2.1). */
export function cookiePairs(value: string): [name: string, value: string][] {
  return value.split(';').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals < 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as [string, string]];
  });
}
