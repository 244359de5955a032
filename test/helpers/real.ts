/** The real programs that tests use (scripts/parts.json; `scripts/provision.mjs` installs them). */
import { existsSync, readFileSync } from 'node:fs';

interface Part { readonly file: string; readonly for: string }

const { parts } = JSON.parse(readFileSync(new URL('../../scripts/parts.json', import.meta.url), 'utf8')) as { parts: Record<string, Part> };

/** In CI nothing is skipped: a test whose parts are missing runs, and fails. */
export const inCI = Boolean(process.env['CI']) && process.env['CI'] !== 'false';

/**
 * Options for `describe` or `test` that skip it, with the command that would help, where one of these Debian packages
 * is not there.
 */
export const requires = (...names: string[]): { skip: string | false } => {
  const missing = names.filter((name) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`scripts/parts.json does not name ${name}`);
    return !existsSync(part.file);
  });
  if (missing.length === 0 || inCI) return { skip: false };
  return { skip: `needs ${missing.join(', ')}: apt-get install -y --no-install-recommends ${missing.join(' ')}` };
};

/** The path of a part's program. */
export const program = (name: string): string => {
  const part = parts[name];
  if (part === undefined) throw new Error(`scripts/parts.json does not name ${name}`);
  return part.file;
};
