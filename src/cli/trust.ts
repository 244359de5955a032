/** `sallyport trust` and `sallyport untrust`: the local authorities into and out of the stores of this machine. */
import { homedir } from 'node:os';
import { listAuthorities, openAuthority } from '../certs/authority.ts';
import { dataDirectory } from '../certs/data-dir.ts';
import { CertificateError, dateText } from '../certs/events.ts';
import { LOCAL_SCOPE } from '../certs/names.ts';
import { findNssDatabases, nssStore, someBrowser } from '../certs/trust-stores/nss.ts';
import type { Outcome, TrustStore } from '../certs/trust-stores/store.ts';
import { SYSTEM_FAMILIES, findSystemFamily, systemStore } from '../certs/trust-stores/system.ts';
import { macTrust, macUntrust, ownLists, phoneTrust, phoneUntrust, windowsTrust, windowsUntrust } from './trust-steps.ts';

export interface TrustOptions {
  /** Where the authorities live; default: SALLYPORT_DATA_DIR, else the user's data directory. */
  readonly dataDir?: string;
  /** Whose browsers; default: this user's home. */
  readonly home?: string;
  /** Instead of those found on this machine. */
  readonly stores?: readonly TrustStore[];
  readonly platform?: NodeJS.Platform;
  readonly env?: NodeJS.ProcessEnv;
  /** Effective user id; 0 may write to the system's store. */
  readonly uid?: number | undefined;
  readonly print?: (line: string) => void;
}

type Settled = Required<Omit<TrustOptions, 'stores'>> & Pick<TrustOptions, 'stores'>;

const settle = (options: TrustOptions): Settled => {
  const env = options.env ?? process.env;
  return {
    dataDir: dataDirectory(env), home: homedir(), platform: process.platform, uid: process.geteuid?.(), env,
    print: (line) => console.log(line),
    ...options,
  };
};

/**
 * Installs every authority there is, and makes the main one where there is none yet. Gives the exit status: 0 when all
 * stores found have them, 1 when something failed or is left for a person to do, which has then been said.
 */
export function runTrust(options: TrustOptions = {}): Promise<number> {
  const settled = settle(options);
  const { print, platform } = settled;
  return guarded(settled, async () => {
    const main = await openAuthority(settled.dataDir, LOCAL_SCOPE);
    if (main.created) print(`Made a local authority: ${main.commonName}`);
    const authorities = await listAuthorities(settled.dataDir);
    for (const { commonName, file, notAfter, sha256 } of authorities) {
      print(`${commonName}, until ${dateText(notAfter).slice(0, 10)}\n  ${file}\n  SHA-256 ${sha256}`);
    }
    const stores = settled.stores ?? (await storesHere(settled));
    const status = await inEach(stores, settled, (store) => store.install(authorities), { done: 'trusts it now', already: 'trusts it already' });
    if (stores.length > 0) print('Browsers that are running see it after a restart.');
    if (platform === 'darwin') macTrust(authorities).forEach(print);
    if (platform === 'win32') windowsTrust(authorities).forEach(print);
    phoneTrust(authorities).forEach(print);
    ownLists(main.file).forEach(print);
    return stores.length === 0 ? 1 : status;
  });
}

/** Takes them out again, and looks whether they are gone. The files stay: the next `trust` brings the same ones back. Exit status as above. */
export function runUntrust(options: TrustOptions = {}): Promise<number> {
  const settled = settle(options);
  const { print, platform } = settled;
  return guarded(settled, async () => {
    const authorities = await listAuthorities(settled.dataDir);
    const stores = settled.stores ?? (await storesHere(settled));
    const status = await inEach(stores, settled, (store) => store.remove(authorities), { done: 'no longer trusts it', already: 'does not have it' });
    const byHand = platform === 'darwin' ? macUntrust(authorities) : platform === 'win32' ? windowsUntrust(authorities) : [];
    if (authorities.length > 0) byHand.forEach(print);
    phoneUntrust.forEach(print);
    if (authorities.length > 0) print(`The authorities themselves are in ${settled.dataDir}/authorities; with that folder removed, new ones are made when they are needed.`);
    return byHand.length > 0 && authorities.length > 0 ? 1 : status;
  });
}

async function guarded({ print, env, uid, dataDir }: Settled, task: () => Promise<number>): Promise<number> {
  if (uid === 0 && env['SUDO_USER'] && !env['SALLYPORT_DATA_DIR']) {
    print(`Note: under sudo this is about root's own authorities (${dataDir}) and root's browsers. For those of ${env['SUDO_USER']}, run it without sudo.`);
  }
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    print(error.message);
    return 1;
  }
}

async function inEach(stores: readonly TrustStore[], { print }: Settled, act: (store: TrustStore) => Promise<Outcome>, words: { done: string; already: string }): Promise<number> {
  let status = 0;
  for (const store of stores) {
    const { state, lines } = await act(store);
    const said = { done: `✓ ${store.name} ${words.done}.`, already: `✓ ${store.name} ${words.already}.`, todo: `• ${store.name}: left for you to do.`, failed: `✗ ${store.name}: this did not work.` }[state];
    print(said);
    for (const line of lines) print(`  ${line}`);
    if (state === 'todo' || state === 'failed') status = 1;
  }
  return status;
}

/** The stores of a Linux machine; none elsewhere, where the steps are printed. */
async function storesHere({ platform, uid, home, env, print }: Settled): Promise<TrustStore[]> {
  if (platform === 'darwin' || platform === 'win32') return [];
  const stores: TrustStore[] = [];
  const family = findSystemFamily();
  if (family) stores.push(systemStore(family, uid === 0));
  else print(`• No system store was found (looked for ${SYSTEM_FAMILIES.map(({ anchors }) => anchors).join(', ')}). The package ca-certificates brings one.`);
  const databases = await findNssDatabases(home, env);
  if (someBrowser(databases, env['PATH'] ?? '')) stores.push(...databases.map((database) => nssStore(database, family?.certutil ?? 'sudo apt install libnss3-tools')));
  else print('• No browser was found for this user.');
  return stores;
}

