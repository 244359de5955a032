import { compileTrust } from '../../core/contract/trust.ts';
import { DEFAULT_GRACE_SECONDS, DEFAULT_LEAST_RATES, DEFAULT_MAX_CONNECTIONS, DEFAULT_TIMEOUTS, DEFAULT_TRUST_HEADERS } from '../defaults.ts';
import { isThisMachine, parseAdmin } from '../values/admin.ts';
import { checkTogether } from './checks.ts';
import { checkContract } from './check-contract.ts';
import { parseDoor } from '../values/door.ts';
import { freeze } from './freeze.ts';
import { parseHostName } from '../values/names.ts';
import { existingFile } from '../values/prefix.ts';
import { ConfigError, inWordsOf, Problems, type Path } from '../problems.ts';
import { parseDuration, parseRate, parseTimeout } from '../values/quantities.ts';
import { secretFile } from '../values/secret.ts';
import { resolveSite } from './resolve-site.ts';
import { resolveTlsDoor } from '../values/tls-door.ts';
import { siteKeys } from '../schema/schema-site.ts';
import type { Config, SiteConfig } from '../types.ts';
import type { AdminSettings, LogFormat, Settings, Timeouts } from '../settings/settings.ts';
import { checkShape } from '../schema/shape.ts';
import { logFile } from '../values/log-file.ts';
import { parseUser } from '../values/user.ts';

export interface ResolveContext {
  /** Absolute; what relative paths count from: the configuration file's folder, or the current one for flags. */
  readonly folder: string;
  /** The log format where none is asked for: pretty on a terminal, json elsewhere. */
  readonly defaultLog: LogFormat;
  /** What a path is called in messages; by default as it stands in a file. */
  readonly nameOf?: ((path: Path) => string) | undefined;
}

/**
 * From what a person wrote to the one frozen value. Reads no file but to see that it is there.
 * @throws ConfigError with every problem at once.
 */
export function resolveConfig(written: unknown, context: ResolveContext): Settings {
  const shape = checkShape(written);
  if ('problems' in shape) throw new ConfigError(shape.problems, context.nameOf);
  const problems = new Problems();
  const settings = resolve(shape.config, context, problems);
  problems.throwIfAny(context.nameOf); // rules between values are only told once the values can be read
  const siteAt = (i: number): Path => (shape.config.sites === undefined ? [] : ['sites', i]);
  checkTogether(settings, siteAt, problems);
  checkContract(settings, siteAt, problems);
  problems.throwIfAny(context.nameOf);
  return freeze(settings);
}

function resolve(config: Config, { folder, defaultLog }: ResolveContext, problems: Problems): Settings {
  const file = (path: Path, written: string): string => problems.at(path, written, () => existingFile(written, folder)) ?? written;
  return {
    https: problems.at(['https'], config.https, () => parseDoor(config.https, folder)) ?? { kind: 'auto' },
    http: problems.at(['http'], config.http, () => parseDoor(config.http, folder)) ?? { kind: 'auto' },
    publicHttpsPort: config.publicHttpsPort,
    publicHttpPort: config.publicHttpPort,
    certificates: (config.certificates ?? []).map(({ cert, key, passFile }, i) => ({
      cert: file(['certificates', i, 'cert'], cert), key: file(['certificates', i, 'key'], key),
      ...(passFile !== undefined && { passFile: file(['certificates', i, 'passFile'], passFile) }),
    })),
    ...(config.tls && { tls: resolveTlsDoor(config.tls, problems) }),
    trust: (config.trust ?? []).filter((entry, i) => problems.at(['trust', i], entry, () => inWordsOf(() => compileTrust([entry]))) !== undefined),
    acceptProxy: config.acceptProxy ?? false,
    trustHeaders: {
      scheme: config.trustHeaders?.scheme ?? DEFAULT_TRUST_HEADERS.scheme,
      client: config.trustHeaders?.client ?? DEFAULT_TRUST_HEADERS.client,
      host: config.trustHeaders?.host,
      port: config.trustHeaders?.port,
      ...(config.trustHeaders?.id !== undefined && { id: config.trustHeaders.id }),
    },
    secretFile: config.secretFile === undefined ? undefined : problems.at(['secretFile'], config.secretFile, () => secretFile(config.secretFile!, folder)),
    allowHeaders: config.allowHeaders ?? [],
    log: config.log ?? (config.logFile === undefined ? defaultLog : 'json'),
    logFile: config.logFile === undefined ? undefined : problems.at(['logFile'], config.logFile, () => logFile(config.logFile!, folder)),
    logHide: config.logHide ?? [],
    workers: config.workers ?? 'auto',
    ...(config.user !== undefined && { user: problems.at(['user'], config.user, () => parseUser(config.user!)) }),
    admin: resolveAdmin(config, folder, problems),
    maxConnections: config.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    grace: (problems.at(['grace'], config.grace, () => parseDuration(config.grace ?? DEFAULT_GRACE_SECONDS)) ?? 0) / 1000,
    ...(config.reloadGrace !== undefined && { reloadGrace: (problems.at(['reloadGrace'], config.reloadGrace, () => parseDuration(config.reloadGrace!)) ?? 0) / 1000 }),
    timeouts: resolveTimeouts(config, problems),
    leastRates: { body: leastRate('bodyRate', config, problems) ?? DEFAULT_LEAST_RATES.body, send: leastRate('sendRate', config, problems) ?? DEFAULT_LEAST_RATES.send },
    sites: resolveSites(config, folder, problems),
  };
}

