import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataDirectory } from '../../certs/data-dir.ts';

/** A socket's path has room for so many bytes (sockaddr_un: 104 on macOS, 108 on Linux, with a NUL). */
const LONGEST = 103;

/**
 * The folder of the control sockets of this user's fronts: in the data directory, or where that is too deep for a socket's
 * path, in the folder for temporary files. Whoever may enter it may stop and change a front, so it is its owner's alone.
 */
export function controlFolder(env: NodeJS.ProcessEnv = process.env): string {
  const own = join(dataDirectory(env), 'control');
  return Buffer.byteLength(join(own, '4194304.sock')) <= LONGEST ? own : join(tmpdir(), `sallyport-${process.getuid?.() ?? 'control'}`);
}

export const socketOf = (folder: string, pid: number): string => join(folder, `${pid}.sock`);

/** Makes the folder. Throws where it is somebody else's, or open to others. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) throw new Error(`${folder} is not a folder of this user's`);
  if ((found.mode & 0o077) !== 0) throw new Error(`${folder} is open to others: chmod 700 ${folder}`);
}

/** Processes that have, or had, a socket there. */
export function pidsIn(folder: string): number[] {
  try {
    return readdirSync(folder).flatMap((name) => { const pid = /^(\d+)\.sock$/.exec(name); return pid === null ? [] : [Number(pid[1])]; });
  } catch {
    return [];
  }
}
