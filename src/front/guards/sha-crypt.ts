import { createHash } from 'node:crypto';
import type { PasswordHash } from '../../config/values/htpasswd.ts';
import { inSlices } from './slices.ts';

type ShaCrypt = Extract<PasswordHash, { kind: 'sha-crypt' }>;

/** Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512" (https://www.akkadia.org/drepper/SHA-crypt.txt); steps by its numbers. Gives the hash's text. */
export async function shaCrypt(password: Buffer, { algorithm, rounds, salt: saltText }: Omit<ShaCrypt, 'kind' | 'hash'>): Promise<string> {
  const digest = (...parts: readonly Uint8Array[]): Buffer => {
    const hash = createHash(algorithm);
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const salt = Buffer.from(saltText);
  const b = digest(password, salt, password); // 4 to 8
  const a: Uint8Array[] = [password, salt, repeated(b, password.length)]; // 1 to 3, 9 and 10
  for (let bits = password.length; bits > 0; bits >>= 1) a.push((bits & 1) === 1 ? b : password); // 11
  let c = digest(...a); // 12
  const p = repeated(digest(...Array.from({ length: password.length }, () => password)), password.length); // 13 to 16
  const s = repeated(digest(...Array.from({ length: 16 + c[0]! }, () => salt)), salt.length); // 17 to 20
  await inSlices(rounds, (i) => { // 21
    const odd = (i & 1) === 1;
    const hash = createHash(algorithm).update(odd ? p : c);
    if (i % 3 !== 0) hash.update(s);
    if (i % 7 !== 0) hash.update(p);
    c = hash.update(odd ? c : p).digest();
  });
  return encode(c); // 22
}

/** The first `length` bytes of endlessly many of these. */
function repeated(bytes: Buffer, length: number): Buffer {
  const all = Buffer.alloc(length);
  for (let at = 0; at < length; at += bytes.length) bytes.copy(all, at);
  return all;
}

const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The bytes in the order of step 22, three at a time, least bits first. */
function encode(bytes: Buffer): string {
  const third = Math.floor(bytes.length / 3); // 10 or 21
  // The first three are bytes 0, third and 2 × third; from then on each goes one on, and the places change.
  const turn = bytes.length === 64 ? 1 : 2;
  let text = '';
  for (let i = 0, place = 0; i < third; i++, place = (place + turn) % 3) {
    const three = [i, third + i, 2 * third + i];
    text += group([three[place]!, three[(place + 1) % 3]!, three[(place + 2) % 3]!].map((at) => bytes[at]!), 4);
  }
  return text + (bytes.length === 64 ? group([0, 0, bytes[63]!], 2) : group([0, bytes[31]!, bytes[30]!], 3));
}

function group([high, middle, low]: readonly number[], length: number): string {
  let bits = (high! << 16) | (middle! << 8) | low!;
  let text = '';
  for (let i = 0; i < length; i++, bits >>= 6) text += DIGITS[bits & 63]!;
  return text;
}
