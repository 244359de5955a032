import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { compileTrust } from '../../core/contract/trust.ts';
import { existingFile, existingFolder } from '../values/prefix.ts';
import { BadValue, type Path } from '../problems.ts';
import { parseTimeout } from '../values/quantities.ts';
import type { SiteContext } from './resolve-site.ts';
import type { MaintenanceSettings, SiteSettings } from '../settings/settings.ts';
import type { SiteConfig } from '../types.ts';

const RETRY_AFTER = '5m';
/** Bytes: a page is kept in memory. */
const MAX_PAGE = 1024 ** 2;

/** Pages of one's own and maintenance. */
export function resolveClosed(site: SiteConfig, context: SiteContext): Pick<SiteSettings, 'pages' | 'maintenance'> {
  const pages = Object.entries(site.pages ?? {}).flatMap(([status, file]): [number, string][] => {
    const found = file === undefined ? undefined : page(['pages', status], file, context);
    return found === undefined ? [] : [[Number(status), found]];
  });
  const maintenance = resolveMaintenance(site.maintenance, context);
  return { ...(pages.length > 0 && { pages }), ...(maintenance && { maintenance }) };
}

function page(at: Path, file: string, { path, folder, problems }: SiteContext): string | undefined {
  return problems.at([...path, ...at], file, () => {
    const found = existingFile(file, folder);
    if (statSync(found).size > MAX_PAGE) throw new BadValue('a page of at most 1 MiB', 'It is kept in memory: put its pictures elsewhere');
    return found;
  });
}

function resolveMaintenance(written: SiteConfig['maintenance'], context: SiteContext): MaintenanceSettings | undefined {
  if (written === undefined || written === false) return undefined;
  const { path, folder, problems } = context;
  const given = written === true ? {} : typeof written === 'string' ? { file: written } : written;
  const at: Path = typeof written === 'string' ? ['maintenance'] : ['maintenance', 'file'];
  const { file, allow = [], retryAfter = RETRY_AFTER } = given;
  return {
    // The file itself comes and goes; a folder that is not there is a typing error.
    file: file === undefined ? undefined : problems.at([...path, ...at], file, () => { existingFolder(dirname(resolve(folder, file)), folder); return resolve(folder, file); }),
    page: given.page === undefined ? undefined : page(['maintenance', 'page'], given.page, context),
    allow: allow.filter((entry, i) => problems.at([...path, 'maintenance', 'allow', i], entry, () => clientAddress(entry)) !== undefined),
    retryAfter: Math.ceil((problems.at([...path, 'maintenance', 'retryAfter'], retryAfter, () => parseTimeout(retryAfter)) ?? 0) / 1000),
  };
}

/** Who a client may be, in a list of addresses. */
export function clientAddress(written: string): string {
  try {
    compileTrust([written]);
  } catch {
    throw new BadValue('an address (192.0.2.1), a network (10.0.0.0/8), "loopback" or "unix"');
  }
  return written;
}
