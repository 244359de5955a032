import envPaths from 'env-paths';
import { resolve } from 'node:path';

/**
 * Where the local authority lives: `SALLYPORT_DATA_DIR` where it is set (services without a home, tests), else the
 * user's data directory (`~/.local/share/sallyport` on Linux, by XDG_DATA_HOME).
 */
export function dataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const set = env['SALLYPORT_DATA_DIR'];
  return set ? resolve(set) : envPaths('sallyport', { suffix: '' }).data;
}
