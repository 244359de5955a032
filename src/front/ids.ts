import { randomBytes, randomInt } from 'node:crypto';

/** Digits that nobody takes for another when they are read out (Crockford's base 32). */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
/** Ten bits as two of them: to write a number by look-ups costs a third of `toString`. */
const PAIRS = Array.from({ length: 1024 }, (_, n) => DIGITS[n >>> 5]! + DIGITS[n & 31]!);

/**
 * Makes request ids: six random letters per process, and six that no other request of it has. Short enough to be read
 * out on the phone; unique, not secret. They are a running number in an order that only this process knows, since every
 * client is told its own: two of them must not say how much the site is asked for in between.
 */
export function createIds(): () => string {
  let process = '';
  let [a, b, c, d] = [0, 0, 0, 0];
  let count = 0;
  return () => {
    if (count === 0) {
      process = `${Array.from(randomBytes(6), (byte) => DIGITS[byte & 31]!).join('')}-`;
      [a, b, c, d] = [randomInt(HALF), randomInt(HALF), randomInt(HALF), randomInt(HALF)];
    }
    // A Feistel network: whatever a round does to one half can be undone, so that each number becomes another.
    let left = count >>> 15;
    let right = count & (HALF - 1);
    left ^= mixed(right ^ a);
    right ^= mixed(left ^ b);
    left ^= mixed(right ^ c);
    right ^= mixed(left ^ d);
    count = count + 1 & (HALF * HALF - 1); // after 2^30 of them others begin
    return process + PAIRS[left >>> 5]! + PAIRS[(left & 31) << 5 | right >>> 10]! + PAIRS[right & 1023]!;
  };
}

const HALF = 2 ** 15;

/** 15 bits that depend on every bit of 15. */
const mixed = (n: number): number => Math.imul(Math.imul(n, 0x9e3779b1) >>> 7, 0x85ebca6b) >>> 15 & (HALF - 1);
