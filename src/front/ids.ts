import { randomBytes } from 'node:crypto';

/**
 * Makes request ids: six random letters per process and a running number. Short enough to be read out on the phone;
 * unique, not secret.
 */
export function createIds(): () => string {
  const process = randomBytes(4).readUInt32BE().toString(36).padStart(7, '0').slice(-6);
  let count = 0;
  return () => `${process}-${(++count).toString(36)}`;
}
