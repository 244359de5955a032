import { DescriptorLines } from './descriptor.ts';
import type { LogOutput } from './log.ts';

/**
 * Standard output. Node writes to a pipe or a file before it goes on, so a reader that stops (a journal, a full disk) would
 * stop every request; those are written to beside the event loop. A terminal is written to as it is.
 */
export function standardOutput(): LogOutput | DescriptorLines {
  if (process.stdout.isTTY) return process.stdout;
  return new DescriptorLines(1, {
    name: 'standard output',
    tell: ({ message }) => { process.stderr.write(`sallyport: ${message}\n`); },
  });
}
