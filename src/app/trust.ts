import { compileTrust, type Trust } from '../core/contract/trust.ts';
import type { Fields } from '../core/http1/fields.ts';
import { OptionError, type Options, type Secret, type TrustEntry } from './options.ts';
import { createProof } from './secret.ts';

export interface Believed {
  readonly trust: Trust;
  readonly vouched: ((fields: Fields) => boolean) | undefined;
}

/** Compiles the option `trust`. */
export function compileBelieved(written: Options['trust'] = ['loopback', 'unix']): Believed {
  const entries = (Array.isArray(written) ? written : [written]) as readonly TrustEntry[];
  const addresses: string[] = [];
  const secrets: string[] = [];
  for (const entry of entries) {
    if (typeof entry === 'string') addresses.push(entry);
    else if (isSecret(entry)) secrets.push(...(typeof entry.secret === 'string' ? [entry.secret] : entry.secret));
    else throw refused(entry);
  }
  return { trust: compileTrust(addresses), vouched: createProof(secrets) };
}

const isSecret = (entry: unknown): entry is Secret =>
  typeof entry === 'object' && entry !== null && 'secret' in entry && (typeof entry.secret === 'string' || (Array.isArray(entry.secret) && entry.secret.length > 0));

function refused(entry: unknown): OptionError {
  if (typeof entry === 'number') {
    return new OptionError('trust', `${entry} looks like a number of hops, which cannot tell a proxy from a client that went around it. Write the address or network that your proxy connects from, such as trust: ['loopback'] on one machine or trust: ['10.0.0.0/8'].`);
  }
  if (entry === true) return new OptionError('trust', 'true would believe every client. Write the address or network that your proxy connects from, such as trust: [\'loopback\'].');
  if (entry === false) return new OptionError('trust', 'false is no list. To believe nobody write trust: [].');
  if (typeof entry === 'object' && entry !== null && 'secret' in entry) {
    return new OptionError('trust', `the secret is ${entry.secret === undefined ? 'undefined: the variable that holds it may not be set' : JSON.stringify(entry.secret)}; expected what the file of the front's --secret-file holds, 16 to 256 visible ASCII characters.`);
  }
  return new OptionError('trust', `${JSON.stringify(entry) ?? String(entry)} is none; expected an address, a network, 'loopback', 'unix' or { secret }.`);
}
