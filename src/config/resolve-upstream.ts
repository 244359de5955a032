import { isDeepStrictEqual } from 'node:util';
import type { Problems } from './problems.ts';
import type { SiteContext } from './resolve-site.ts';
import type { UpstreamSettings } from './settings-upstream.ts';
import type { RouteConfig, SiteConfig } from './types.ts';
import { parseUpstream, type WrittenServer } from './upstream.ts';
import { refuseTlsKeys, resolveTls } from './upstream-tls.ts';

/** A route's app: its servers, and how they are reached. Undefined where a server could not be read. */
export function resolveUpstream(route: RouteConfig, site: SiteConfig, context: SiteContext): UpstreamSettings | undefined {
  const { path, folder, problems } = context;
  const at = [...path, 'app'];
  const servers: WrittenServer[] = [];
  for (const written of serversIn(route.app!)) {
    const server = problems.at(at, written, () => parseUpstream(written, folder));
    if (server === undefined) return undefined;
    if (!fits(server, servers, { at, problems })) return undefined;
    servers.push(server);
  }
  const keys = { ...site.upstream, ...route.upstream };
  const secure = servers[0]!.tlsName === undefined ? refuseTlsKeys(route.upstream, path, problems) : resolveTls(route, site, context);
  return {
    protocol: servers[0]!.protocol,
    written: servers.map(({ written }) => written).join(','),
    servers: servers.map(({ written, addresses, tlsName }) => ({ written, addresses, ...(tlsName !== undefined && { tlsName: secure?.serverName ?? tlsName }) })),
    balance: keys.balance ?? 'least-conn',
    ...(secure && { tls: secure.tls }),
    ...(keys.sendProxy !== undefined && { sendProxy: keys.sendProxy }),
  };
}

/** What a server speaks, as the scheme of its address. */
const schemeOf = ({ protocol, tlsName }: WrittenServer): string => (tlsName === undefined ? protocol : 'https');

/** One text may hold several: that is how a command line says it. */
const serversIn = (app: NonNullable<RouteConfig['app']>): (string | number)[] =>
  (Array.isArray(app) ? app as readonly (string | number)[] : [app as string | number])
    .flatMap((one) => (typeof one === 'string' && one.includes(',') ? one.split(',').map((part) => part.trim()) : [one]));

function fits(server: WrittenServer, before: readonly WrittenServer[], { at, problems }: { readonly at: readonly (string | number)[]; readonly problems: Problems }): boolean {
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
