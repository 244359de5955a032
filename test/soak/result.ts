/** What a run is written down as: with the machine, the versions and the date. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine, saidBy } from '../../bench/machine.ts';
import { ROOT } from '../helpers/front.ts';

const bun = join(ROOT, 'node_modules/.bin/bun');

/** Where and of what a run was made. */
export function circumstances(runtime: 'node' | 'bun', started: Date): Record<string, unknown> {
  return {
    date: started.toISOString(), runtime, version: runtime === 'node' ? process.version : saidBy(bun, '--version'),
    sallyport: saidBy('git', '-C', ROOT, 'rev-parse', '--short', 'HEAD'), clients: `Node ${process.version}`, machine: machine(),
  };
}

/** Writes `results/NAME.json`; gives its path. */
export function writeResult(name: string, result: object): string {
  const dir = join(import.meta.dirname, 'results');
  mkdirSync(dir, { recursive: true });
  const file = join(dir, `${name}.json`);
  // Rows of numbers stay on one line, so that a person can read the rest.
  const text = JSON.stringify(result, undefined, 2).replace(/\[[\s\d.,-]+\]/g, (row) => row.replace(/\s+/g, ' '));
  writeFileSync(file, `${text}\n`);
  return file;
}
