import { countWorkers } from './workers/count.ts';
import type { CompressSettings, AppRoute, DoorSetting, FieldChanges, MaintenanceSettings, RouteSettings, Settings, SiteSettings } from '../config/settings/settings.ts';
import type { ConnectAddress } from '../config/values/addresses.ts';
import { PUBLISHED } from '../core/contract/published/index.ts';
import { wwwPairs } from '../core/policy/www.ts';
import { compileTeller } from '../core/contract/tell.ts';

/** What these settings would run, for a person to read: one line per fact, nothing that is not so. */
export function explain(settings: Settings): string {
  const rows: (readonly [string, string])[] = [
    ['https', doorText(settings.https, settings, [443, 8443]) + publicText(settings.publicHttpsPort)],
    ['http', doorText(settings.http, settings, [80, 8080]) + publicText(settings.publicHttpPort)],
    ['certificates', certificatesText(settings)],
    ...(settings.tls === undefined ? [] : [['tls', `${settings.tls.minVersion.replace('TLSv', 'TLS ')} or later${settings.tls.ciphers === undefined ? '' : `; for TLS 1.2 ${settings.tls.ciphers.join(', ')}`}`] as const]),
    ['believed', believedText(settings)],
    ...(settings.acceptProxy ? [['proxy', 'both doors expect the PROXY protocol, from the believed peers only'] as const] : []),
    ...(settings.allowHeaders.length > 0 ? [['let through', settings.allowHeaders.join(', ')] as const] : []),
    ['workers', workersText(settings)],
    ['log', `${settings.log}${settings.logFile === undefined ? '' : `, to ${settings.logFile}`}`],
    ...(settings.admin === undefined ? [] : [['admin', `${addressText(settings.admin.address)}${settings.admin.passwordFile === undefined ? '' : ', with a password'}`] as const]),
    ['grace', `${settings.grace} s`],
    ...(settings.reloadGrace === undefined ? [] : [['reload grace', `WebSockets and event streams from before go on for ${settings.reloadGrace} s`] as const]),
    ['timeouts', Object.entries(settings.timeouts).map(([name, ms]) => `${name} ${durationText(ms as number)}`).join(', ')],
    ['least rates', Object.entries(settings.leastRates).map(([name, rate]) => `${name} ${rate === 0 ? 'off' : `${sizeText(rate as number)} a second`}`).join(', ')],
  ];
  return [table(rows), ...settings.sites.map(siteText)].join('\n');
}

function workersText(settings: Settings): string {
  const count = countWorkers(settings);
  const { user } = settings;
  if (count === 1 && user === undefined) return '1: this process alone';
  return `${count}${user === undefined ? '' : ` as ${user.name}${user.group === undefined ? '' : `:${user.group}`}`}, and this process to keep ${count === 1 ? 'it' : 'them'}`;
}

function siteText(site: SiteSettings): string {
  const rows: (readonly [string, string])[] = [
    ...site.routes.flatMap((route) => [[route.path, routeText(route)] as const, ...(route.kind === 'app' ? changesRows('  requests', route.requestHeaders) : []), ...changesRows('  answers', route.answerHeaders)]),
    ['scheme', schemeText(site)],
    ...(site.clientCertificates === undefined ? [] : [['clients', `${site.clientCertificates.optional ? 'asked for' : 'only with'} a certificate of an authority in ${site.clientCertificates.ca}`] as const]),
    ['told', `${site.speaks}: ${compileTeller(site.speaks, site.tell).names.join(', ') || 'nothing'}`],
    ...(site.tell.length > 0 ? [['of your own', site.tell.map(({ name, value }) => `${name}: ${value}`).join(' | ')] as const] : []),
    ...(site.health.length > 0 ? [['health', site.health.join(', ')] as const] : []),
    ...(site.pages ?? []).map(([status, file]) => [`page ${status}`, file] as const),
    ...(site.maintenance === undefined ? [] : [['maintenance', maintenanceText(site.maintenance)] as const]),
    ...(site.www === undefined ? [] : [['www', [...wwwPairs(site.hosts, site.www)].map(([from, to]) => `${from} is redirected to ${to}`).join(', ')] as const]),
    ...(site.hsts === undefined ? [] : [['hsts', `${site.hsts.maxAge} s${site.hsts.includeSubDomains ? ', subdomains' : ''}${site.hsts.preload ? ', preload' : ''}`] as const]),
    ...changesRows('answers', site.answerHeaders),
    ...(site.secureCookies === undefined ? [] : [['cookies', site.secureCookies ? 'get Secure' : 'left alone'] as const]),
  ];
  return `\nsite ${site.hosts.join(', ') || '(every host)'}\n${table(rows)}`;
}

function schemeText({ schemes }: SiteSettings): string {
  if (schemes.length === 0) return 'https everywhere';
  const rest = schemes.some(([prefix]) => prefix === '/') ? [] : ['all else https'];
  return [...schemes.map(([prefix, policy]) => `${prefix} ${policy}`), ...rest].join(', ');
}

