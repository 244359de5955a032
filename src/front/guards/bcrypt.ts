import type { PasswordHash } from '../../config/values/htpasswd.ts';
import { inSlices } from './slices.ts';

type Bcrypt = Extract<PasswordHash, { kind: 'bcrypt' }>;

/** 18 words of P and 4 × 256 of S. */
const WORDS = 18 + 4 * 256;
/** What is encrypted, 64 times. */
const TEXT = Buffer.from('OrpheanBeholderScryDoubt');
/** Bytes of a password that count. */
const KEY = 72;

/** Niels Provos and David Mazières, "A Future-Adaptable Password Scheme" (USENIX 1999), on Schneier's Blowfish. Gives the hash's text. */
export async function bcrypt(password: Buffer, { cost, salt: saltText }: Omit<Bcrypt, 'kind' | 'hash'>): Promise<string> {
  const salt = words(decode(saltText), 4);
  const key = words(Buffer.concat([password, Buffer.of(0)]).subarray(0, KEY), 18); // the NUL at its end counts
  const state = blowfish().slice();
  expand(state, key, salt);
  await inSlices(2 ** cost, () => {
    expand(state, key, NONE);
    expand(state, salt, NONE);
  });
  const text = words(TEXT, 6);
  for (let i = 0; i < 64; i++) for (let at = 0; at < 6; at += 2) encrypt(state, text, at);
  const bytes = Buffer.alloc(24);
  for (let i = 0; i < 6; i++) bytes.writeInt32BE(text[i]!, 4 * i);
  return encode(bytes.subarray(0, 23)); // all implementations leave the last one out
}

const NONE = new Int32Array(4);

/** Mixes a key in, and `salt` on the way. `key` has 18 words, or 4 that repeat. */
function expand(state: Int32Array, key: Int32Array, salt: Int32Array): void {
  for (let i = 0; i < 18; i++) state[i]! ^= key[i % key.length]!;
  PAIR[0] = PAIR[1] = 0;
  for (let at = 0; at < WORDS; at += 2) {
    PAIR[0] ^= salt[at & 2]!;
    PAIR[1] ^= salt[(at & 2) + 1]!;
    encrypt(state, PAIR, 0);
    state[at] = PAIR[0];
    state[at + 1] = PAIR[1];
  }
}

const PAIR = new Int32Array(2);

/** One block: the two words from `at` on. */
function encrypt(state: Int32Array, block: Int32Array, at: number): void {
  let left = block[at]! ^ state[0]!;
  let right = block[at + 1]!;
  for (let i = 1; i <= 16; i += 2) {
    right ^= scramble(state, left) ^ state[i]!;
    left ^= scramble(state, right) ^ state[i + 1]!;
  }
  block[at] = right ^ state[17]!;
  block[at + 1] = left;
}

function scramble(state: Int32Array, word: number): number {
  const sum = (state[18 + (word >>> 24)]! + state[274 + ((word >>> 16) & 255)]!) ^ state[530 + ((word >>> 8) & 255)]!;
  return (sum + state[786 + (word & 255)]!) | 0;
}

/** So many words of these bytes, again and again from the beginning. */
function words(bytes: Uint8Array, count: number): Int32Array {
  let at = 0;
  return Int32Array.from({ length: count }, () => {
    let word = 0;
    for (let i = 0; i < 4; i++) word = (word << 8) | bytes[at++ % bytes.length]!;
    return word;
  });
}

let initial: Int32Array | undefined;

/** Blowfish begins with the digits of pi behind the point. They are found once, in a tenth of a second: before there are clients. */
export function blowfish(): Int32Array {
  if (initial !== undefined) return initial;
  const bits = BigInt(32 * WORDS);
  const spare = 64n;
  const one = 1n << (bits + spare);
  const arctanOfInverse = (x: bigint): bigint => {
    let sum = 0n;
    for (let power = one / x, n = 1n, sign = 1n; power > 0n; power /= x * x, n += 2n, sign = -sign) sum += sign * (power / n);
    return sum;
  };
  const pi = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n)); // Machin
  const digits = ((pi - 3n * one) >> spare).toString(16).padStart(8 * WORDS, '0');
  return initial = Int32Array.from({ length: WORDS }, (_, i) => Number.parseInt(digits.slice(8 * i, 8 * i + 8), 16));
}

const DIGITS = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Base64 with digits of its own: by way of the usual ones. */
const USUAL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const decode = (text: string): Buffer => Buffer.from([...text].map((digit) => USUAL[DIGITS.indexOf(digit)]).join(''), 'base64');
const encode = (bytes: Buffer): string => [...bytes.toString('base64').replace(/=+$/, '')].map((digit) => DIGITS[USUAL.indexOf(digit)]).join('');
