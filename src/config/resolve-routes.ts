import { join, relative, sep } from 'node:path';
import { comparedPrefix } from '../core/policy/prefixes.ts';
import { createStrip, prefixInUrls } from '../core/policy/strip.ts';
import { validateCacheControl } from './cache-control.ts';
import { DEFAULT_MAX_BODY, DEFAULT_READ_AHEAD } from './defaults.ts';
import { existingFile, existingFolder, parsePrefix } from './prefix.ts';
import { BadValue, type Path } from './problems.ts';
import { parseSize } from './quantities.ts';
import type { SiteContext } from './resolve-site.ts';
import type { RouteConfig, SiteConfig } from './types.ts';
import type { AppRoute, RouteSettings, StaticRoute } from './settings.ts';
import { resolveUpstream } from './resolve-upstream.ts';

/** A route and the place it was written at. */
interface Placed { readonly route: RouteSettings; readonly at: Path }

/** A site's `app`, `static` and `routes` as one list, longest prefix first; of one prefix the app before the folder. */
export function resolveRoutes(site: SiteConfig, context: SiteContext): RouteSettings[] {
  const placed: Placed[] = [];
  const add = (route: RouteSettings | undefined, at: Path): void => { if (route !== undefined) placed.push({ route, at }); };

  if (site.app !== undefined) add(appRoute('/', { app: site.app }, site, within(context, [])), [...context.path, 'app']);
  for (const [prefix, dir] of Object.entries(site.static ?? {})) {
    const inner = within(context, ['static', prefix]);
    if (isPrefix(prefix, inner)) add(staticRoute(prefix, { static: dir }, inner), inner.path);
  }
  for (const [prefix, route] of Object.entries(site.routes ?? {})) {
    const inner = within(context, ['routes', prefix]);
    if (isPrefix(prefix, inner)) add(anyRoute(prefix, route, site, inner), inner.path);
  }

  checkPrefixes(placed, context);
  if (site.app === undefined && site.static === undefined && site.routes === undefined) {
    context.problems.add({ path: [...context.path, 'app'], seen: undefined, expected: 'an app or a folder to serve', next: 'Name the app\'s port (sallyport 8000; app: 8000) or a folder (--static /=./public; static: { "/": "./public" })' });
  }
  const length = ({ route }: Placed): number => comparedPrefix(route.path).length;
  return placed.sort((a, b) => length(b) - length(a) || a.route.kind.localeCompare(b.route.kind)).map(({ route }) => route);
}

const within = (context: SiteContext, path: Path): SiteContext => ({ ...context, path: [...context.path, ...path] });

const isPrefix = (prefix: string, { problems, path }: SiteContext): boolean =>
  problems.at(path, prefix, () => parsePrefix(prefix)) !== undefined;

function anyRoute(prefix: string, route: RouteConfig, site: SiteConfig, context: SiteContext): RouteSettings | undefined {
  const { problems, path } = context;
  if ((route.app === undefined) === (route.static === undefined)) {
    problems.add({ path, seen: route, expected: 'either app or static', next: route.app === undefined ? 'Say what serves this prefix' : 'For files first and the app for the rest, write static with missing: "app" and let another route lead to the app' });
    return undefined;
  }
  const foreign = (route.app === undefined ? APP_KEYS : STATIC_KEYS).filter((key) => route[key] !== undefined);
  for (const key of foreign) {
    problems.add({ path: [...path, key], seen: route[key], expected: `no ${key} here`, next: `It belongs to a route to ${route.app === undefined ? 'an app' : 'a folder'}` });
  }
  return route.app === undefined ? staticRoute(prefix, route, context) : appRoute(prefix, route, site, context);
}

const APP_KEYS = ['upstream', 'maxBody', 'streamBodies', 'readAhead', 'strip', 'prefixHeader'] as const;
const STATIC_KEYS = ['cacheControl', 'fallback', 'missing'] as const;

function appRoute(prefix: string, route: RouteConfig, site: SiteConfig, context: SiteContext): AppRoute | undefined {
  const { path, problems } = context;
  const size = (key: 'maxBody' | 'readAhead', standard: number): number => {
    const written = route[key] ?? site[key];
    // A site's own size is read once per route; its problem belongs to the site's key and is told once.
    const where = route[key] === undefined ? [...path.slice(0, -2 * Number(path.at(-2) === 'routes')), key] : [...path, key];
    if (written === undefined || problems.list.some((problem) => problem.path.join('\0') === where.join('\0'))) return standard;
    return problems.at(where, written, () => parseSize(written)) ?? standard;
  };
  const app = resolveUpstream(route, site, context);
  const maxBody = size('maxBody', DEFAULT_MAX_BODY);
  const readAhead = size('readAhead', DEFAULT_READ_AHEAD);
  const strip = problems.at([...path, 'strip'], route.strip, () => stripped(prefix, route));
  return app && {
    kind: 'app', path: prefix, app, maxBody, readAhead, streamBodies: route.streamBodies ?? site.streamBodies ?? false,
    ...(strip && { strip }),
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

function staticRoute(prefix: string, route: RouteConfig, { path, folder, problems }: SiteContext): StaticRoute | undefined {
  const options = path.at(-2) === 'routes' ? [...path, 'static'] : path;
  const dir = problems.at(options, route.static, () => existingFolder(route.static!, folder));
  const cacheControl = route.cacheControl && problems.at([...path, 'cacheControl'], route.cacheControl, () => validateCacheControl(route.cacheControl!));
  if (dir === undefined) return undefined;
  const fallback = route.fallback && problems.at([...path, 'fallback'], route.fallback, () => fileInside(dir, route.fallback!));
  return { kind: 'static', path: prefix, dir, cacheControl, fallback, missing: route.missing ?? '404' };
}

/** Given back relative to the folder, with slashes: `fallback: './index.html'` is `index.html`. */
function fileInside(dir: string, written: string): string {
  const inside = relative(dir, join(dir, written));
  if (inside.startsWith('..')) throw new BadValue(`a file inside ${dir}`);
  existingFile(inside, dir);
  return inside.split(sep).join('/');
}

/** One prefix, one route; but files may stand before an app of the same prefix when what they miss is the app's. */
function checkPrefixes(placed: readonly Placed[], { problems }: SiteContext): void {
  for (const [i, { route, at }] of placed.entries()) {
    const same = placed.slice(0, i).find((other) => comparedPrefix(other.route.path) === comparedPrefix(route.path));
    if (same !== undefined && !filesBeforeApp(same.route, route)) {
      const next = same.route.kind === route.kind ? 'Keep one of them' : 'For files first and the app for the rest, set missing: "app" (--static-missing app)';
      problems.add({ path: at, seen: route.path, expected: `one route for a prefix: ${same.route.path} leads to ${target(same.route)} already`, next });
    }
    if (route.kind === 'static' && route.missing === 'app' && !placed.some((other) => other.route.kind === 'app' && covers(other.route.path, route.path))) {
      problems.add({ path: [...at, 'missing'], seen: 'app', expected: 'an app that this prefix falls under', next: 'Name an app for it, or let a missing file be 404' });
    }
  }
}

const filesBeforeApp = (a: RouteSettings, b: RouteSettings): boolean =>
  a.kind !== b.kind && [a, b].some((route) => route.kind === 'static' && route.missing === 'app');

const covers = (outer: string, inner: string): boolean => `${comparedPrefix(inner)}/`.startsWith(`${comparedPrefix(outer)}/`);

const target = (route: RouteSettings): string => (route.kind === 'app' ? `the app at ${route.app.written}` : route.dir);
