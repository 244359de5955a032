import { DEFAULT_COMPRESS } from '../defaults.ts';
import { parseSize } from '../values/quantities.ts';
import type { SiteContext } from './resolve-site.ts';
import type { CompressSettings } from '../settings/settings.ts';
import type { RouteConfig, SiteConfig } from '../types.ts';

/** What a route compresses, its own word before its site's; nothing where neither says anything. */
export function compressSettings(route: RouteConfig, site: SiteConfig, { path, problems }: SiteContext): { readonly compress?: CompressSettings } {
  const written = route.compress ?? site.compress ?? false;
  if (written === false) return {};
  if (written === true) return { compress: DEFAULT_COMPRESS };
  const own = route.compress !== undefined;
  const where = [...own ? path : path.slice(0, -2 * Number(path.at(-2) === 'routes' || path.at(-2) === 'static')), 'compress', 'minLength'];
  const minLength = written.minLength === undefined || problems.told(where) ? undefined : problems.at(where, written.minLength, () => parseSize(written.minLength!));
  return {
    compress: {
      codings: written.codings === undefined ? DEFAULT_COMPRESS.codings : [...new Set(written.codings)],
      types: written.types?.map((type) => type.toLowerCase()) ?? DEFAULT_COMPRESS.types,
      minLength: minLength ?? DEFAULT_COMPRESS.minLength,
      cookies: written.cookies ?? DEFAULT_COMPRESS.cookies,
    },
  };
}
