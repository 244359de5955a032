import { lookup } from 'node:dns/promises';
import { wireError } from './endpoint.ts';

let last: Promise<unknown> = Promise.resolve();

/**
 * {@link Transport.lookup} by getaddrinfo. One after the other: each occupies a thread of the pool that files are read
 * with, four by default, for as long as a resolver does not answer.
 */
export function systemLookup(name: string): Promise<readonly string[]> {
  const mine = last.then(async () => (await lookup(name, { all: true })).map(({ address }) => address)).catch((error: unknown) => Promise.reject(wireError(error)));
  last = mine.catch(() => undefined);
  return mine;
}
