import { isDeepStrictEqual } from 'node:util';
import type { Settings } from './settings/settings.ts';

/**
 * How another value of a key comes to count while the front runs. `reload`: with the next request. `upgrade`: it is made at
 * the start of a process, and another process can take over without a gap. `restart`: where the doors are, which the
 * processes of an upgrade hand to each other as they are.
 */
type How = 'reload' | 'upgrade' | 'restart';

const HOW: { readonly [K in keyof Required<Settings>]: How } = {
  https: 'restart', http: 'restart',
  workers: 'upgrade', user: 'upgrade', log: 'upgrade', logFile: 'upgrade', logHide: 'upgrade', admin: 'upgrade',
  publicHttpsPort: 'reload', publicHttpPort: 'reload', certificates: 'reload', tls: 'reload', trust: 'reload', acceptProxy: 'reload', trustHeaders: 'reload',
  secretFile: 'reload', allowHeaders: 'reload', maxConnections: 'reload', grace: 'reload', reloadGrace: 'reload', timeouts: 'reload', leastRates: 'reload', sites: 'reload',
};

/** Something that a reload cannot change, and has been changed. */
export interface Unchangeable {
  readonly key: keyof Settings;
  readonly how: Exclude<How, 'reload'>;
  /** Why another key's value stands in the way, where it does. */
  readonly because?: string;
}

/** What of `after` a front that runs by `before` cannot take over by a reload. `placed`: its doors are where they were told to be, by a full address or as sockets of a service manager. */
export function unchangeable(before: Settings, after: Settings, placed: boolean): Unchangeable[] {
  const found = (Object.keys(HOW) as (keyof Settings)[]).flatMap((key): Unchangeable[] => {
    const how = HOW[key];
    return how === 'reload' || isDeepStrictEqual(before[key], after[key]) ? [] : [{ key, how }];
  });
  const real = ({ certificates }: Settings): boolean => certificates.length > 0;
  if (real(before) === real(after) || placed) return found;
  // A door without an address is for this machine alone while only this machine's people believe its certificate.
  return [...found, { key: 'certificates', how: 'restart', because: real(after) ? 'with certificates of your own a door without an address is open to every address, and these doors are for this machine alone' : 'without certificates of your own a door without an address is for this machine alone, and these doors are open to every address' }];
}
