import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_UPSTREAM } from '../defaults.ts';
import type { Path, Problems } from '../problems.ts';
import { parseTimeout } from '../values/quantities.ts';
import type { SiteContext } from './resolve-site.ts';
import type { UpstreamSettings } from '../settings/settings-upstream.ts';
import type { RouteConfig, SiteConfig, UpstreamConfig } from '../types.ts';
import { parseUpstream, type WrittenServer } from '../values/upstream.ts';
import { parseCheck, parseLookup, parseSticky } from './upstream-keys.ts';
import { refuseTlsKeys, resolveTls } from './upstream-tls.ts';

/** A route's app: its servers, and how they are reached. Undefined where a server could not be read. */
export function resolveUpstream(route: RouteConfig, site: SiteConfig, context: SiteContext): UpstreamSettings | undefined {
  const servers = resolveServers(route.app!, context);
  if (servers === undefined) return undefined;
  const { path, folder, problems } = context;
  const { value, at } = keyReader(route, site, context);
  const secure = servers[0]!.tlsName === undefined ? refuseTlsKeys(route.upstream, path, problems) : resolveTls(route, site, context);
  const sendProxy = value('sendProxy');
  return {
    protocol: servers[0]!.protocol,
    written: servers.map(({ written }) => written).join(','),
    servers: servers.map(({ written, addresses, tlsName }) => ({ written, addresses, ...(tlsName !== undefined && { tlsName: secure?.serverName ?? tlsName }) })),
    maxConcurrent: value('maxConcurrent') ?? DEFAULT_UPSTREAM.maxConcurrent,
    queue: value('queue') ?? DEFAULT_UPSTREAM.queue,
    balance: value('balance') ?? DEFAULT_UPSTREAM.balance,
    fails: value('fails') ?? DEFAULT_UPSTREAM.fails,
    pause: at('pause', (written) => parseTimeout(written)) ?? DEFAULT_UPSTREAM.pause,
    lookup: at('lookup', parseLookup) ?? DEFAULT_UPSTREAM.lookup,
    check: at('check', (written) => parseCheck(written, site)),
    sticky: at('sticky', (written) => parseSticky(written, folder)),
    ...(secure && { tls: secure.tls }),
    ...(sendProxy !== undefined && { sendProxy }),
  };
}

function resolveServers(app: NonNullable<RouteConfig['app']>, { path, folder, problems }: SiteContext): WrittenServer[] | undefined {
  const at = [...path, 'app'];
  const servers: WrittenServer[] = [];
  for (const written of serversIn(app)) {
    const server = problems.at(at, written, () => parseUpstream(written, folder));
    if (server === undefined) return undefined;
    if (!fits(server, servers, { at, problems })) return undefined;
    servers.push(server);
  }
  return servers;
}

/** What a server speaks, as the scheme of its address. */
const schemeOf = ({ protocol, tlsName }: WrittenServer): string => (tlsName === undefined ? protocol : 'https');

/** One text may hold several: that is how a command line says it. */
const serversIn = (app: NonNullable<RouteConfig['app']>): (string | number)[] =>
  (Array.isArray(app) ? app as readonly (string | number)[] : [app as string | number])
    .flatMap((one) => (typeof one === 'string' && one.includes(',') ? one.split(',').map((part) => part.trim()) : [one]));

function fits(server: WrittenServer, before: readonly WrittenServer[], { at, problems }: { readonly at: Path; readonly problems: Problems }): boolean {
  const [first] = before;
  if (first !== undefined && schemeOf(first) !== schemeOf(server)) {
    problems.add({ path: at, seen: server.written, expected: `another server that speaks ${schemeOf(first)}, as ${first.written} does`, next: 'The servers of one app are the same to a client: give each protocol a route of its own' });
    return false;
  }
  if (before.some(({ addresses }) => isDeepStrictEqual(addresses, server.addresses))) {
    problems.add({ path: at, seen: server.written, expected: 'each server once', next: 'Leave it out, or correct its port' });
    return false;
  }
  return true;
}

interface KeyReader {
  value<K extends keyof UpstreamConfig>(key: K): UpstreamConfig[K];
  /** What `read` makes of a key that is there; a problem stands where the key was written, and is told once. */
  at<K extends keyof UpstreamConfig, T>(key: K, read: (written: NonNullable<UpstreamConfig[K]>) => T): T | undefined;
}

/** A route's keys stand in the place of the site's. */
function keyReader(route: RouteConfig, site: SiteConfig, { path, problems }: SiteContext): KeyReader {
  const value: KeyReader['value'] = (key) => route.upstream?.[key] ?? site.upstream?.[key];
  const sitePath = path.at(-2) === 'routes' ? path.slice(0, -2) : path;
  return {
    value,
    at(key, read) {
      const written = value(key);
      const where = [...(route.upstream?.[key] === undefined ? sitePath : path), 'upstream', key];
      if (written === undefined || problems.told(where)) return undefined;
      return problems.at(where, written, () => read(written));
    },
  };
}
