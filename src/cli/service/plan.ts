import { dirname } from 'node:path';
import { existsSync } from 'node:fs';
import type { ListenAddress } from '../../config/values/addresses.ts';
import type { DoorSetting, Settings } from '../../config/settings/settings.ts';

/** What a service of systemd is made of. */
export interface ServicePlan {
  /** Of its units, its state directory and its runtime directory. */
  readonly name: string;
  readonly user: string;
  readonly group: string | undefined;
  /** The program with what starts it. */
  readonly program: readonly [string, ...string[]];
  /** What is said to it, absolute. */
  readonly words: readonly string[];
  /** Of its doors, in the words of ListenStream=; first https. */
  readonly sockets: readonly string[];
  readonly app: string;
  /** Seconds. */
  readonly grace: number;
  /** Folders that it writes to, besides its own. */
  readonly writes: readonly string[];
  /** It reads below /home, /root or /run/user; below /tmp or /var/tmp. */
  readonly readsHomes: boolean;
  readonly readsTemporary: boolean;
  /** Another process than the one systemd starts serves (--runtime). */
  readonly launched: boolean;
}

type Facts = Pick<ServicePlan, 'sockets' | 'app' | 'grace' | 'writes' | 'readsHomes' | 'readsTemporary'>;

/** What follows from settings. */
export function planFor(settings: Settings, words: readonly string[], hasIPv6 = existsSync('/proc/self/net/if_inet6')): Facts {
  const local = settings.certificates.length === 0 && settings.https.kind !== 'off';
  const paths = pathsIn([settings, words]);
  const below = (...folders: string[]): boolean => paths.some((path) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`)));
  const routes = settings.sites.flatMap((site) => site.routes);
  return {
    sockets: [...streams(settings.https, 443, { local, hasIPv6 }), ...streams(settings.http, 80, { local, hasIPv6 })],
    app: [...new Set(routes.flatMap((route) => (route.kind === 'app' ? [route.app.written] : [])))].join(', ') || 'files',
    grace: settings.grace,
    writes: [...new Set([...logFolder(settings), ...(settings.admin?.address.kind === 'unix' ? [dirname(settings.admin.address.path)] : [])])],
    readsHomes: below('/home', '/root', '/run/user'),
    readsTemporary: below('/tmp', '/var/tmp'),
  };
}

const logFolder = ({ logFile }: Settings): string[] => (logFile === undefined ? [] : [dirname(logFile)]);

function streams(door: DoorSetting, usual: number, { local, hasIPv6 }: { readonly local: boolean; readonly hasIPv6: boolean }): string[] {
  switch (door.kind) {
    case 'off': return [];
    case 'at': return [stream(door.address)];
    case 'auto': case 'port': {
      const port = door.kind === 'auto' ? usual : door.port;
      return local ? [`127.0.0.1:${port}`, ...(hasIPv6 ? [`[::1]:${port}`] : [])] : [String(port)];
    }
  }
}

const stream = (address: ListenAddress): string => (address.kind === 'unix' ? address.path : `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`);

/** Every text in a value that is an absolute path, or has one behind `unix:` or a prefix. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return [...value.matchAll(/(?:^|:|=)(\/[^,]*)/g)].map(([, path]) => path!);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}
