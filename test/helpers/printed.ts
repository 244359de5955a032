/** What `sallyport settings …` prints, read as a person would: where, and the lines to copy. */
import assert from 'node:assert/strict';
import { runFront } from './front.ts';

export interface Printed { readonly where: string; readonly lines: readonly string[] }

export const printedSettings = async (...args: string[]): Promise<Printed[]> => {
  const { exit, stdout, stderr } = await runFront(['settings', ...args]);
  assert.equal(exit.code, 0, stderr);
  return [...stdout.matchAll(/^(\S.*):\n\n((?: {4}.*\n)+)/gm)].map(([, where = '', lines = '']) => ({ where, lines: lines.trimEnd().split('\n').map((line) => line.slice(4)) }));
};

/** The lines that go where this says. */
export const linesFor = (all: readonly Printed[], where: RegExp): readonly string[] =>
  all.find((one) => where.test(one.where))?.lines ?? assert.fail(`no setting is for ${where}: ${JSON.stringify(all)}`);
