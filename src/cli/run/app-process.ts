import { spawn } from 'node:child_process';
import { RunError } from '../terminal.ts';

export interface AppExit { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** An app that was started here. */
export interface AppProcess {
  readonly pid: number;
  readonly exited: Promise<AppExit>;
  readonly running: boolean;
  /** To the process that was started, not to those it started: servers manage their workers themselves. */
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end, waits, then kills whatever is left of its process group. */
  end(signal: NodeJS.Signals, graceMs: number): Promise<void>;
  /** Kills its whole process group at once. */
  kill(): void;
}

/**
 * Starts the app in a process group of its own: a Ctrl-C in the terminal then comes to Sallyport alone, which lets
 * running answers finish before the app is told, and tells it once. Its input and output are this process's own.
 */
export async function startApp(command: readonly string[], env: Record<string, string | undefined>, cwd: string): Promise<AppProcess> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd, env, stdio: 'inherit', detached: true });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => reject(new RunError(cannotStart(file, error), 2)));
  });
  const pid = child.pid!;
  let running = true;
  const killOnExit = (): void => { signalGroup(pid, 'SIGKILL'); };
  process.on('exit', killOnExit); // however this process ends (but by SIGKILL), its app does not outlive it
  const exited = new Promise<AppExit>((resolve) => {
    child.once('exit', (code, signal) => { running = false; resolve({ code, signal }); });
  });
  const groupGone = async (ms: number): Promise<boolean> => {
    for (const until = performance.now() + ms; performance.now() < until; await new Promise((resolve) => { setTimeout(resolve, 25); })) if (!signalGroup(pid, 0)) return true;
    return false;
  };
  return {
    pid,
    exited,
    get running() { return running; },
    signal: (signal) => { if (running) child.kill(signal); },
    kill: killOnExit,
    async end(signal, graceMs) {
      const until = performance.now() + graceMs;
      if (running) child.kill(signal);
      await Promise.race([exited, pause(graceMs)]);
      // A wrapper (npm, a shell) may be gone before what it started: that gets the signal too, and the rest of the time.
      if (signalGroup(pid, signal) && !await groupGone(Math.max(0, until - performance.now()))) signalGroup(pid, 'SIGKILL');
      process.off('exit', killOnExit);
    },
  };
}

/** Whether there still is anybody in the group; a zombie counts until it is reaped. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try { return process.kill(-pid, signal); } catch { return false; }
}

/** Does not keep the process: the child does that while it runs. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms).unref(); });

function cannotStart(file: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT': return `There is no command "${file}". Give its full path, or see that its folder is in PATH (is a virtual environment not activated?).`;
    case 'EACCES': return `"${file}" may not be run. Make it executable (chmod +x), or name the interpreter: sallyport run -- python ${file}`;
    default: return `"${file}" could not be started: ${error.message}`;
  }
}
