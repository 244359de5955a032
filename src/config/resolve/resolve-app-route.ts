import { comparedPrefix } from '../../core/policy/prefixes.ts';
import { createStrip, prefixInUrls } from '../../core/policy/strip.ts';
import { DEFAULT_MAX_BODY, DEFAULT_READ_AHEAD } from '../defaults.ts';
import { BadValue } from '../problems.ts';
import { parseSize } from '../values/quantities.ts';
import { compressSettings } from './resolve-compress.ts';
import { handedFolders } from './resolve-hand-over.ts';
import { phpRoot } from './resolve-root.ts';
import { resolveUpstream } from './resolve-upstream.ts';
import type { SiteContext } from './resolve-site.ts';
import type { AppRoute } from '../settings/settings.ts';
import type { RouteConfig, SiteConfig } from '../types.ts';

export const APP_KEYS = ['root', 'upstream', 'maxBody', 'streamBodies', 'readAhead', 'strip', 'prefixHeader', 'protected', 'sendfile', 'requestHeaders'] as const;

/** A route to an app. */
export function appRoute(prefix: string, route: RouteConfig, site: SiteConfig, context: SiteContext): AppRoute | undefined {
  const { path, problems } = context;
  const size = (key: 'maxBody' | 'readAhead', standard: number): number => {
    const written = route[key] ?? site[key];
    const where = route[key] === undefined ? [...path.slice(0, -2 * Number(path.at(-2) === 'routes')), key] : [...path, key];
    if (written === undefined || problems.told(where)) return standard;
    return problems.at(where, written, () => parseSize(written)) ?? standard;
  };
  const app = resolveUpstream(route, site, context);
  const maxBody = size('maxBody', DEFAULT_MAX_BODY);
  const readAhead = size('readAhead', DEFAULT_READ_AHEAD);
  const strip = problems.at([...path, 'strip'], route.strip, () => stripped(prefix, route));
  const root = app && phpRoot(app, route, site, context);
  return app && {
    kind: 'app', path: prefix, app, ...(root !== undefined && { root }), maxBody, readAhead, streamBodies: route.streamBodies ?? site.streamBodies ?? false,
    ...(strip && { strip }), ...compressSettings(route, site, context), ...handedFolders(route, site, context),
  };
}

function stripped(prefix: string, { strip = false, prefixHeader }: RouteConfig): AppRoute['strip'] {
  if (!strip && prefixHeader !== undefined) throw new BadValue('strip: true beside prefixHeader', 'Without it the app gets the path as it came');
  if (!strip) return undefined;
  if (comparedPrefix(prefix) === '') throw new BadValue('a prefix that can be taken off', 'Leave strip out: below "/" the path is the same');
  if (createStrip(prefix)(`${prefixInUrls(prefix)}/`) === undefined) {
    throw new BadValue('a prefix of letters, digits and the signs that need no escape', `"${prefix}" can be spelled in ways that servers read differently`);
  }
  return { header: prefixHeader ?? 'X-Forwarded-Prefix' };
}
