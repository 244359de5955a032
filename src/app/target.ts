/** What a client that asks as if of a proxy writes before the path (RFC 9112 §3.2.2), whatever the scheme and whoever is named: routers take it off. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i;

/** Path and query of a request's target. Every rule goes by this; never by a path that stands for "cannot be read". */
export function originForm(target: string): string {
  if (target.startsWith('/') || target === '*') return target;
  const rest = target.replace(AUTHORITY, '').replace(/#.*$/s, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}
