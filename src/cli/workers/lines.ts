import type { Readable } from 'node:stream';

const LF = 0x0a;

/** Gives on what comes, by whole lines: others write to the same place. Log lines are ASCII. */
export function wholeLines(from: Readable, pass: (lines: string) => void): void {
  let rest = '';
  from.on('data', (bytes: Buffer) => {
    const end = bytes.lastIndexOf(LF) + 1;
    if (end > 0) pass(rest + bytes.toString('latin1', 0, end));
    rest = end > 0 ? bytes.toString('latin1', end) : rest + bytes.toString('latin1');
  });
  from.on('end', () => { if (rest !== '') pass(`${rest}\n`); }); // killed in the middle of a line
  from.on('error', () => {});
}
