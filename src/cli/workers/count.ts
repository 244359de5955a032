import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Settings } from '../../config/settings/settings.ts';

/** How many processes are to serve. */
export function countWorkers({ workers, certificates, https }: Pick<Settings, 'workers' | 'certificates' | 'https'>, cores: () => number = coresHere): number {
  if (workers !== 'auto') return workers;
  return certificates.length > 0 && https.kind !== 'off' ? cores() : 1;
}

/** The cores that this process may use: a container has often fewer than its machine. */
function coresHere(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(quota(read('/sys/fs/cgroup/cpu.max')))));
}

/** What cpu.max of a control group allows, in cores (Linux, Documentation/admin-guide/cgroup-v2.rst: `$MAX $PERIOD`, in microseconds). */
export function quota(text: string): number {
  const [most, period] = text.trim().split(' ').map(Number);
  return most !== undefined && period !== undefined && most > 0 && period > 0 ? most / period : Infinity;
}

function read(path: string): string {
  try { return readFileSync(path, 'utf8'); } catch { return ''; } // another system, or an older Linux
}
