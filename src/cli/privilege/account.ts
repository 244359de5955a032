import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { UserSettings } from '../../config/settings/settings.ts';
import { RunError } from '../terminal.ts';

/** A user as the system counts: what a process becomes that serves clients. */
export interface Account {
  /** For people. */
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** All of them, `gid` too. */
  readonly groups: readonly number[];
}

/** Where names are looked up; tests have their own. */
export interface Registry {
  /** What `id` says, undefined where there is no such user or no `id`. It asks wherever the system keeps users (nsswitch.conf), and is there on every system that has users. */
  readonly id: (name: string, what: '-u' | '-g' | '-G') => string | undefined;
  /** The text of /etc/group. */
  readonly groups: () => string;
}

const system: Registry = {
  id(name, what) {
    const { status, stdout } = spawnSync('id', [what, '--', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return status === 0 ? stdout.trim() : undefined;
  },
  groups() {
    try { return readFileSync('/etc/group', 'utf8'); } catch { return ''; }
  },
};

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/**
 * Looks a user up. As `initgroups(3)` has it, the groups are those that list the user, and the named group in the place of the
 * user's own. @throws RunError where there is none.
 */
export function findAccount({ name, group }: UserSettings, registry: Registry = system): Account {
  const known = registry.id(name, '-u');
  const gid = group === undefined ? undefined : findGroup(group, registry);
  if (known === undefined) {
    if (!isNumber(name)) throw new RunError(`--user ${name}: there is no such user on this machine. Make one (useradd --system --no-create-home --shell /usr/sbin/nologin ${name}), or name one that is there, such as www-data or nobody.`, 2);
    if (gid === undefined) throw new RunError(`--user ${name}: no user has this number, so its group has to be said too: --user ${name}:${name}`, 2);
    return { name, uid: Number(name), gid, groups: [gid] };
  }
  const uid = Number(known);
  if (uid === 0) throw new RunError(`--user ${name}: that is root (uid 0). Name a user without rights, such as www-data or nobody.`, 2);
  const own = Number(registry.id(name, '-g'));
  const others = (registry.id(name, '-G') ?? '').split(/\s+/).filter(isNumber).map(Number).filter((one) => one !== own);
  return { name, uid, gid: gid ?? own, groups: [...new Set([gid ?? own, ...others])] };
}

function findGroup(group: string, registry: Registry): number {
  if (isNumber(group)) return Number(group);
  const line = registry.groups().split('\n').map((one) => one.split(':')).find(([name]) => name === group);
  if (line?.[2] === undefined) throw new RunError(`--user: /etc/group has no group ${group}. Name one that it has, or give its number (getent group ${group}).`, 2);
  return Number(line[2]);
}

/** This process's own user; undefined where the system has none. */
export interface Self { readonly uid: number | undefined; readonly gid: number | undefined }

const self = (): Self => ({ uid: process.getuid?.(), gid: process.getgid?.() });

/**
 * What workers are to become: undefined where that is what this process is already.
 * @throws RunError where only root could do that, or there is no such user.
 */
export function accountFor(user: UserSettings, { uid, gid }: Self = self(), registry?: Registry): Account | undefined {
  const written = `--user ${user.name}${user.group === undefined ? '' : `:${user.group}`}`;
  if (uid === undefined) throw new RunError(`${written}: this system has no users of that kind. Leave it out.`, 2);
  const account = findAccount(user, registry);
  if (uid === 0) return account;
  if (uid === account.uid && (user.group === undefined || gid === account.gid)) return undefined;
  throw new RunError(`${written}: this process is uid ${uid}, gid ${gid}, and only root can become uid ${account.uid}, gid ${account.gid}. Start it as root (sudo sallyport …), or as ${account.name} itself and leave --user out.`, 2);
}
