import { comparedPrefix } from '../../core/policy/prefixes.ts';
import { mergeChanges } from '../../core/policy/field-changes.ts';
import { parsePrefix } from '../values/prefix.ts';
import type { Path } from '../problems.ts';
import { APP_KEYS, appRoute } from './resolve-app-route.ts';
import { checkSiteRoot } from './resolve-root.ts';
import { answerRoute, redirectRoute } from './resolve-own-route.ts';
import { resolveHeaders } from './resolve-headers.ts';
import type { SiteContext } from './resolve-site.ts';
import { STATIC_KEYS, staticRoute } from './resolve-static-route.ts';
import type { FieldChanges, RouteSettings } from '../settings/settings.ts';
import type { RouteConfig, SiteConfig } from '../types.ts';
import { checkTlsUsed } from './upstream-tls.ts';

/** A route and the place it was written at. */
interface Placed { readonly route: RouteSettings; readonly at: Path }

/** A site's `app`, `static` and `routes` as one list, longest prefix first; of one prefix the app before the folder. */
export function resolveRoutes(site: SiteConfig, changes: Changes, context: SiteContext): RouteSettings[] {
  const placed: Placed[] = [];
  const add = (route: RouteSettings | undefined, at: Path, own: Changes = {}): void => {
    if (route !== undefined) placed.push({ route: withHeaders(route, changes, own), at });
  };

  if (site.app !== undefined) add(appRoute('/', { app: site.app }, site, within(context, [])), [...context.path, 'app']);
  for (const [prefix, dir] of Object.entries(site.static ?? {})) {
    const inner = within(context, ['static', prefix]);
    if (isPrefix(prefix, inner)) add(staticRoute(prefix, { static: dir }, site, inner), inner.path);
  }
  for (const [prefix, route] of Object.entries(site.routes ?? {})) {
    const inner = within(context, ['routes', prefix]);
    if (isPrefix(prefix, inner)) add(anyRoute(prefix, route, site, inner), inner.path, resolveChanges(route, inner));
  }

  checkPrefixes(placed, context);
  checkSiteRoot(site, placed.map(({ route }) => route), context);
  checkTlsUsed(site, placed.map(({ route }) => route), context);
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
  const [kind, other] = KINDS.filter((key) => route[key] !== undefined);
  if (kind === undefined || other !== undefined) {
    problems.add({ path, seen: route, expected: 'one of app, static, answer and redirect', next: other === 'static' ? 'For files first and the app for the rest, write static with missing: "app" and let another route lead to the app' : 'Say what serves this prefix' });
    return undefined;
  }
  for (const [what, keys] of [['app', APP_KEYS], ['static', STATIC_KEYS]] as const) {
    for (const key of what === kind ? [] : keys.filter((one) => route[one] !== undefined)) {
      problems.add({ path: [...path, key], seen: route[key], expected: `no ${key} here`, next: `It belongs to a route to ${what === 'app' ? 'an app' : 'a folder'}` });
    }
  }
  switch (kind) {
    case 'app': return appRoute(prefix, route, site, context);
    case 'static': return staticRoute(prefix, route, site, context);
    case 'answer': return answerRoute(prefix, route, context);
    case 'redirect': return redirectRoute(prefix, route, context);
  }
}

const KINDS = ['app', 'static', 'answer', 'redirect'] as const;

/** The route with its changes to headers, on top of the site's. */
function withHeaders(route: RouteSettings, site: Changes, own: Changes): RouteSettings {
  const requestHeaders = mergeChanges(site.requestHeaders, own.requestHeaders);
  const answerHeaders = mergeChanges(site.answerHeaders, own.answerHeaders);
  return { ...route, ...(route.kind === 'app' && requestHeaders && { requestHeaders }), ...(answerHeaders && { answerHeaders }) };
}

interface Changes { readonly requestHeaders?: FieldChanges; readonly answerHeaders?: FieldChanges }

export function resolveChanges(written: Pick<RouteConfig, 'requestHeaders' | 'answerHeaders'>, context: SiteContext): Changes {
  const requestHeaders = resolveHeaders('requestHeaders', written.requestHeaders, context);
  const answerHeaders = resolveHeaders('answerHeaders', written.answerHeaders, context);
  return { ...(requestHeaders && { requestHeaders }), ...(answerHeaders && { answerHeaders }) };
}

/** One prefix, one route; but files may stand before an app of the same prefix when what they miss is the app's. */
function checkPrefixes(placed: readonly Placed[], { problems }: SiteContext): void {
  for (const [i, { route, at }] of placed.entries()) {
    const same = placed.slice(0, i).find((other) => comparedPrefix(other.route.path) === comparedPrefix(route.path));
    if (same !== undefined && !filesBeforeApp(same.route, route)) {
      const next = same.route.kind === route.kind ? 'Keep one of them' : 'For files first and the app for the rest, set missing: "app" (--static-missing app)';
      problems.add({ path: at, seen: route.path, expected: `one route for a prefix: ${same.route.path} leads to ${target(same.route)} already`, next });
    }
    if (route.kind === 'redirect' && route.to.startsWith('/') && placed.filter((other) => covers(other.route.path, route.to)).every((other) => covers(other.route.path, route.path)) && covers(route.path, route.to)) {
      problems.add({ path: [...at, 'redirect', 'to'], seen: route.to, expected: 'a path outside this prefix', next: 'It would be redirected again: name another path, or a route of its own for it' });
    }
    if (route.kind === 'static' && route.missing === 'app' && !placed.some((other) => other.route.kind === 'app' && covers(other.route.path, route.path))) {
      problems.add({ path: [...at, 'missing'], seen: 'app', expected: 'an app that this prefix falls under', next: 'Name an app for it, or let a missing file be 404' });
    }
  }
}

const filesBeforeApp = (a: RouteSettings, b: RouteSettings): boolean =>
  [a, b].some((route) => route.kind === 'app') && [a, b].some((route) => route.kind === 'static' && route.missing === 'app');

const covers = (outer: string, inner: string): boolean => `${comparedPrefix(inner)}/`.startsWith(`${comparedPrefix(outer)}/`);

const target = (route: RouteSettings): string => {
  switch (route.kind) {
    case 'app': return `the app at ${route.app.written}`;
    case 'static': return route.dir;
    case 'answer': return 'a fixed answer';
    case 'redirect': return route.to;
  }
};
