/** Files that only the parent reads: secrets, and what lies among them. Workers get what is in them. */
import { readFileSync } from 'node:fs';
import type { Settings } from '../../config/settings/settings.ts';

/** By absolute path, in base64. */
export type HandedFiles = Readonly<Record<string, string>>;

/** Reads what workers with these settings ask for; `authorities`: the files that a local authority offers to clients. */
export function readForWorkers({ secretFile, sites }: Pick<Settings, 'secretFile' | 'sites'>, authorities: readonly string[]): HandedFiles {
  const sticky = sites.flatMap(({ routes }) => routes).flatMap((route) => (route.kind === 'app' ? route.app.sticky?.secretFile ?? [] : []));
  const passwords = sites.flatMap(({ guards = [] }) => guards).flatMap(([, guard]) => (guard.kind === 'guard' ? guard.basic ?? [] : []));
  return readAll([...sticky, ...passwords, ...authorities, ...(secretFile === undefined ? [] : [secretFile])]);
}

/** The same for the one that answers the admin address. */
export const readForAdmin = ({ admin }: Pick<Settings, 'admin'>, authorities: readonly string[]): HandedFiles => readAll([...(admin?.passwordFile === undefined ? [] : [admin.passwordFile]), ...authorities]);

const readAll = (files: readonly string[]): HandedFiles => Object.fromEntries([...new Set(files)].map((file) => [file, readFileSync(file).toString('base64')]));

/** Reads a file as a worker does: what it was handed, else from the disk, as the user that it is. */
export const readHanded = (files: HandedFiles) => (file: string): Uint8Array => {
  const handed = files[file];
  return handed === undefined ? readFileSync(file) : Buffer.from(handed, 'base64');
};