function routeText(route: RouteSettings): string {
  if (route.kind === 'app') {
    const servers = route.app.servers.map(({ addresses }) => addresses.map(addressText).join(', then '));
    const { balance, check, sticky } = route.app;
    const several = servers.length === 1 ? '' : `; ${balance}${sticky === undefined ? '' : `, sticky by the cookie ${sticky.cookie}`}`;
    const checked = check === undefined ? '' : `; checked at ${check.path} as ${check.host} every ${durationText(check.interval)}`;
    return `${route.root === undefined ? 'app' : `PHP of ${route.root}`} at ${servers.join(' | ')}${secureText(route.app)}${several}${checked}; bodies up to ${sizeText(route.maxBody)}, ${route.streamBodies ? 'passed on as they come' : 'collected first'}; ${sizeText(route.readAhead)} read ahead${compressedText(route)}${strippedText(route)}${handedText(route)}`;
  }
  if (route.kind === 'answer') return `answered with ${route.status}${route.body === '' ? '' : ` and ${sizeText(Buffer.byteLength(route.body))} of ${route.type}`}`;
  if (route.kind === 'redirect') return `redirected to ${route.to} with ${route.status}${route.rest ? ', and what follows the prefix' : ''}`;
  const extras = [route.fallback && `fallback ${route.fallback}`, route.cacheControl && `Cache-Control: ${route.cacheControl}`, route.precompressed && `${route.precompressed.join(', ')} from beside it`].filter(Boolean);
  return [`files in ${route.dir}`, `a missing one is ${route.missing === 'app' ? 'the app\'s' : '404'}`, ...extras].join('; ') + compressedText(route);
}

const compressedText = ({ compress }: { readonly compress?: CompressSettings }): string =>
  (compress === undefined ? '' : `; ${compress.codings.join(', ')} from ${sizeText(compress.minLength)}${compress.cookies ? ', with cookies too' : ''}`);

function maintenanceText({ file, allow, retryAfter }: MaintenanceSettings): string {
  return `${file === undefined ? 'on' : `while ${file} is there`}; ${allow.length === 0 ? 'nobody gets through' : `${allow.join(', ')} get through`}; back in ${retryAfter} s`;
}

/** What is changed in headers: `set A, B; remove C`. */
function changesRows(name: string, changes: FieldChanges | undefined): [string, string][] {
  if (changes === undefined) return [];
  const names = (fields: readonly { readonly name: string }[]): string => fields.map((field) => field.name).join(', ');
  const parts = [['set', names(changes.set)], ['add', names(changes.add)], ['remove', changes.remove.join(', ')]].filter(([, which]) => which !== '');
  return [[name, parts.map((part) => part.join(' ')).join('; ')]];
}

function secureText({ tls, servers, sendProxy }: AppRoute['app']): string {
  const proxy = sendProxy === undefined ? '' : `, with a PROXY header (${sendProxy})`;
  if (tls === undefined) return proxy;
  if (tls.insecure) return `, TLS with any certificate${proxy}`;
  return `, TLS with a certificate for ${[...new Set(servers.map(({ tlsName }) => tlsName))].join(', ')} from ${tls.ca ?? 'an authority that Node knows'}${proxy}`;
}

/** Which files the app may have sent by naming them. */
function handedText({ protected: prefixes = [], sendfile = [] }: AppRoute): string {
  return [...prefixes.map(([prefix, dir]) => `; X-Accel-Redirect ${prefix} sends files of ${dir}`), ...sendfile.map((dir) => `; X-Sendfile sends files of ${dir}`)].join('');
}

function strippedText({ strip, app }: AppRoute): string {
  if (strip === undefined) return '';
  return `; prefix taken off, told in ${app.protocol === 'http' ? strip.header === 'none' ? 'no header' : strip.header : 'SCRIPT_NAME'}`;
}

function doorText(door: DoorSetting, { certificates, https }: Settings, [wanted, else_]: readonly [number, number]): string {
  const where = certificates.length === 0 && https.kind !== 'off' ? 'loopback' : 'every address';
  switch (door.kind) {
    case 'off': return 'off';
    case 'auto': return `port ${wanted} where it may be bound, else ${else_}, on ${where}`;
    case 'port': return `port ${door.port === 0 ? 'of the system\'s choice' : door.port} on ${where}`;
    case 'at': return addressText(door.address);
  }
}

const publicText = (port: number | undefined): string => (port === undefined ? '' : `; the world sees port ${port}`);

const certificatesText = ({ certificates, sites, https }: Settings): string =>
  https.kind === 'off' ? 'none needed' : certificates.map(({ cert, key }) => `${cert} (key ${key})`).join(', ')
    || `signed by a local authority for ${['localhost', '*.localhost', 'loopback', ...sites.flatMap(({ hosts }) => hosts)].join(', ')}`;

function believedText({ trust, trustHeaders }: Settings): string {
  if (trust.length === 0) return 'nobody: forwarding headers from outside are removed';
  const who = trust.map((entry) => {
    const list = PUBLISHED.get(entry.trim().toLowerCase());
    return list === undefined ? entry : `${entry} (${list.networks.length} networks, as published on ${list.asOf})`;
  });
  return `${who.join(', ')}: ${Object.entries(trustHeaders).filter(([, name]) => name !== undefined).map(([fact, name]) => `${fact} from ${name}`).join(', ')}`;
}

function addressText(address: ConnectAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

function sizeText(bytes: number): string {
  for (const [unit, size] of [['GiB', 1024 ** 3], ['MiB', 1024 ** 2], ['KiB', 1024]] as const) if (bytes % size === 0) return `${bytes / size} ${unit}`;
  return `${bytes} bytes`;
}

const durationText = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`);

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}
