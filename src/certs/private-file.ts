import { readFile, stat } from 'node:fs/promises';
import { whyOpen } from '../core/private-mode.ts';
import { CertificateError } from './events.ts';
import { unreadable } from './pem.ts';

/** Reads a file. Rejects with a CertificateError that names it. */
export async function readNamed(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    throw unreadable(file, what, error);
  }
}

/**
 * Refuses a file of secrets that every user of the machine may read, as ssh does, and allows a group's right (Debian's
 * ssl-cert). Rejects with a CertificateError.
 */
export async function refuseOpen(file: string, what: string): Promise<void> {
  const { mode } = await stat(file);
  const why = process.platform === 'win32' ? undefined : whyOpen(file, mode);
  if (why !== undefined) throw new CertificateError(file, `The ${what} file ${why}, since whoever reads it can be this site. Else replace the key.`);
}

/** The one line of a file with a passphrase. Rejects with a CertificateError. */
export async function readPassphrase(file: string): Promise<string> {
  const text = await readNamed(file, 'passphrase');
  await refuseOpen(file, 'passphrase');
  const [pass = '', ...more] = text.replace(/\r?\n$/, '').split('\n');
  if (pass === '' || more.length > 0) throw new CertificateError(file, `The passphrase file ${file} has ${pass === '' && more.length === 0 ? 'nothing in it' : `${more.length + 1} lines`}: expected one line, the passphrase of the key.`);
  return pass;
}
