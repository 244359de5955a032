/**
 * What a tree of processes has used, from the system's own accounting: proc_pid_stat(5). Children that have ended and
 * were waited for are in their parent's cutime and cstime, so the sum over the tree loses nothing when a worker goes.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

export interface Stat {
  readonly parent: number;
  /** Processor time in clock ticks: own, and of children that were waited for. */
  readonly ticks: number;
}

/** Reads one line of /proc/PID/stat. The name in it may hold spaces and parentheses, so fields count from the last `)`. */
export function readStat(line: string): Stat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number);
  return { parent: Number(fields[1]), ticks: utime! + stime! + cutime! + cstime! };
}

/** The process and everything below it. */
export function treeOf(root: number, parents: ReadonlyMap<number, number>): number[] {
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

let perSecond: number | undefined;
const ticksPerSecond = (): number => perSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Microseconds of processor time (user and system) that the tree has used until now. One tick (10 ms) is the grain. */
export function processorTime(root: number): number {
  const { tree, stats } = look(root);
  return tree.reduce((sum, pid) => sum + (stats.get(pid)?.ticks ?? 0), 0) / ticksPerSecond() * 1e6;
}

/** Resident memory of the tree in KiB: the sum over its processes; a page that several share counts in each. */
export function residentMemory(root: number): number {
  let sum = 0;
  for (const pid of look(root).tree) {
    try {
      sum += Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch { /* it has just ended */ }
  }
  return sum;
}

export function processTree(root: number): number[] {
  return look(root).tree;
}

function look(root: number): { tree: number[]; stats: Map<number, Stat> } {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      stats.set(Number(name), readStat(readFileSync(`/proc/${name}/stat`, 'latin1')));
    } catch { /* it has just ended */ }
  }
  return { tree: treeOf(root, new Map([...stats].map(([pid, { parent }]) => [pid, parent]))), stats };
}
