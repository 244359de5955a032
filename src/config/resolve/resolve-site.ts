import { parseHsts } from '../../core/policy/hsts.ts';
import { parseTell } from '../../core/contract/tell.ts';
import type { SiteSettings, TellSetting } from '../settings/settings.ts';
import type { SiteConfig } from '../types.ts';
import { inWordsOf, type Path, type Problems } from '../problems.ts';
import { parsePrefix } from '../values/prefix.ts';
import { resolveGuard } from './guards.ts';
import { prefixRules } from './prefix-rules.ts';
import { parseRate } from '../values/rates.ts';
import { parseHostName } from '../values/names.ts';
import { certificateHeader, resolveClients } from './client-certificates.ts';
import { resolveClosed } from './resolve-closed.ts';
import { resolveChanges, resolveRoutes } from './resolve-routes.ts';

/** Where a site's keys stand, and what relative paths count from. */
export interface SiteContext {
  readonly path: Path;
  readonly folder: string;
  readonly problems: Problems;
}

/** One site's keys, read. `hostsKey` is what its list of hosts is called there. */
export function resolveSite(site: SiteConfig, hostsKey: 'hosts' | 'domains', context: SiteContext): SiteSettings {
  const { problems } = context;
  const at = <T>(key: string | Path, seen: unknown, read: () => T): T | undefined =>
    problems.at([...context.path, ...(typeof key === 'string' ? [key] : key)], seen, read);
  const changes = resolveChanges(site, context);
  const tell = (site.tell ?? []).flatMap((line, i): TellSetting[] => {
    const told = at(['tell', i], line, () => inWordsOf(() => parseTell(line)));
    return told === undefined ? [] : [told];
  });
  const guards = prefixRules('guards', site.guards, context, (guard, where) => resolveGuard(guard, where, context));
  const rates = prefixRules('rates', site.rates, context, parseRate);
  const clientCertificates = resolveClients(site, context);
  return {
    hosts: (site.hosts ?? []).flatMap((host, i) => at([hostsKey, i], host, () => parseHostName(host)) ?? []),
    schemes: prefixRules('scheme', site.scheme, context, (policy) => policy),
    health: healthPaths(site).flatMap((path, i) => at(Array.isArray(site.health) ? ['health', i] : 'health', path, () => parsePrefix(path)) ?? []),
    hsts: site.hsts === undefined ? undefined : at('hsts', site.hsts, () => inWordsOf(() => parseHsts(String(site.hsts)))),
    speaks: site.speaks ?? 'standard',
    tell: [...tell, ...(clientCertificates === undefined ? [] : certificateHeader(site, tell))],
    secureCookies: site.secureCookies,
    routes: resolveRoutes(site, changes, context),
    ...resolveClosed(site, context),
    ...(clientCertificates && { clientCertificates }),
    ...(guards.length > 0 && { guards }),
    ...(rates.length > 0 && { rates }),
    ...(site.www && { www: site.www }),
    ...(changes.answerHeaders && { answerHeaders: changes.answerHeaders }),
  };
}

const healthPaths = (site: SiteConfig): readonly string[] =>
  site.health === undefined ? [] : typeof site.health === 'string' ? [site.health] : site.health;
