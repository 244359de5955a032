import { join, relative, sep } from 'node:path';
import { DEFAULT_COMPRESS } from '../defaults.ts';
import { compressSettings } from './resolve-compress.ts';
import { validateCacheControl } from '../values/cache-control.ts';
import { existingFile, existingFolder } from '../values/prefix.ts';
import { BadValue } from '../problems.ts';
import type { SiteContext } from './resolve-site.ts';
import type { StaticRoute } from '../settings/settings.ts';
import type { RouteConfig, SiteConfig } from '../types.ts';

export const STATIC_KEYS = ['cacheControl', 'fallback', 'missing', 'precompressed'] as const;

/** A route to a folder. */
export function staticRoute(prefix: string, route: RouteConfig, site: SiteConfig, context: SiteContext): StaticRoute | undefined {
  const { path, folder, problems } = context;
  const options = path.at(-2) === 'routes' ? [...path, 'static'] : path;
  const dir = problems.at(options, route.static, () => existingFolder(route.static!, folder));
  const cacheControl = route.cacheControl && problems.at([...path, 'cacheControl'], route.cacheControl, () => validateCacheControl(route.cacheControl!));
  if (dir === undefined) return undefined;
  const fallback = route.fallback && problems.at([...path, 'fallback'], route.fallback, () => fileInside(dir, route.fallback!));
  return { kind: 'static', path: prefix, dir, cacheControl, fallback, missing: route.missing ?? '404', ...encodings(route), ...compressSettings(route, site, context) };
}

function encodings({ precompressed = false }: RouteConfig): Pick<StaticRoute, 'precompressed'> {
  if (precompressed === false) return {};
  return { precompressed: precompressed === true ? DEFAULT_COMPRESS.codings : [...new Set(precompressed)] };
}

/** Given back relative to the folder, with slashes: `fallback: './index.html'` is `index.html`. */
function fileInside(dir: string, written: string): string {
  const inside = relative(dir, join(dir, written));
  if (inside.startsWith('..')) throw new BadValue(`a file inside ${dir}`);
  existingFile(inside, dir);
  return inside.split(sep).join('/');
}
