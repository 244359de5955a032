import { existingFolder, parsePrefix } from '../values/prefix.ts';
import type { Path } from '../problems.ts';
import type { SiteContext } from './resolve-site.ts';
import type { AppRoute } from '../settings/settings.ts';
import type { RouteConfig, SiteConfig } from '../types.ts';

/** Folders that an app may hand its answers over to: the route's own, else the site's. */
export function handedFolders(route: RouteConfig, site: SiteConfig, { path, folder, problems }: SiteContext): Pick<AppRoute, 'protected' | 'sendfile'> {
  const sitePath = path.at(-2) === 'routes' ? path.slice(0, -2) : path;
  // A site's own is read once per route, and its problems are told once.
  const read = <T>(at: Path, seen: unknown, get: () => T): T | undefined =>
    problems.list.some((problem) => problem.path.join('\0') === at.join('\0')) ? undefined : problems.at(at, seen, get);
  const prefixes = Object.entries(route.protected ?? site.protected ?? {}).flatMap(([prefix, dir]): [string, string][] => {
    const at = [...(route.protected === undefined ? sitePath : path), 'protected', prefix];
    const found = read(at, prefix, () => parsePrefix(prefix)) === undefined ? undefined : read(at, dir, () => existingFolder(dir, folder));
    return found === undefined ? [] : [[prefix, found]];
  });
  const written = route.sendfile ?? site.sendfile ?? [];
  const dirs = (typeof written === 'string' ? [written] : written).flatMap((dir, i) => {
    const at = [...(route.sendfile === undefined ? sitePath : path), 'sendfile', ...(typeof written === 'string' ? [] : [i])];
    return read(at, dir, () => existingFolder(dir, folder)) ?? [];
  });
  return { ...(prefixes.length > 0 && { protected: prefixes }), ...(dirs.length > 0 && { sendfile: dirs }) };
}
