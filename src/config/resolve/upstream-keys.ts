import { DEFAULT_CHECK } from '../defaults.ts';
import { parseFieldName, parseHostName } from '../values/names.ts';
import { BadValue } from '../problems.ts';
import { parseDuration, parseTimeout } from '../values/quantities.ts';
import { secretFile } from '../values/secret.ts';
import type { CheckSettings, StickySettings } from '../settings/settings-upstream.ts';
import type { SiteConfig, UpstreamConfig } from '../types.ts';

/** Milliseconds. */
export function parseLookup(written: string | number): number {
  const ms = parseDuration(written);
  if (ms < 1000) throw new BadValue('a duration of at least 1s');
  return ms;
}

/** What each server is asked for. */
export function parseCheck(written: NonNullable<UpstreamConfig['check']>, { hosts = [] }: SiteConfig): CheckSettings {
  const check = typeof written === 'string' ? { path: written } : written;
  if (!/^\/[\x21-\x7e]*$/.test(check.path) || check.path.includes('#')) throw new BadValue('a path that begins with "/", as a request has it');
  const { status = [] } = check;
  return {
    path: check.path,
    host: check.host === undefined ? parseHostName(hosts[0] ?? 'localhost').replace(/^\*\./, 'www.') : checkHost(check.host),
    interval: parseTimeout(check.interval ?? DEFAULT_CHECK.interval / 1000),
    timeout: parseTimeout(check.timeout ?? DEFAULT_CHECK.timeout / 1000),
    rise: check.rise ?? DEFAULT_CHECK.rise,
    fall: check.fall ?? DEFAULT_CHECK.fall,
    statuses: typeof status === 'number' ? [status] : status,
  };
}

/** A host as a request has it, with a port or without. */
function checkHost(written: string): string {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(written);
  if (match === null || match[1]!.startsWith('*')) throw new BadValue('a host name, with a port or without');
  return parseHostName(match[1]!) + (match[2] === undefined ? '' : `:${match[2]}`);
}

export function parseSticky(written: NonNullable<UpstreamConfig['sticky']>, folder: string): StickySettings {
  const sticky = typeof written === 'string' ? { cookie: written } : written;
  return {
    cookie: cookieName(sticky.cookie),
    secretFile: sticky.secretFile === undefined ? undefined : secretFile(sticky.secretFile, folder),
  };
}

/** A cookie's name is a token, as a field's is (RFC 6265 §4.1.1). */
function cookieName(written: string): string {
  try {
    return parseFieldName(written);
  } catch {
    throw new BadValue('the name of a cookie: letters, digits and signs such as _ and -, without spaces');
  }
}
