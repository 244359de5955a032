/** A configuration as the parent has it, and what of it each worker is told: no more than its part needs. */
import type { Settings } from '../../config/settings/settings.ts';
import { adminScheme } from '../../front/admin/place.ts';
import { ADMIN } from './child.ts';
import { readForAdmin, readForWorkers, type HandedFiles } from './handed-files.ts';
import type { Keys } from './keys.ts';
import type { Configured } from './messages.ts';

export interface Whole {
  readonly generation: number;
  readonly settings: Settings;
  readonly keys: Keys;
  readonly files: { readonly doors: HandedFiles; readonly admin: HandedFiles };
}

/** Reads the files that go with it. Throws the system's error. */
export function wholeOf(generation: number, keys: Keys): Whole {
  const { settings, certificates } = keys;
  const authorities = certificates?.authorityFiles ?? [];
  return { generation, settings, keys, files: { doors: readForWorkers(settings, authorities), admin: readForAdmin(settings, authorities) } };
}

/** Whether a worker shows certificates: the one at the admin address does where other machines reach it. */
export const showsCertificates = (worker: number, settings: Settings): boolean =>
  worker !== ADMIN || (settings.admin !== undefined && adminScheme(settings, settings.admin) === 'https');

export const configuredFor = (worker: number, { generation, settings, keys, files }: Whole): Configured => ({
  generation, settings,
  certificates: showsCertificates(worker, settings) ? keys.handed() : { kind: 'none' },
  files: worker === ADMIN ? files.admin : files.doors,
});
