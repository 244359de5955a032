import { readFileSync } from 'node:fs';
import { existingFile } from './prefix.ts';
import { BadValue } from '../problems.ts';

/** How a password was hashed, as its line in the file says. */
export type PasswordHash =
  /** Drepper's SHA-crypt, `$5$` and `$6$`: `openssl passwd -6`, `htpasswd -5`, mkpasswd. */
  | { readonly kind: 'sha-crypt'; readonly algorithm: 'sha256' | 'sha512'; readonly rounds: number; readonly salt: string; readonly hash: string }
  /** `$2y$`: `htpasswd -B`, `caddy hash-password`. */
  | { readonly kind: 'bcrypt'; readonly cost: number; readonly salt: string; readonly hash: string };

/** The more a check costs, the more a stranger can make it cost: these take a second or so. */
const MOST_ROUNDS = 500_000;
const MOST_COST = 14;
const MOST_BYTES = 1024 ** 2;
const MAKE = 'Make a line with: htpasswd -nB NAME, or: echo "NAME:$(openssl passwd -6)"';

/**
 * Names and hashes of a file as htpasswd writes it: `name:hash` a line, empty lines and those with a # left out.
 * @throws BadValue where it cannot be read or a line not be used. What is in a line is not told: it may be a password.
 */
export function readHtpasswd(path: string, readFile: (path: string) => Uint8Array = readFileSync): ReadonlyMap<string, PasswordHash> {
  let bytes: Uint8Array;
  try {
    bytes = readFile(path);
  } catch (error) {
    throw new BadValue('a file that can be read', (error as Error).message);
  }
  if (bytes.length > MOST_BYTES) throw new BadValue('a file of at most 1 MiB');
  const users = new Map<string, PasswordHash>();
  for (const [i, line] of new TextDecoder().decode(bytes).split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (colon < 1) throw new BadValue('lines of the form name:hash', `Line ${i + 1} of ${path} is not one. ${MAKE}`);
    if (users.has(name)) throw new BadValue('each name once', `Line ${i + 1} of ${path} has "${name}" again`);
    // What follows a second colon is for people (htpasswd keeps it); no hash has one.
    users.set(name, hashOf(line.slice(colon + 1).split(':', 1)[0]!, `Line ${i + 1} of ${path} ("${name}")`));
  }
  if (users.size === 0) throw new BadValue('a file with a line name:hash', `${path} has none. ${MAKE}`);
  return users;
}

/** The absolute path of such a file that can be used; a relative one counts from `folder`. */
export function htpasswdFile(written: string, folder: string): string {
  const path = existingFile(written, folder);
  readHtpasswd(path);
  return path;
}

function hashOf(text: string, where: string): PasswordHash {
  const sha = /^\$([56])\$(?:rounds=(\d{1,9})\$)?([^$]{0,16})\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/.exec(text);
  if (sha !== null) {
    const [, version, rounds = '5000', salt = '', hash = ''] = sha;
    if (Number(rounds) > MOST_ROUNDS) throw new BadValue(`at most ${MOST_ROUNDS} rounds`, `${where} has ${rounds}`);
    // Fewer than 1000 are 1000 by its definition.
    if ((version === '5') === (hash.length === 43)) return { kind: 'sha-crypt', algorithm: version === '5' ? 'sha256' : 'sha512', rounds: Math.max(1000, Number(rounds)), salt, hash };
  }
  const bcrypt = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/.exec(text);
  if (bcrypt !== null) {
    const cost = Number(bcrypt[1]);
    if (cost < 4 || cost > MOST_COST) throw new BadValue(`a cost of bcrypt from 4 to ${MOST_COST}`, `${where} has ${cost}`);
    return { kind: 'bcrypt', cost, salt: bcrypt[2]!, hash: bcrypt[3]! };
  }
  throw new BadValue('hashes of bcrypt ($2y$) or SHA-crypt ($5$, $6$)', `${where} has ${text.startsWith('$apr1$') || text.startsWith('{SHA}') ? 'one of MD5 or SHA-1, which is guessed in no time' : 'none of them'}. ${MAKE}`);
}
