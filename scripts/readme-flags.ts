/** Writes the README's table of flags from the flags themselves: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FLAG_GROUPS } from '../src/cli/flags.ts';

const BEGIN = '<!-- flags: written by `npm run docs` from src/cli/flags.ts -->\n';
const END = '<!-- /flags -->';

/** The README with the table of today's flags. Throws where it has no place for one. */
export function withFlags(readme: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`the README has no ${BEGIN.trim()} with ${END} after it`);
  return `${readme.slice(0, begin)}${BEGIN}${table()}${readme.slice(end)}`;
}

function table(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = FLAG_GROUPS.flatMap(([heading, flags]) => [
    `| **${heading.replace(/:$/, '')}** | |`,
    ...flags.map(([flag, meaning]) => `| \`${cell(flag)}\` | ${cell(meaning).replaceAll('<', '&lt;')} |`),
  ]);
  return ['| flag | meaning |', '|---|---|', ...rows, ''].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const readme = new URL('../README.md', import.meta.url);
  writeFileSync(readme, withFlags(readFileSync(readme, 'utf8')));
}
