import { fold } from '../../core/contract/family.ts';
import { hstsConflict } from '../../core/policy/hsts.ts';
import { checkClients } from './client-certificates.ts';
import { wwwPairs } from '../../core/policy/www.ts';
import type { ConnectAddress } from '../values/addresses.ts';
import type { DoorSetting, Settings, SiteSettings } from '../settings/settings.ts';
import type { Path, Problems } from '../problems.ts';

/** What no single value shows: rules between values. `siteAt` says where a site's keys stand. */
export function checkTogether(settings: Settings, siteAt: (i: number) => Path, problems: Problems): void {
  checkDoors(settings, problems);
  checkHosts(settings.sites, siteAt, problems);
  for (const [i, site] of settings.sites.entries()) {
    checkPolicy(settings, site, siteAt(i), problems);
    checkCircle(settings, site, siteAt(i), problems);
    checkClients(settings, site, { at: siteAt(i), problems });
    if (site.www !== undefined && wwwPairs(site.hosts, site.www).size === 0) {
      problems.add({ path: [...siteAt(i), 'www'], seen: site.www, expected: 'a host and the same with www. among the hosts', next: 'Name both, since both are answered: --domain example.com --domain www.example.com' });
    }
    checkPrefixHeaders(site, siteAt(i), problems);
    checkRequestHeaders(site, siteAt(i), problems);
  }
}

/** What the app is told is written after everything else: a route's word about the same name would be lost, or stand beside it. */
function checkRequestHeaders({ routes, tell }: SiteSettings, at: Path, problems: Problems): void {
  for (const route of routes) {
    if (route.kind !== 'app' || route.requestHeaders === undefined) continue;
    const { set, add, remove } = route.requestHeaders;
    for (const name of [...[...set, ...add].map((field) => field.name), ...remove]) {
      const told = tell.find((own) => fold(own.name) === fold(name));
      if (told !== undefined) problems.add({ path: [...at, 'requestHeaders'], seen: name, expected: 'a header that tell does not write', next: `tell has "${told.name}: ${told.value}": keep one of them` });
    }
  }
}

/** No name may have two values. */
function checkPrefixHeaders({ routes, tell }: SiteSettings, at: Path, problems: Problems): void {
  for (const route of routes) {
    if (route.kind !== 'app' || route.strip === undefined || route.app.protocol !== 'http') continue;
    const { header } = route.strip;
    const told = tell.find(({ name }) => fold(name) === fold(header));
    if (told !== undefined) {
      problems.add({ path: [...at, 'routes', route.path, 'prefixHeader'], seen: header, expected: 'a header that tell does not write', next: `tell has "${told.name}: ${told.value}" already: take it out, or write prefixHeader: 'none'` });
    }
  }
}

function checkDoors({ https, http, acceptProxy, trust }: Settings, problems: Problems): void {
  if (acceptProxy && trust.length === 0) {
    problems.add({ path: ['acceptProxy'], seen: true, expected: 'somebody to accept it from', next: 'Name your balancer as trusted (--trust 10.0.0.5): whoever may send a PROXY header can name any client' });
  }
  if (https.kind === 'off' && http.kind === 'off') {
    problems.add({ path: ['https'], seen: 'off', expected: 'at least one door', next: 'http is off too: open one of them' });
  }
  const one = sameDoor(https, http);
  if (one !== undefined) problems.add({ path: ['http'], seen: one, expected: 'another address than the https door has', next: 'Give one of the doors another port' });
}

/** What both doors would listen on; undefined where they differ. Port 0 takes a free one each time. */
function sameDoor(a: DoorSetting, b: DoorSetting): string | undefined {
  if (a.kind === 'port' && b.kind === 'port' && a.port === b.port && a.port !== 0) return String(a.port);
  if (a.kind !== 'at' || b.kind !== 'at') return undefined;
  if (a.address.kind === 'unix' || b.address.kind === 'unix') {
    return a.address.kind === 'unix' && b.address.kind === 'unix' && a.address.path === b.address.path ? `unix:${a.address.path}` : undefined;
  }
  return a.address.port === b.address.port && a.address.port !== 0 && a.address.host === b.address.host ? `${a.address.host}:${a.address.port}` : undefined;
}

function checkHosts(sites: readonly SiteSettings[], siteAt: (i: number) => Path, problems: Problems): void {
  const owner = new Map<string, number>();
  for (const [i, site] of sites.entries()) {
    for (const host of site.hosts.length === 0 ? ['(every host)'] : site.hosts) {
      const other = owner.get(host);
      if (other !== undefined && other !== i) {
        const seen = site.hosts.length === 0 ? undefined : host;
        problems.add({ path: [...siteAt(i), 'hosts'], seen, expected: 'a host that no other site has', next: `sites[${other}] has ${host === '(every host)' ? 'no hosts either, and so takes every host' : 'it already'}` });
      }
      owner.set(host, i);
    }
  }
}

function checkPolicy(settings: Settings, site: SiteSettings, at: Path, problems: Problems): void {
  const conflict = hstsConflict(site.hsts, site.schemes);
  if (conflict !== undefined) problems.add({ path: [...at, 'hsts'], seen: `${site.hsts!.maxAge} seconds`, expected: undefined, next: conflict });

  // A redirect to a door that nobody opened would send every visitor to nowhere. A trusted proxy may be that door.
  if (settings.trust.length > 0) return;
  const policies = new Set(site.schemes.map(([, policy]) => policy));
  const root = site.schemes.some(([prefix]) => prefix === '/');
  if (settings.https.kind === 'off' && settings.publicHttpsPort === undefined && (policies.has('https') || !root)) {
    problems.add({ path: ['https'], seen: 'off', expected: 'an https door, since paths are https', next: 'Without it they would be redirected to nowhere. Name who speaks TLS before this front (--trust, --public-https-port), or serve plain HTTP on purpose (--scheme /=either)' });
  }
  if (settings.http.kind === 'off' && settings.publicHttpPort === undefined && policies.has('http')) {
    problems.add({ path: ['http'], seen: 'off', expected: 'an http door, since a path is http', next: 'Open it, or make that path https or either' });
  }
}

/** The front as its own app would call itself until something gives in. */
function checkCircle(settings: Settings, site: SiteSettings, at: Path, problems: Problems): void {
  for (const route of site.routes) {
    if (route.kind !== 'app') continue;
    for (const name of ['https', 'http'] as const) {
      if (!route.app.servers.flatMap(({ addresses }) => addresses).some((address) => isDoor(address, settings[name]))) continue;
      problems.add({
        path: [...at, ...(route.path === '/' ? ['app'] : ['routes', route.path, 'app'])], seen: route.app.written,
        expected: `another port than the ${name} door has`, next: 'The front would call itself: give the app or the door another port',
      });
    }
  }
}

const LOOPBACK = /^(127\.|::1$)/;

function isDoor(app: ConnectAddress, door: DoorSetting): boolean {
  if (door.kind === 'port') return app.kind === 'ip' && app.port === door.port && LOOPBACK.test(app.host);
  if (door.kind !== 'at') return false;
  const own = door.address;
  if (app.kind === 'unix' || own.kind === 'unix') return app.kind === 'unix' && own.kind === 'unix' && app.path === own.path;
  if (app.port !== own.port) return false;
  return app.host === own.host || ((own.host === '0.0.0.0' || own.host === '::') && LOOPBACK.test(app.host));
}