function resolveAdmin({ admin, adminPasswordFile, adminHosts }: Config, folder: string, problems: Problems): AdminSettings | undefined {
  const address = admin === undefined ? undefined : problems.at(['admin'], admin, () => parseAdmin(admin, folder));
  const passwordFile = adminPasswordFile === undefined ? undefined : problems.at(['adminPasswordFile'], adminPasswordFile, () => secretFile(adminPasswordFile, folder));
  const hosts = (adminHosts ?? []).flatMap((host, i) => problems.at(['adminHosts', i], host, () => parseHostName(host)) ?? []);
  if (address === undefined) return undefined;
  if (adminPasswordFile === undefined && !isThisMachine(address)) {
    problems.add({ path: ['admin'], seen: admin, expected: 'loopback or a unix socket, or a password beside it', next: 'Others reach this address: use 127.0.0.1, or give a password with --admin-password-file' });
  }
  return { address, passwordFile, hosts };
}

function resolveTimeouts(config: Config, problems: Problems): Timeouts {
  const timeouts: { -readonly [K in keyof Timeouts]: number } = { ...DEFAULT_TIMEOUTS };
  for (const [name, written] of Object.entries(config.timeouts ?? {})) {
    if (written === undefined) continue;
    const ms = problems.at(['timeouts', name], written, () => parseTimeout(written));
    if (ms !== undefined) timeouts[name as keyof Timeouts] = ms;
  }
  return timeouts;
}

function leastRate(key: 'bodyRate' | 'sendRate', config: Config, problems: Problems): number | undefined {
  const written = config[key];
  return written === undefined ? undefined : problems.at([key], written, () => parseRate(written));
}

function resolveSites(config: Config, folder: string, problems: Problems): Settings['sites'] {
  if (config.sites === undefined) {
    const site: SiteConfig = { ...pickSite(config), ...(config.domains !== undefined && { hosts: config.domains }) };
    return [resolveSite(site, 'domains', { path: [], folder, problems })];
  }
  for (const key of Object.keys({ ...pickSite(config), ...(config.domains !== undefined && { domains: 0 }) })) {
    problems.add({ path: [key], seen: config[key as keyof Config], expected: 'no key of a single site beside sites', next: 'Move it into the site it is meant for' });
  }
  return config.sites.map((site, i) => resolveSite(site, 'hosts', { path: ['sites', i], folder, problems }));
}

/** The keys of one site that stand at the top. */
const pickSite = (config: Config): SiteConfig =>
  Object.fromEntries(Object.entries(config).filter(([key, value]) => key in siteKeys && value !== undefined));
