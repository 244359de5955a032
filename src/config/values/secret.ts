import { readFileSync, statSync } from 'node:fs';
import { whyOpen } from '../../core/private-mode.ts';
import { existingFile } from './prefix.ts';
import { BadValue } from '../problems.ts';

/** Bytes of it that are looked at: more than a secret may have. */
const LONGEST_LOOK = 1024;

/**
 * The secret that a file holds: its one line. Never kept in the settings, which are printed and sent around.
 * `readFile`: for a process that may not read it, and was handed what is in it.
 * @throws BadValue where it cannot be read or used.
 */
export function readSecretFile(path: string, readFile: (path: string) => Uint8Array = readFileSync): string {
  let text: string;
  try {
    text = String.fromCharCode(...readFile(path).subarray(0, LONGEST_LOOK));
  } catch (error) {
    throw new BadValue('a file that can be read', (error as Error).message);
  }
  const secret = text.replace(/\r?\n$/, '');
  if (!/^[\x21-\x7e]{16,256}$/.test(secret)) {
    throw new BadValue('a file with one line of 16 to 256 visible ASCII characters', `${path} holds ${secret === '' ? 'nothing' : `${secret.length} characters${/\s/.test(secret) ? ', with white space among them' : ''}`}. Make one with: (umask 077; openssl rand -hex 32 > ${path})`);
  }
  return secret;
}

/** The absolute path of a secret that can be used, and that not every user of the machine can read; a relative one counts from `folder`. */
export function secretFile(written: string, folder: string): string {
  const path = existingFile(written, folder);
  readSecretFile(path);
  const why = process.platform === 'win32' ? undefined : whyOpen(path, statSync(path).mode);
  if (why !== undefined) throw new BadValue('a file that is closed to others', `${why}. Else make a new one: (umask 077; openssl rand -hex 32 > ${path})`);
  return path;
}
