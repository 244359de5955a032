/** Which of a site's two names visitors are sent away from: `remove` sends www.example.com to example.com, `add` back. */
export type WwwPolicy = 'remove' | 'add';

/** Names and where each is redirected to: only pairs that the site serves both of, so that no redirect leads to a stranger. */
export function wwwPairs(hosts: readonly string[], policy: WwwPolicy): ReadonlyMap<string, string> {
  const pairs = hosts.filter((host) => hosts.includes(`www.${host}`)).map((apex): [string, string] => [`www.${apex}`, apex]);
  return new Map(policy === 'remove' ? pairs : pairs.map(([www, apex]) => [apex, www]));
}
