import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { ToWorker } from './channel.ts';
import { WORKER } from './environment.ts';
import { confined } from '../privilege/confine.ts';
import { selfCommand } from '../self.ts';
import { wholeLines } from './lines.ts';


/** The first of the descriptors that a worker has beyond its streams (0 to 2) and its line to the parent (3). */
export const FIRST_FD = 4;

/** The number of the process that answers the admin address; those of the doors count from 1. */
export const ADMIN = 0;

export interface WorkerExit { readonly status: number | null; readonly signal: NodeJS.Signals | null }

/** A worker's process. */
export interface Child {
  readonly pid: number | undefined;
  readonly line: ToWorker;
  /** Once, when it is gone and all that it wrote has been passed on. */
  readonly exited: Promise<WorkerExit>;
  /** At once. */
  kill(): void;
}

export interface ChildOptions {
  readonly number: number;
  readonly fds: readonly number[];
  /** It becomes another user, and is to stay without rights. */
  readonly confine: boolean;
  readonly log: (lines: string) => void;
}

/**
 * Starts this program once more, as a worker with these descriptors. What it logs comes through a pipe, and goes on by
 * whole lines: several processes that write to one file or pipe would cut into each other's.
 */
export function startChild({ number, fds, confine, log }: ChildOptions): Child {
  const [program, ...args] = confine ? confined(workerCommand(number)) : workerCommand(number);
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc', ...fds],
    env: { ...process.env, LISTEN_PID: undefined, LISTEN_FDS: undefined, LISTEN_FDNAMES: undefined, [WORKER]: String(number) },
    serialization: 'json', // a parent and its workers may be on different runtimes
  });
  wholeLines(child.stdout!, log);
  return {
    pid: child.pid,
    line: new ToWorker(child),
    exited: endOf(child),
    kill: () => { child.kill('SIGKILL'); },
  };
}

/** Node can be forbidden to make code of text; Bun has no such switch. */
const NO_EVAL = 'bun' in process.versions ? [] : ['--disallow-code-generation-from-strings'];

function workerCommand(number: number): [string, ...string[]] {
  const [program, ...words] = selfCommand();
  return [program, ...NO_EVAL, ...words, ...(number === ADMIN ? ['admin'] : ['worker', String(number)])];
}

function endOf(child: ChildProcess): Promise<WorkerExit> {
  return new Promise((resolve) => {
    child.on('error', (error) => { // it could not be started, or a message not be sent
      if (child.pid !== undefined) return;
      process.stderr.write(`sallyport: a worker could not be started: ${error.message}\n`);
      resolve({ status: 1, signal: null });
    });
    child.on('close', (status, signal) => resolve({ status, signal }));
  });
}
