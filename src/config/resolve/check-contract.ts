import { createClassifier } from '../../core/contract/classify.ts';
import { ContractError } from '../../core/contract/contract-error.ts';
import { createReader } from '../../core/contract/read.ts';
import { compileTeller } from '../../core/contract/tell.ts';
import { compileTrust } from '../../core/contract/trust.ts';
import type { Settings, SiteSettings } from '../settings/settings.ts';
import { inWords, type Path, type Problems } from '../problems.ts';

/**
 * Compiles what the front will compile, so that what core refuses is a problem of the configuration with its path, and
 * the rules stay in core alone.
 */
export function checkContract(settings: Settings, siteAt: (i: number) => Path, problems: Problems): void {
  attempt(problems, settings, [], () => createReader({ trust: compileTrust(settings.trust), headers: settings.trustHeaders, publicPort: () => 443 }));
  const told = settings.sites.flatMap((site, i) => attempt(problems, site, siteAt(i), () => compileTeller(site.speaks, site.tell).names) ?? []);
  const believed = settings.trust.length === 0 ? [] : Object.values(settings.trustHeaders).filter((name) => name !== undefined);
  attempt(problems, settings, [], () => createClassifier({ tellNames: [...told, ...believed], allowHeaders: settings.allowHeaders }));
}

function attempt<T>(problems: Problems, where: Settings | SiteSettings, at: Path, compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    problems.add({ path: [...at, ...stepsTo(error, where)], seen: error.entry, expected: undefined, next: inWords(error) });
    return undefined;
  }
}

/** Where the entry stands that core refused. */
function stepsTo({ setting, entry }: ContractError, where: Settings | SiteSettings): Path {
  switch (setting) {
    case 'trust': return ['trust'];
    case 'speaks': return ['speaks'];
    case 'allow-header': return ['allowHeaders', ...('allowHeaders' in where ? [where.allowHeaders.indexOf(entry)] : [])];
    case 'trust-header': return ['trustHeaders', ...('trustHeaders' in where ? Object.entries(where.trustHeaders).filter(([, name]) => name === entry).map(([fact]) => fact).slice(-1) : [])];
    case 'tell': {
      const i = 'tell' in where ? where.tell.findIndex(({ name, value }) => `${name}: ${value}` === entry) : -1;
      return i === -1 ? ['tell'] : ['tell', i];
    }
  }
}
