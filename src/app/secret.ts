import { SECRET_HEADER } from '../core/contract/tell.ts';
import type { Fields } from '../core/http1/fields.ts';
import { OptionError } from './options.ts';

/** Whether a head carries one of the secrets, in one line of its own. Undefined where there is no secret. */
export function createProof(secrets: readonly string[]): ((fields: Fields) => boolean) | undefined {
  for (const secret of secrets) {
    if (!/^[\x21-\x7e]{16,256}$/.test(secret)) throw new OptionError('trust', `a secret of ${secret.length} characters cannot be used: expected 16 to 256 visible ASCII characters. Make one with: openssl rand -hex 32`);
  }
  if (secrets.length === 0) return undefined;
  return (fields) => {
    const shown = fields.all(SECRET_HEADER);
    if (shown.length !== 1) return false;
    let same = false;
    for (const secret of secrets) same = equals(secret, shown[0]!) || same;
    return same;
  };
}

/**
 * Compares in a time that depends on the lengths alone: one that stopped at the first difference would tell a client
 * how much of a guess was right. Written out, since not every runtime has a function for it.
 */
function equals(secret: string, shown: string): boolean {
  let difference = secret.length ^ shown.length;
  for (let i = 0; i < secret.length; i++) difference |= secret.charCodeAt(i) ^ (i < shown.length ? shown.charCodeAt(i) : 0);
  return difference === 0;
}
