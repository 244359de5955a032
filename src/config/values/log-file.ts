import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BadValue } from '../problems.ts';

/** The absolute path of a log file, which need not be there yet; its folder has to be. A relative one counts from `folder`. */
export function logFile(written: string, folder: string): string {
  const path = resolve(folder, written);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) throw new BadValue('a file', `${path} is a folder: name a file in it`);
  if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true) throw new BadValue('a file in a folder that is there', `Make ${dirname(path)} first`);
  return path;
}
