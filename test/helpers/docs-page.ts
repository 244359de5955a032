/** A page of docs/ as text: its fenced blocks, which of them are commands, and the files that the others are. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

export interface Block {
  /** Line of the page where its text begins, from 1. */
  readonly line: number;
  /** What the fence says: `sh` is commands; anything else is a file, or (`text`) what a program prints. */
  readonly language: string;
  readonly text: string;
  /**
   * The file's name: in a comment on its first line (`# mysite/settings.py`, maybe with more words after a comma), else
   * the last name in backticks in the paragraph before.
   */
  readonly file: string | undefined;
}

/** A command as it stands in the page, lines that end in `\` joined. */
export interface Line { readonly line: number; readonly text: string }

const FENCE = /^( *)```(\S*)[^\n]*\n([^]*?)^\1```[ \t]*$/gm;
const FILE_NAME = /^(?=[^ ]*[./])[\w./@+-]*\w$/;

const nameIn = (block: string): string | undefined => {
  const [, words = ''] = /^(?:<\?php\s+)?(?:#|\/\/|;|--|\/\*|<!--)\s*([^\s,:]+)/.exec(block) ?? [];
  return FILE_NAME.test(words) ? words : undefined;
};
const nameBefore = (before: string): string | undefined =>
  [...(before.trimEnd().split(/\n\s*\n/).at(-1) ?? '').matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name).filter((name) => FILE_NAME.test(name)).at(-1);

export const blocksOf = (page: string): Block[] => [...page.matchAll(FENCE)].map((match) => {
  const [, indent = '', language = '', raw = ''] = match;
  const text = raw.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
  const before = page.slice(0, match.index);
  return { line: before.split('\n').length + 1, language, text, file: language === 'sh' ? undefined : nameIn(text) ?? nameBefore(before) };
});

/** The commands of a `sh` block. Comments on lines of their own are for the reader. */
export const linesOf = ({ line, text }: Block): Line[] => {
  const lines: Line[] = [];
  let begun: Line | undefined;
  for (const [i, piece] of text.split('\n').entries()) {
    const here: Line = begun === undefined ? { line: line + i, text: piece.trim() } : { line: begun.line, text: `${begun.text} ${piece.trim()}` };
    begun = here.text.endsWith('\\') ? { ...here, text: here.text.slice(0, -1).trimEnd() } : undefined;
    if (begun === undefined && here.text !== '' && !here.text.startsWith('#')) lines.push(here);
  }
  return lines;
};

export const pageText = (name: string): string => readFileSync(join(DOCS, `${name}.md`), 'utf8');

/** Every page of docs/, without its `.md`; in a folder as `app/express`. */
export const pageNames = (): string[] => readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -3)).sort();

/** The test that follows a page; the pages of a folder are followed by one. */
export const followedBy = (page: string): string => `test/e2e/docs/${page.split('/')[0]!}.test.ts`;

/** A text with the test's values in the place of the page's. One pass: what was put in is not looked at again. */
export const replaceWords = (text: string, values: Readonly<Record<string, string>>): string => {
  const words = Object.keys(values).sort((a, b) => b.length - a.length);
  return words.length === 0 ? text : text.replace(new RegExp(words.map(wordPattern).join('|'), 'g'), (word) => values[word] ?? word);
};

/** A word of the page as a pattern: `8000` is not in `18000`, nor `/srv/app` in `/srv/apple`. */
export const wordPattern = (word: string): string =>
  `${/^\w/.test(word) ? '(?<!\\w)' : ''}${word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}${/\w$/.test(word) ? '(?!\\w)' : ''}`;
