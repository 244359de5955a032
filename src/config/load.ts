import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from './problems.ts';
import * as sallyport from '../index.ts';

/** A configuration file as it was written, not yet checked. */
export interface LoadedConfig {
  /** Absolute. */
  readonly file: string;
  /** What its relative paths count from. */
  readonly folder: string;
  readonly value: unknown;
}

const NAMES = ['sallyport.config.ts', 'sallyport.config.js', 'sallyport.config.mjs', 'sallyport.config.json'];
const CODE = new Set(['.ts', '.mts', '.js', '.mjs']);

/** The configuration file of a folder, or undefined. */
export const findConfig = (folder: string): string | undefined => NAMES.map((name) => join(folder, name)).find((file) => existsSync(file));

/**
 * Reads a configuration file. TypeScript and JavaScript are run, so they can do whatever the one who starts the front
 * can; there `sallyport` is this very package, wherever the file stands and whether or not it is installed there.
 * @throws ConfigError where the file is missing, cannot be run or gives nothing.
 */
export async function loadConfig(written: string, cwd: string): Promise<LoadedConfig> {
  const file = resolve(cwd, written);
  const wrong = (expected: string, next?: string): ConfigError => new ConfigError([{ path: ['config'], seen: written, expected, next }], () => '--config');
  if (!existsSync(file)) throw wrong('a file that is there', `${file} is missing`);
  const kind = extname(file);
  if (kind !== '.json' && !CODE.has(kind)) throw wrong('a file that ends in .ts, .js, .mjs or .json');
  let value: unknown;
  try {
    value = kind === '.json' ? JSON.parse(await readFile(file, 'utf8')) : await run(file);
  } catch (error) {
    throw wrong(kind === '.json' ? 'JSON' : 'a module that can be run', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
  if (value === undefined) throw wrong('a default export', 'Write: export default defineConfig({ app: 8000 })');
  return { file, folder: dirname(file), value };
}

/**
 * What runs is what is in the file now: no cache on disk, and always by jiti, as a runtime imports a module once and would give
 * a reload what it was at the start. (So it is still with modules of JavaScript that the file imports.)
 */
async function run(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti'); // needs time to load, and most calls have no such file
  const jiti = createJiti(pathToFileURL(file).href, { fsCache: false, moduleCache: false, interopDefault: false, virtualModules: { sallyport } });
  const module = await jiti.evalModule(await readFile(file, 'utf8'), { filename: file, async: true, forceTranspile: true }) as { readonly default?: unknown };
  return module.default;
}
