/**
 * Local authorities on disk: `<data>/authorities/<id>/` holds `authority.key` (readable by its owner alone) and
 * `sallyport-<id>.crt`, the file that people install.
 */
import { X509Certificate, createPrivateKey, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeAuthorityCertificate } from './authority-certificate.ts';
import { CertificateError, dateText, systemClock } from './events.ts';
import type { Clock } from './events.ts';
import type { Scope } from './names.ts';
import { keyFromPem, keyToPem, makeKeys, x509 } from './x509.ts';
import type { CryptoKey } from './x509.ts';

/** What may be shown to anybody. */
export interface AuthorityCertificate {
  /** `local`, or the domain it is for. */
  readonly id: string;
  /** As lists of authorities show it. */
  readonly commonName: string;
  readonly file: string;
  readonly pem: string;
  /** SHA-1 and SHA-256 over the certificate, hexadecimal, lower case. SHA-1 is what the stores of macOS and Windows look things up by. */
  readonly sha1: string;
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

export interface Authority extends AuthorityCertificate {
  readonly certificate: InstanceType<typeof x509.X509Certificate>;
  readonly signingKey: CryptoKey;
  /** It was made just now: no client knows it. */
  readonly created: boolean;
}

const folderOf = (dataDir: string, id = ''): string => join(dataDir, 'authorities', id);
const certName = (id: string): string => `sallyport-${id}.crt`;

/** Opens the authority of this scope, made now where there is none. Rejects with a CertificateError that says what to do. */
export async function openAuthority(dataDir: string, scope: Scope, clock: Clock = systemClock): Promise<Authority> {
  const folder = folderOf(dataDir, scope.id);
  const created = !(await exists(folder)) && (await create(dataDir, scope, clock));
  const shown = await readCertificate(dataDir, scope.id);
  if (shown.notAfter <= clock.now()) {
    throw new CertificateError(shown.file, `The local authority in ${folder} expired on ${dateText(shown.notAfter)}. Run \`sallyport untrust\`, remove that folder, and run \`sallyport trust\`: a new one is made.`);
  }
  const signingKey = await readKey(folder, shown.pem);
  return { ...shown, certificate: new x509.X509Certificate(shown.pem), signingKey, created };
}

export const hasAuthority = (dataDir: string, id: string): Promise<boolean> => exists(folderOf(dataDir, id));

/** The certificates of all authorities there are, the main one first. Reads no key. */
export async function listAuthorities(dataDir: string): Promise<AuthorityCertificate[]> {
  const ids = await readdir(folderOf(dataDir)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  ids.sort((a, b) => Number(b === 'local') - Number(a === 'local') || a.localeCompare(b));
  return Promise.all(ids.filter((id) => !id.startsWith('.')).map((id) => readCertificate(dataDir, id)));
}

/**
 * Makes key and certificate in a folder beside and renames it into place: a folder cannot be renamed over one that has
 * files in it, so of two processes that start at once one wins, and nobody ever sees a key without its certificate.
 * Gives whether it was this one.
 */
async function create(dataDir: string, scope: Scope, clock: Clock): Promise<boolean> {
  const folder = folderOf(dataDir, scope.id);
  const draft = folderOf(dataDir, `.${scope.id}-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(folderOf(dataDir), { recursive: true, mode: 0o700 });
    await mkdir(draft, { mode: 0o700 });
    const keys = await makeKeys();
    const certificate = await makeAuthorityCertificate({ scope, keys, now: clock.now() });
    await writeFile(join(draft, 'authority.key'), await keyToPem(keys.privateKey), { flag: 'wx', mode: 0o600 });
    await writeFile(join(draft, certName(scope.id)), certificate.toString('pem') + '\n', { flag: 'wx', mode: 0o644 });
    await chmod(join(draft, certName(scope.id)), 0o644); // whatever the umask is: this one is for showing
    await rename(draft, folder);
    return true;
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    if (await exists(folder)) return false; // somebody else was first
    throw new CertificateError(folder, `The local authority could not be made in ${folder}: ${(error as Error).message}. Make that place writable for this user, or set SALLYPORT_DATA_DIR to one that is.`);
  }
}

async function readCertificate(dataDir: string, id: string): Promise<AuthorityCertificate> {
  const file = join(folderOf(dataDir, id), certName(id));
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(await readFile(file));
  } catch (error) {
    throw new CertificateError(file, `The local authority's certificate ${file} cannot be read: ${(error as Error).message}. Put the file back, or remove its folder: a new authority is made, and has to be trusted anew.`);
  }
  const digest = (text: string): string => text.replaceAll(':', '').toLowerCase();
  return {
    id,
    commonName: /^CN=(.*)$/m.exec(parsed.subject)?.[1] ?? `Sallyport ${id}`,
    file,
    pem: parsed.toString(),
    sha1: digest(parsed.fingerprint),
    sha256: digest(parsed.fingerprint256),
    notAfter: Date.parse(parsed.validTo),
  };
}

async function readKey(folder: string, certPem: string): Promise<CryptoKey> {
  const file = join(folder, 'authority.key');
  const broken = (why: string): CertificateError =>
    new CertificateError(file, `The local authority's key ${file} cannot be used: ${why}. Put the right file back, or run \`sallyport untrust\` and remove ${folder}: a new authority is made, and has to be trusted anew.`);
  let pem: string;
  try {
    // Whoever can read this key can be any local site for this user. Windows keeps no such bits; the folder is the user's there.
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && mode & 0o077) {
      throw new CertificateError(file, `The local authority's key ${file} can be read by others (mode ${(mode & 0o777).toString(8).padStart(4, '0')}, expected 0600). If nobody else had access, run: chmod 600 '${file}'. Else run \`sallyport untrust\` and remove ${folder}.`);
    }
    pem = await readFile(file, 'utf8');
  } catch (error) {
    throw error instanceof CertificateError ? error : broken((error as Error).message);
  }
  try {
    if (!new X509Certificate(certPem).checkPrivateKey(createPrivateKey(pem))) throw new Error('it does not fit the certificate beside it');
    return await keyFromPem(pem);
  } catch (error) {
    throw broken((error as Error).message);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return false;
    throw new CertificateError(path, `The local authority's folder ${path} cannot be looked at: ${error.message}. Run as the user it belongs to, or set SALLYPORT_DATA_DIR to a place of this user's own.`);
  });
}
