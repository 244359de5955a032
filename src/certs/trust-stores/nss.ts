/** NSS databases, where browsers on Linux keep whom they trust: one for Chromium and its kin, one per Firefox profile. They are the user's own. */
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AuthorityCertificate } from '../authority.ts';
import { pemBody, run } from './store.ts';
import type { Outcome, TrustStore } from './store.ts';

/** Every nickname of ours begins so, whichever authority it was: `untrust` finds those of the past by it. */
const PREFIX = 'Sallyport ';
/** A line of certutil's listing: the nickname, blanks, and three groups of trust flags. */
const OURS = new RegExp(`^(${PREFIX}.*?)\\s+([a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]*)\\s*$`);
const nickname = ({ id }: AuthorityCertificate): string => PREFIX + (id === 'local' ? 'local authority' : id);

export interface NssDatabase {
  readonly name: string;
  readonly dir: string;
}

/** All databases in this home. The first is Chromium's; it is listed even where it does not exist yet. */
export async function findNssDatabases(home: string, env: NodeJS.ProcessEnv = process.env): Promise<NssDatabase[]> {
  const found: NssDatabase[] = [];
  // The order NSS itself looks in (lib/sysinit/nsssysinit.c); Chromium makes the first.
  const shared = [join(home, '.pki/nssdb'), join(env['XDG_DATA_HOME'] || join(home, '.local/share'), 'pki/nssdb')];
  const there = shared.filter(isDatabase);
  for (const dir of there.length > 0 ? there : shared.slice(0, 1)) found.push({ name: 'Chromium, Chrome, Edge and Brave', dir });
  const inside = async (dir: string): Promise<string[]> => (await readdir(dir).catch(() => [])).sort().map((entry) => join(dir, entry));
  // Packages in a sandbox have a home of their own: snaps one per program (`current` is the one in use), flatpaks one per application.
  for (const snap of await inside(join(home, 'snap'))) {
    if (isDatabase(join(snap, 'current/.pki/nssdb'))) found.push({ name: `${basename(snap)} (snap)`, dir: join(snap, 'current/.pki/nssdb') });
  }
  for (const app of await inside(join(home, '.var/app'))) {
    for (const dir of ['.pki/nssdb', 'data/pki/nssdb']) if (isDatabase(join(app, dir))) found.push({ name: `${basename(app)} (flatpak)`, dir: join(app, dir) });
  }
  const config = env['XDG_CONFIG_HOME'] || join(home, '.config');
  const profileRoots: [string, string][] = [
    ['Firefox', join(home, '.mozilla/firefox')],
    ['Firefox', join(config, 'mozilla/firefox')], // where new profiles are from Firefox 147 on
    ['Firefox (snap)', join(home, 'snap/firefox/common/.mozilla/firefox')],
    ['Firefox (flatpak)', join(home, '.var/app/org.mozilla.firefox/.mozilla/firefox')],
    ['Firefox (flatpak)', join(home, '.var/app/org.mozilla.firefox/config/mozilla/firefox')],
    ['LibreWolf', join(home, '.librewolf')],
  ];
  for (const [name, root] of profileRoots) {
    for (const dir of await inside(root)) if (isDatabase(dir)) found.push({ name: `${name}, profile ${basename(dir)}`, dir });
  }
  return found;
}

const isDatabase = (dir: string): boolean => existsSync(join(dir, 'cert9.db'));

/** Whether there is a database yet, or a browser on the path that would make one. */
export function someBrowser(databases: readonly NssDatabase[], path: string): boolean {
  const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'microsoft-edge-stable', 'brave-browser', 'vivaldi', 'opera', 'firefox', 'firefox-esr', 'librewolf'];
  return databases.some(({ dir }) => isDatabase(dir)) || path.split(':').some((dir) => dir !== '' && browsers.some((name) => existsSync(join(dir, name))));
}

/** `certutil` is the program of NSS (not the one of Windows); `installCommand` brings it. */
export function nssStore({ name, dir }: NssDatabase, installCommand: string, certutil = 'certutil'): TrustStore {
  const call = (...args: string[]) => run(certutil, ['-d', `sql:${dir}`, ...args]);
  const absent: Outcome = { state: 'todo', lines: [`The program certutil is needed for it. Run \`${installCommand}\`, then this command again.`] };
  const failed = (what: string, stderr: string): Outcome => ({ state: 'failed', lines: [`certutil could not ${what} ${dir}: ${stderr.trim().replaceAll('\n', ' ')}. If the profile has a primary password, close the browser, take the password off for a moment, or import the file by hand (Settings, Certificates, Authorities, Import).`] });

  /** Our nicknames and their trust flags. */
  const ours = async (): Promise<Map<string, string> | Outcome> => {
    const { status, stdout, stderr } = await call('-L');
    if (status === undefined) return absent;
    if (status !== 0) return failed('read', stderr);
    const lines = stdout.split('\n').map((line) => OURS.exec(line));
    return new Map(lines.flatMap((match) => (match ? [[match[1]!, match[2]!] as const] : [])));
  };
  const holds = async (listed: ReadonlyMap<string, string>, authority: AuthorityCertificate): Promise<boolean> => {
    if (!listed.get(nickname(authority))?.split(',')[0]?.includes('C')) return false;
    const { stdout } = await call('-L', '-a', '-n', nickname(authority));
    return pemBody(stdout) === pemBody(authority.pem);
  };
  /** A nickname can stand for several certificates; each call deletes one. */
  const drop = async (name: string): Promise<Outcome | undefined> => {
    for (let i = 0; i < 20; i++) {
      const listed = await ours();
      if (!(listed instanceof Map)) return listed;
      if (!listed.has(name)) return undefined;
      const { status, stderr } = await call('-D', '-n', name);
      if (status !== 0) return failed('delete from', stderr);
    }
    return failed('delete from', `"${name}" is still there`);
  };

  return {
    name,
    async install(authorities) {
      if (!isDatabase(dir)) {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const { status, stderr } = await call('-N', '--empty-password');
        if (status === undefined) return absent;
        if (status !== 0) return failed('create', stderr);
      }
      const listed = await ours();
      if (!(listed instanceof Map)) return listed;
      let changed = false;
      for (const authority of authorities) {
        if (await holds(listed, authority)) continue;
        changed = true;
        const trouble = await drop(nickname(authority)); // one of the past, under the same name
        if (trouble) return trouble;
        // C: may vouch for servers; nothing for mail and code.
        const { status, stderr } = await call('-A', '-t', 'C,,', '-n', nickname(authority), '-i', authority.file);
        if (status !== 0) return failed('write to', stderr);
        const after = await ours();
        if (!(after instanceof Map) || !(await holds(after, authority))) return failed('write to', 'the certificate is not there afterwards');
      }
      return changed ? { state: 'done', lines: [] } : { state: 'already', lines: [] };
    },
    async remove() {
      if (!isDatabase(dir)) return { state: 'already', lines: [] };
      const listed = await ours();
      if (!(listed instanceof Map)) return listed;
      for (const name of listed.keys()) {
        const trouble = await drop(name);
        if (trouble) return trouble;
      }
      return { state: listed.size > 0 ? 'done' : 'already', lines: [] };
    },
  };
}
