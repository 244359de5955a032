/** The machine that a run is made on, and which of its cores are whose. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memory: string;
  readonly kernel: string;
  readonly system: string;
}

export function machine(): Machine {
  let system = process.platform as string;
  try {
    system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? system;
  } catch { /* a system without os-release(5) */ }
  return { processor: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, memory: `${Math.round(totalmem() / 2 ** 30)} GiB`, kernel: release(), system };
}

/** Cores as taskset(1) lists them. */
export interface Cores {
  readonly front: string;
  readonly load: string;
}

/** The first core is the front's, the second the load's and the backend's; with `workers` the front has as many. */
export function coresFor(workers: number, available = cpus().length): Cores {
  if (available < 2) return { front: '0', load: '0' };
  if (workers === 1) return { front: '0', load: '1' };
  return { front: `0-${workers - 1}`, load: available >= workers * 2 ? `${workers}-${workers * 2 - 1}` : `0-${available - 1}` };
}

/** Puts this process and what it starts beside the load. */
export function moveTo(cores: string): void {
  execFileSync('taskset', ['-a', '-c', '-p', cores, String(process.pid)], { stdio: 'ignore' });
}

/** The first line in which a program says its version. Some (wrk) end with a failure after it. */
export function saidBy(program: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n')[0] || 'unknown';
}
