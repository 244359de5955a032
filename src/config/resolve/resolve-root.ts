import { existingFolder } from '../values/prefix.ts';
import type { Path } from '../problems.ts';
import type { SiteContext } from './resolve-site.ts';
import type { RouteSettings, UpstreamSettings } from '../settings/settings.ts';
import type { RouteConfig, SiteConfig } from '../types.ts';

const ONLY_PHP = 'root is the folder of a PHP site: name its server as fastcgi://host:port or fastcgi+unix:/path, or serve files with static (--static /=DIR)';

/** The folder of a route to PHP: its own, else the site's. Undefined for any other app, and where there is a problem. */
export function phpRoot(app: UpstreamSettings, route: RouteConfig, site: SiteConfig, { path, folder, problems }: SiteContext): string | undefined {
  const own = [...path, 'root'];
  if (app.protocol !== 'fastcgi') {
    if (route.root !== undefined) problems.add({ path: own, seen: route.root, expected: 'no root for an app that does not speak FastCGI', next: ONLY_PHP });
    return undefined;
  }
  if (route.strip === true) problems.add({ path: [...path, 'strip'], seen: true, expected: 'no strip for PHP', next: 'root stands for the prefix as it is, and PHP is told the prefix in SCRIPT_NAME: leave strip out' });
  const written = route.root ?? site.root;
  const at: Path = route.root === undefined && path.at(-2) === 'routes' ? [...path.slice(0, -2), 'root'] : own;
  if (written === undefined) {
    problems.add({ path: at, seen: undefined, expected: `the folder of the PHP files that ${app.written} runs`, next: 'Add --root DIR (in a configuration file root: "DIR"), the folder with index.php: /var/www/html for WordPress as Debian has it, the public folder of a Laravel app' });
    return undefined;
  }
  if (problems.list.some((problem) => problem.path.join('\0') === at.join('\0'))) return undefined; // the site's own, told once
  return problems.at(at, written, () => existingFolder(written, folder));
}

/** A site's root that no app of it has a use for. Told where every app can be read: one that cannot may have been meant for it. */
export function checkSiteRoot(site: SiteConfig, routes: readonly RouteSettings[], { path, problems }: SiteContext): void {
  if (site.root === undefined || problems.list.length > 0 || routes.some((route) => route.kind === 'app' && route.app.protocol === 'fastcgi')) return;
  problems.add({ path: [...path, 'root'], seen: site.root, expected: 'an app that speaks FastCGI beside it', next: ONLY_PHP });
}
