import { hostName } from './urls.ts';

/** Values by host name. */
export interface HostTable<T> {
  /** The value for a Host, or undefined. Case, port and one dot at the end do not matter (RFC 9110 §4.2.3). */
  pick(host: string): T | undefined;
}

/** Compiles host names in lower case; `*.example.com` is one level below. Without any, nothing is picked. */
export function compileHosts<T>(entries: readonly (readonly [host: string, value: T])[]): HostTable<T> {
  const exact = new Map<string, T>();
  /** `.example.com` for `*.example.com`. */
  const below = new Map<string, T>();
  for (const [host, value] of entries) {
    if (host.startsWith('*.')) below.set(host.slice(1), value);
    else exact.set(host, value);
  }
  return {
    pick(host) {
      if (exact.size === 0 && below.size === 0) return undefined;
      let name = hostName(host).toLowerCase();
      if (name.endsWith('.')) name = name.slice(0, -1);
      const dot = name.indexOf('.');
      return exact.get(name) ?? (dot > 0 ? below.get(name.slice(dot)) : undefined);
    },
  };
}
