import { isatty } from 'node:tty';

/** What a command has to do with the world: two streams, a folder, an environment. Tests give their own. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether standard output is a person's terminal. */
  readonly interactive: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export const processTerminal = (): Terminal => ({
  out: (text) => { process.stdout.write(text); },
  err: (text) => { process.stderr.write(text); },
  interactive: process.stdout.isTTY,
  cwd: process.cwd(),
  env: process.env,
});

const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/** Whether this process began at a terminal that has been closed since. */
export const terminalIsGone = (): boolean => terminals.some((fd) => !isatty(fd));

/** What of a stream this file needs; a process's own are such. */
interface Output { on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown; write(text: string): unknown }

/**
 * A reader that goes away (`sallyport … | head -1`, a terminal that is closed: EPIPE, EIO) or a disk that is full ends the
 * log and never the front. It is told once, on standard error, which may be gone as well.
 */
export function outliveReaders(out: Output, err: Output): void {
  let told = false;
  err.on('error', () => {});
  out.on('error', ({ code }) => {
    if (!told) err.write(`sallyport: standard output takes nothing any more (${code}): what is logged from here on may be lost. What runs goes on.\n`);
    told = true;
  });
}

/** Something that was tried and failed, told in words meant for people; no stack is shown. */
export class RunError extends Error {
  override readonly name = 'RunError';
  /** Exit status: 1 running failed, 2 the call or the configuration is wrong. */
  readonly status: 1 | 2;

  constructor(message: string, status: 1 | 2 = 1) {
    super(message);
    this.status = status;
  }
}
