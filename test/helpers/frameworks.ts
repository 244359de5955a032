/** What `scripts/provision.mjs` puts into test/frameworks/: too large for the project's own lock file. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './front.ts';
import { inCI } from './real.ts';

/** The folder with the packages of one of them. */
export const packagesOf = (name: string): string => join(ROOT, 'test/frameworks', name, 'node_modules');

/** Options for `describe` that skip it where it is not there; in CI it has to be. */
export const requiresFramework = (name: string): { skip: string | false } =>
  ({ skip: !inCI && !existsSync(join(packagesOf(name), name, 'package.json')) && `needs ${name}: node scripts/provision.mjs` });

/** Deno's own program; the `deno` that npm links is a script around it, which leaves it behind when it is ended. */
export const denoProgram = (): string => {
  const builds = join(packagesOf('deno'), '@deno');
  return join(builds, readdirSync(builds)[0] ?? 'no build for this system', 'deno');
};
