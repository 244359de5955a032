/** Programs that a run starts: each on its cores, with its output kept, and ended with everything below it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { processTree } from './accounting.ts';

export interface Command {
  readonly line: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where standard output goes; without it, with standard error. */
  readonly output?: string;
}

export interface Program {
  readonly name: string;
  readonly pid: number;
  /** The last of what it wrote to standard error. */
  said(): string;
  running(): boolean;
  end(): Promise<void>;
}

const started = new Set<Program>();

/** Starts a program on these cores (a list as taskset(1) has it); `log` takes what it writes. */
export function start(name: string, { line, env = {}, output }: Command, { cores, log }: { cores: string; log: string }): Program {
  const errors = openSync(log, 'a');
  const out = output === undefined ? errors : openSync(output, 'a');
  const child = spawn('taskset', ['-c', cores, ...line], { stdio: ['ignore', out, errors], env: { ...process.env, ...env } });
  closeSync(errors);
  if (out !== errors) closeSync(out);
  const gone = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }); child.once('error', () => { resolve(); }); });
  const program: Program = {
    name,
    pid: child.pid ?? 0,
    said: () => readFileSync(log, 'utf8').slice(-2000).trim(),
    running: () => alive(child),
    end: async () => {
      if (alive(child)) await endTree(child, gone);
      started.delete(program);
    },
  };
  started.add(program);
  return program;
}

const alive = (child: ChildProcess): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;

async function endTree(child: ChildProcess, gone: Promise<void>): Promise<void> {
  const tree = processTree(child.pid!);
  child.kill('SIGTERM');
  await Promise.race([gone, sleep(3000, undefined, { ref: false })]);
  for (const pid of tree) {
    if (pid !== child.pid && !processTree(pid).includes(pid)) continue;
    try { process.kill(pid, 'SIGKILL'); } catch { /* it has ended by itself */ }
  }
  await gone;
}

/** Ends whatever still runs. */
export async function endAll(): Promise<void> {
  await Promise.all([...started].map((program) => program.end()));
}

/** Waits until the program listens on the port. Throws with what it said where it ends or takes longer than 20 seconds. */
export async function listening(program: Program, port: number): Promise<void> {
  const until = Date.now() + 20_000;
  while (Date.now() < until && program.running()) {
    if (await opens(port)) return;
    await sleep(50);
  }
  throw new Error(`${program.name} ${program.running() ? 'did not listen within 20 seconds' : 'ended at once'}: ${program.said() || '(it said nothing)'}`);
}

const opens = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.once('connect', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => { resolve(false); });
});

export interface Running {
  /** What it wrote, once it has ended. Rejected with that where it failed. */
  readonly output: Promise<string>;
  /** The first line that is so, or undefined where it ends without. */
  line(is: (line: string) => boolean): Promise<string | undefined>;
  interrupt(): void;
}

/** Runs a program that ends by itself, or by SIGINT. */
export function run(line: readonly string[], { cores, env = {}, seconds = 60 }: { cores: string; env?: Readonly<Record<string, string>>; seconds?: number }): Running {
  const child = spawn('taskset', ['-c', cores, ...line], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env }, timeout: seconds * 1000 });
  let text = '';
  const watchers = new Set<() => void>();
  const hear = (bytes: Buffer): void => {
    text += bytes.toString('latin1');
    for (const watch of watchers) watch();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  let ended = false;
  const output = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      running.delete(child);
      ended = true;
      for (const watch of watchers) watch();
      if (status === 0) resolve(text);
      else reject(new Error(`${line.slice(0, 2).join(' ')} ended with ${signal ?? status}: ${text.slice(-600)}`));
    });
  });
  running.add(child);
  return {
    output,
    line: (is) => new Promise((resolve) => {
      const watch = (): void => {
        const found = text.split('\n').slice(0, -1).find(is);
        if (found === undefined && !ended) return;
        watchers.delete(watch);
        resolve(found);
      };
      watchers.add(watch);
      watch();
    }),
    interrupt: () => { child.kill('SIGINT'); },
  };
}

const running = new Set<ChildProcess>();

/** Ends the load that still runs: a run that was interrupted leaves none behind. */
export function endLoad(): void {
  for (const child of running) child.kill('SIGKILL');
}
