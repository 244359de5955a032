/** Configurations as pages under docs/ show them, so that what a test runs is what a person copies. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './front.ts';

/** The page's only block in this language, with the page's values replaced by the test's own; each has to be there. */
export const blockOf = (page: string, language: string, values: Readonly<Record<string, string | number>> = {}): string => {
  const text = readFileSync(join(ROOT, 'docs', `${page}.md`), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(([, name]) => name === language);
  if (blocks.length !== 1) throw new Error(`docs/${page}.md has ${blocks.length} blocks of ${language}`);
  return Object.entries(values).reduce((block, [written, value]) => {
    if (!block.includes(written)) throw new Error(`docs/${page}.md does not write ${written}`);
    return block.replaceAll(written, String(value));
  }, blocks[0]![2]!);
};
