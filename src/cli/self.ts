import { singleExecutable } from './own-files.ts';

const program = process.execPath; // Bun asks the system each time, which adds " (deleted)" once the file was replaced

/**
 * The command that starts this program again, on the runtime that it runs on; its arguments go behind. In a single
 * executable `process.execPath` is the program itself, and `process.argv[1]` a path that exists inside it alone.
 */
export const selfCommand = (): [program: string, ...words: string[]] =>
  singleExecutable ? [program] : [program, ...process.execArgv, process.argv[1]!];
