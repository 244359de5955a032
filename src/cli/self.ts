import { singleExecutable } from './own-files.ts';

/**
 * The command that starts this program again, on the runtime that it runs on; its arguments go behind. In a single
 * executable `process.execPath` is the program itself, and `process.argv[1]` a path that exists inside it alone.
 */
export const selfCommand = (): [program: string, ...words: string[]] =>
  singleExecutable ? [process.execPath] : [process.execPath, ...process.execArgv, process.argv[1]!];
