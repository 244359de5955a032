import type { Certificates } from '../../certs/store.ts';
import type { Live } from '../live.ts';
import type { ServerGroup } from '../upstream/group.ts';
import type { Counters } from './counters.ts';
import type { ServerState, Snapshot } from './snapshot.ts';

export interface StateParts {
  readonly counters: Counters;
  readonly live: Live;
  readonly upstreams: readonly ServerGroup[];
  readonly certificates: Certificates | undefined;
}

/** What this process knows now. */
export function takeSnapshot({ counters, live, upstreams, certificates }: StateParts): Snapshot {
  const cpu = process.cpuUsage();
  return {
    pid: process.pid,
    ...counters.snapshot(),
    open: live.connections.size,
    servers: upstreams.flatMap((group) => group.servers.map((server) => serverState(group.settings.written, server))),
    certificates: certificates?.shown?.() ?? [],
    process: { cpuSeconds: (cpu.user + cpu.system) / 1e6, memoryBytes: memoryBytes(), startedAt: performance.timeOrigin },
  };
}

/** A sole server is asked whatever happened before; what the newest request found says how it is. */
function serverState(app: string, { pool, health }: ServerGroup['servers'][number]): ServerState {
  const { trouble } = pool;
  const reason = health.up ? trouble?.summary ?? '' : health.reason;
  return { app, server: pool.written, up: health.up && trouble === undefined, reason };
}

let memory = 0;

/** The system tells it in a file, so where descriptors have run out it is what it was when last asked: both runtimes throw. */
export function memoryBytes(ask: () => number = process.memoryUsage.rss): number {
  try {
    memory = ask();
  } catch { /* EMFILE */ }
  return memory;
}
