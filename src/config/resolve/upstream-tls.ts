import { existingFile } from '../values/prefix.ts';
import type { Path, Problems } from '../problems.ts';
import type { SiteContext } from './resolve-site.ts';
import type { RouteSettings } from '../settings/settings.ts';
import type { UpstreamTls } from '../settings/settings-upstream.ts';
import type { RouteConfig, SiteConfig, UpstreamConfig } from '../types.ts';
import { parseServerName } from '../values/upstream.ts';

const KEYS = ['ca', 'serverName', 'insecure'] as const;

/** How the certificates of an app that speaks TLS are checked. Where the route says nothing, the site's own keys count. */
export function resolveTls(route: RouteConfig, site: SiteConfig, { path, folder, problems }: SiteContext): { readonly tls: UpstreamTls; readonly serverName: string | undefined } {
  const { ca, serverName, insecure = false } = { ...site.upstream, ...route.upstream };
  const read = <T>(key: (typeof KEYS)[number], written: string | undefined, meaning: (written: string) => T): T | undefined => {
    const at = whereIs(key, route, path);
    return written === undefined || problems.told(at) ? undefined : problems.at(at, written, () => meaning(written));
  };
  const at = whereIs('insecure', route, path);
  if (insecure && ca !== undefined && !problems.told(at)) {
    problems.add({ path: at, seen: true, expected: 'no file of authorities beside it', next: `Without a check ${ca} is never looked at: keep one of the two, best the file` });
  }
  return {
    tls: { ca: read('ca', ca, (written) => existingFile(written, folder)), insecure },
    serverName: read('serverName', serverName, parseServerName),
  };
}

/** The same keys for an app that does not speak TLS: somebody takes a connection for secure that is not. */
export function refuseTlsKeys(keys: UpstreamConfig | undefined, path: Path, problems: Problems): undefined {
  for (const key of KEYS) {
    if (keys?.[key] === undefined) continue;
    problems.add({ path: [...path, 'upstream', key], seen: keys[key], expected: 'an app that speaks TLS', next: 'Write its address as https://host:port, or leave this out: without TLS nothing is checked and nothing is hidden' });
  }
}

/** A site's own such keys, where none of its apps speaks TLS. */
export function checkTlsUsed(site: SiteConfig, routes: readonly RouteSettings[], { path, problems }: SiteContext): void {
  const apps = routes.flatMap((route) => (route.kind === 'app' ? [route.app] : []));
  if (apps.length > 0 && apps.every(({ tls }) => tls === undefined)) refuseTlsKeys(site.upstream, path, problems);
}

/** Where a key was written: in the route, which wins, or in the site. */
const whereIs = (key: (typeof KEYS)[number], route: RouteConfig, path: Path): Path =>
  [...(route.upstream?.[key] === undefined && path.at(-2) === 'routes' ? path.slice(0, -2) : path), 'upstream', key];
