/** The system's own store on Linux: a folder of anchors, and a program that makes one bundle of them for OpenSSL, curl, Python, Go. */
import { existsSync } from 'node:fs';
import { copyFile, chmod, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthorityCertificate } from '../authority.ts';
import { pemBody, quote, run } from './store.ts';
import type { Outcome, TrustStore } from './store.ts';

export interface SystemFamily {
  readonly name: string;
  /** Where the administrator's anchors go. */
  readonly anchors: string;
  /** Run after adding, and after removing. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What programs read in the end. */
  readonly bundle: string;
  /** The package that has `certutil`, with the command that installs it. */
  readonly certutil: string;
}

/** Told apart by which folder exists. */
export const SYSTEM_FAMILIES: readonly SystemFamily[] = [
  {
    name: 'Fedora, RHEL and their kin', anchors: '/etc/pki/ca-trust/source/anchors', bundle: '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    added: ['update-ca-trust', 'extract'], removed: ['update-ca-trust', 'extract'], certutil: 'sudo dnf install nss-tools',
  },
  {
    // /usr/share/pki/trust is for packages, /etc/pki/trust for the administrator.
    name: 'SUSE', anchors: '/etc/pki/trust/anchors', bundle: '/var/lib/ca-certificates/ca-bundle.pem',
    added: ['update-ca-certificates'], removed: ['update-ca-certificates', '-f'], certutil: 'sudo zypper install mozilla-nss-tools',
  },
  {
    name: 'Arch', anchors: '/etc/ca-certificates/trust-source/anchors', bundle: '/etc/ca-certificates/extracted/tls-ca-bundle.pem',
    added: ['trust', 'extract-compat'], removed: ['trust', 'extract-compat'], certutil: 'sudo pacman -S nss',
  },
  {
    // Without --fresh, links to files that have gone stay behind.
    name: 'Debian, Ubuntu, Alpine and their kin', anchors: '/usr/local/share/ca-certificates', bundle: '/etc/ssl/certs/ca-certificates.crt',
    added: ['update-ca-certificates'], removed: ['update-ca-certificates', '--fresh'], certutil: 'sudo apt install libnss3-tools',
  },
];

export const findSystemFamily = (exists: (path: string) => boolean = existsSync): SystemFamily | undefined =>
  SYSTEM_FAMILIES.find(({ anchors }) => exists(anchors));

/** `root`: whether this process may write there. If not, the outcome is the command to run with sudo, with every path spelt out: under sudo, "home" is another. */
export function systemStore(family: SystemFamily, root: boolean): TrustStore {
  /** Several people on a machine have one authority each, so the file's name carries its fingerprint. */
  const anchor = ({ id, sha256 }: AuthorityCertificate): string => join(family.anchors, `sallyport-${id}-${sha256.slice(0, 8)}.crt`);
  const inBundle = async (authorities: readonly AuthorityCertificate[]): Promise<boolean[]> => {
    const bundle = pemBody(await readFile(family.bundle, 'utf8').catch(() => ''));
    return authorities.map(({ pem }) => bundle.includes(pemBody(pem)));
  };
  const update = async (command: readonly string[], done: () => Promise<boolean>): Promise<Outcome> => {
    const [program = '', ...args] = command;
    const { status, stderr } = await run(program, args);
    if (status === undefined) return { state: 'failed', lines: [`The program ${program} was not found; the package ca-certificates brings it.`] };
    if (status !== 0) return { state: 'failed', lines: [`\`${command.join(' ')}\` ended with status ${status}: ${stderr.trim()}`] };
    if (!(await done())) return { state: 'failed', lines: [`\`${command.join(' ')}\` ran, but ${family.bundle} shows no change. Look at what it prints when run by hand.`] };
    return { state: 'done', lines: [] };
  };

  return {
    name: 'the system store',
    async install(authorities) {
      const present = await inBundle(authorities);
      const missing = authorities.filter((_, i) => !present[i]);
      if (missing.length === 0) return { state: 'already', lines: [] };
      if (!root) return { state: 'todo', lines: ['It belongs to root. Run:', ...missing.map((authority) => `  sudo cp ${quote(authority.file)} ${quote(anchor(authority))}`), `  sudo ${family.added.map(quote).join(' ')}`] };
      try {
        for (const authority of missing) {
          await copyFile(authority.file, anchor(authority));
          await chmod(anchor(authority), 0o644);
        }
      } catch (error) {
        return { state: 'failed', lines: [(error as Error).message] };
      }
      return update(family.added, async () => (await inBundle(missing)).every(Boolean));
    },
    async remove(authorities) {
      const files = authorities.map(anchor).filter((file) => existsSync(file));
      const foreign = await othersIn(family.anchors, authorities.map(anchor));
      const lines = foreign.length > 0 ? [`Left alone, as they are not this user's present authorities: ${foreign.join(', ')}`] : [];
      if (files.length === 0 && (await inBundle(authorities)).every((there) => !there)) return { state: 'already', lines };
      if (!root) return { state: 'todo', lines: ['It belongs to root. Run:', ...files.map((file) => `  sudo rm ${quote(file)}`), `  sudo ${family.removed.map(quote).join(' ')}`, ...lines] };
      try {
        for (const file of files) await rm(file);
      } catch (error) {
        return { state: 'failed', lines: [(error as Error).message] };
      }
      const outcome = await update(family.removed, async () => (await inBundle(authorities)).every((there) => !there));
      return { ...outcome, lines: [...outcome.lines, ...lines] };
    },
  };
}

async function othersIn(anchors: string, ours: readonly string[]): Promise<string[]> {
  const files = await readdir(anchors).catch(() => []);
  return files.filter((file) => /^sallyport-.*\.crt$/.test(file)).map((file) => join(anchors, file)).filter((file) => !ours.includes(file));
}
