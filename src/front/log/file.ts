import { open, openSync, constants } from 'node:fs';
import { promisify } from 'node:util';
import { DescriptorLines } from './descriptor.ts';
import type { FrontEvent } from './entries.ts';
import type { Lines } from './lines.ts';

/** Appended to by every process that has it open, and kept from strangers: it holds addresses of people. Links are followed, as an operator may have set one. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
const MODE = 0o640;

/** A log file that cannot be opened. */
export class LogFileError extends Error {
  override readonly name = 'LogFileError';
  readonly file: string;

  constructor(file: string, cause: Error) {
    super(`The log file ${file} cannot be opened: ${cause.message}`, { cause });
    this.file = file;
  }
}

/** The file that access lines go to. It can be moved away and opened anew without losing a line (logrotate). */
export class LogFile implements Lines {
  readonly path: string;
  readonly #lines: DescriptorLines;

  /** @throws LogFileError: at the start an operator looks on, so a file that cannot be written is not a detail. */
  constructor(path: string, tell: (event: FrontEvent) => void) {
    this.path = path;
    try {
      this.#lines = new DescriptorLines(openSync(path, APPEND, MODE), { name: path, tell });
    } catch (error) {
      throw new LogFileError(path, error as Error);
    }
  }

  add(line: string): void { this.#lines.add(line); }

  flush(): void { this.#lines.flush(); }

  /** Opens the path anew. Rejects with a LogFileError, and writes to the old file on, where that cannot be. */
  async reopen(): Promise<void> {
    try {
      this.#lines.replace(await promisify(open)(this.path, APPEND, MODE));
    } catch (error) {
      throw new LogFileError(this.path, error as Error);
    }
  }

  drained(patience: number): Promise<void> { return this.#lines.drained(patience); }
}
