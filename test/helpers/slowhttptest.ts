/** Debian's slowhttptest: thousands of clients that are slow on purpose. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './program.ts';
import { program } from './real.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

/** `-H` heads, `-B` bodies, `-R` heads with many ranges, `-X` answers that are read slowly. */
export const MODES = ['H', 'B', 'R', 'X'] as const;
export type Mode = typeof MODES[number];

export interface SlowOptions {
  readonly url: string;
  readonly connections: number;
  /** Connections begun in a second. */
  readonly rate: number;
  /** When it gives up at the latest. */
  readonly seconds: number;
}

export interface SlowReport {
  readonly mode: Mode;
  /** Why it ended, in its own words. */
  readonly ending: string;
  /** At its end. */
  readonly closed: number;
  readonly connected: number;
  /** The most connections that were open at once. */
  readonly most: number;
  /** Seconds from its start in which its own probe got no answer. */
  readonly unavailable: readonly number[];
  /** Seconds that it ran. */
  readonly ran: number;
}

/** Each slow client sends (or reads) a few bytes a second. The prober beside them asks for the same URL as anybody would. */
export async function slowhttptest(scope: Scope, mode: Mode, { url, connections, rate, seconds }: SlowOptions): Promise<SlowReport> {
  const prefix = join(tempDir(scope), 'report');
  const { stdout, exit } = await runProgram([
    program('slowhttptest'), `-${mode}`, '-u', url, '-c', String(connections), '-r', String(rate), '-l', String(seconds), '-p', '20',
    '-i', '1', '-x', '8', '-n', '1', '-z', '32', '-w', '512', '-y', '1024', '-g', '-o', prefix,
  ], { ms: (seconds + 60) * 1000 });
  if (exit.code !== 0) throw new Error(`slowhttptest ended with ${exit.code ?? exit.signal}:\n${stdout}`);
  const plain = stdout.replace(/\x1b\[[\d;]*m/g, '');
  const rows = readFileSync(`${prefix}.csv`, 'latin1').trim().split('\n').slice(1).map((line) => line.split(',').map(Number));
  const [, closed = 0, , connected = 0] = rows.at(-1) ?? [];
  return {
    mode,
    ending: /Exit status:\s*(.*)/.exec(plain)?.[1]?.trim() ?? '', closed, connected,
    most: Math.max(...rows.map(([, , , open = 0]) => open)),
    unavailable: rows.filter(([, , , , available]) => available === 0).map(([second = 0]) => second),
    ran: rows.at(-1)?.[0] ?? 0,
  };
}
