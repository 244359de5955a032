import { resolve } from 'node:path';
import { statSync } from 'node:fs';
import { prefixProblem } from '../../core/policy/prefixes.ts';
import { BadValue } from '../problems.ts';

/** A path prefix as it was written; core says which are none. */
export function parsePrefix(written: string): string {
  const problem = prefixProblem(written);
  if (problem !== undefined) throw new BadValue(undefined, problem);
  return written;
}

/** `'/checkout/=https'`: the prefix and what is said of it. `example` is what the message shows. */
export function splitRule(written: string, example: string): [prefix: string, value: string] {
  const at = written.indexOf('=');
  if (at === -1) throw new BadValue('a path, = and a value', `Example: ${example}`);
  if (at === written.length - 1) throw new BadValue('a value after =', `Example: ${example}`);
  return [written.slice(0, at), written.slice(at + 1)];
}

/** The absolute path of a folder that is there; a relative one counts from `from`. */
export function existingFolder(written: string, from: string): string {
  const path = resolve(from, written);
  if (kindOf(path) !== 'folder') throw new BadValue('a folder that is there', `${path} is ${kindOf(path) === 'file' ? 'a file' : 'missing'}: create it or correct the path`);
  return path;
}

/** The absolute path of a file that is there; a relative one counts from `from`. */
export function existingFile(written: string, from: string): string {
  const path = resolve(from, written);
  if (kindOf(path) !== 'file') throw new BadValue('a file that is there', `${path} is ${kindOf(path) === 'folder' ? 'a folder' : 'missing'}`);
  return path;
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : found.isDirectory() ? 'folder' : 'file';
}
