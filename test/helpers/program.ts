/** A program that a test starts, reads and ends. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { eventually, within } from './scope.ts';
import type { Scope } from './scope.ts';

export interface Exit { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Everything it has printed so far. */
  stdout(): string;
  stderr(): string;
  /** Waits until what it printed, on either stream, matches; gives the match. Rejects when it ends first. */
  prints(pattern: RegExp, ms?: number): Promise<RegExpExecArray>;
  /** Signals it and waits for its end; after 10 seconds it is killed. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface ProgramOptions {
  readonly cwd?: string;
  /** The whole environment; nothing is inherited where it is given. */
  readonly env?: NodeJS.ProcessEnv;
}

export const startProgram = (scope: Scope, command: readonly string[], options: ProgramOptions = {}): Program => {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  let exit: Exit | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
  const exited = new Promise<Exit>((resolve) => {
    child.on('error', (error) => { err += `${error.message}\n`; exit = { code: -1, signal: null }; resolve(exit); });
    child.on('close', (code, signal) => { exit = { code, signal }; resolve(exit); });
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> => {
    if (exit === undefined) child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    const result = await exited;
    clearTimeout(killer);
    return result;
  };
  const said = (): string => `${out}\n${err}`;
  const prints = (pattern: RegExp, ms = 15_000): Promise<RegExpExecArray> =>
    eventually(`${command.join(' ')} to print ${pattern}`, () => {
      const match = pattern.exec(said());
      if (match === null && exit !== undefined) throw new Error(`${command.join(' ')} ended with ${exit.code ?? exit.signal} before it printed ${pattern}:\n${said()}`);
      return match ?? undefined;
    }, ms).catch((error: unknown) => { throw new Error(`${String(error)}\nIt printed:\n${said()}`); });
  scope.after(async () => { await stop(); });
  return { child, pid: child.pid ?? -1, exited, stdout: () => out, stderr: () => err, prints, stop };
};

/** Runs a program to its end. */
export const runProgram = async (command: readonly string[], options: ProgramOptions & { readonly ms?: number } = {}): Promise<{ exit: Exit; stdout: string; stderr: string }> => {
  const ends: (() => void | Promise<void>)[] = [];
  const program = startProgram({ after: (fn) => { ends.push(fn); } }, command, options);
  try {
    const exit = await within(options.ms ?? 30_000, command.join(' '), program.exited);
    return { exit, stdout: program.stdout(), stderr: program.stderr() };
  } finally {
    for (const end of ends) await end();
  }
};
