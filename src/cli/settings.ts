import { basename, resolve } from 'node:path';
import { fingerprint } from '../certs/watch.ts';
import { findConfig, loadConfig } from '../config/load.ts';
import { ConfigError } from '../config/problems.ts';
import { resolveConfig } from '../config/resolve/resolve.ts';
import type { Settings } from '../config/settings/settings.ts';
import { configFromFlags, flagOf, namer, type FlagConfig } from './flags-to-config.ts';
import type { Flags } from './flags.ts';
import type { Terminal } from './terminal.ts';

export interface ReadSettings {
  readonly settings: Settings;
  /** The configuration file they came from, as a person would name it; undefined where flags said everything. */
  readonly file: string | undefined;
  /** That file, where it is to be watched. */
  readonly watched?: Watched | undefined;
}

/** A file, and what it was like before it was read. */
export interface Watched { readonly path: string; readonly seen: string }

/** An app that this call starts, where it is told to listen. */
export interface Started { readonly started: string }

/**
 * A call's settings: from flags, or from a file and the flags beside it, which win. Where a call names nothing to
 * serve, the configuration file of the current folder is used.
 * @throws ConfigError
 */
export async function readSettings(app: string | Started | undefined, flags: Flags, terminal: Terminal): Promise<ReadSettings> {
  const { cwd } = terminal;
  const said = configFromFlags(typeof app === 'object' ? app.started : app, flags, cwd);
  const found = flags.config ?? (Object.keys(said.site).length === 0 ? findConfig(cwd) : undefined);
  const nameOf = namer(said, found !== undefined);
  said.problems.throwIfAny(nameOf);
  const defaultLog = terminal.interactive ? 'pretty' : 'json';
  if (found === undefined) {
    if (flags.watch === true) throw new ConfigError([{ path: ['--watch'], seen: flags.watch, expected: 'a configuration file to watch', next: 'Name one with --config. What flags say cannot change while the front runs; sallyport reload reads the files anew that they name' }], String);
    return { settings: resolveConfig({ ...said.front, ...said.site }, { folder: cwd, defaultLog, nameOf }), file: undefined };
  }
  const path = resolve(cwd, found);
  const watched = flags.watch === true ? { path, seen: await fingerprint([path]) } : undefined;
  const { value, folder, file } = await loadConfig(found, cwd);
  if (typeof app === 'object') refuseSites(value);
  return { settings: resolveConfig(merge(value, said), { folder, defaultLog, nameOf }), file: flags.config ?? basename(file), watched };
}

/** Which of them the started app is for, nothing says. */
function refuseSites(value: unknown): void {
  const sites = (value as { readonly sites?: unknown } | null)?.sites;
  if (sites === undefined) return;
  throw new ConfigError([{
    path: ['sites'], seen: sites, expected: 'a configuration of one site, since sallyport run starts one app',
    next: 'Write that site\'s keys at the top of the file, or start the app yourself, name its port in its site and leave out run',
  }]);
}

/** The file's value with what flags say put over it; a prefix of `--static` over the file's route of that prefix alone, and a flag about the app over that key of its `upstream`. */
function merge(value: unknown, { front, site }: FlagConfig): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value; // the schema says what it should have been
  const file = value as Record<string, unknown>;
  const siteKeys = Object.keys(site);
  if (file['sites'] !== undefined && siteKeys.length > 0) {
    throw new ConfigError(siteKeys.map((key) => ({
      path: [key], seen: site[key], expected: 'no flag about one site beside a configuration with sites', next: 'It cannot tell which site is meant: write it into that site',
    })), ([key]) => flagOf(String(key)));
  }
  const both = (key: 'routes' | 'upstream'): object => (site[key] === undefined ? {} : { [key]: { ...file[key] as object, ...site[key] } });
  return { ...file, ...front, ...site, ...both('routes'), ...both('upstream') };
}
