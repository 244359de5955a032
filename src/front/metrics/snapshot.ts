import type { FaultCode } from '../../core/errors.ts';

/** Upper bounds of the latency histogram, in seconds; the last bucket has none. */
export const BOUNDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often something took how long. */
export interface Histogram {
  /** How many in each bucket alone; one more than there are {@link BOUNDS}. */
  readonly buckets: readonly number[];
  readonly seconds: number;
}

/** What a site has served since the start. Numbers only grow. */
export interface SiteCounts {
  /** By status; `0`: cut without one. */
  readonly statuses: Readonly<Record<string, number>>;
  /** From the whole head of a request to the end of its answer; without tunnels and event streams, which have no end. */
  readonly took: Histogram;
  /** What the app took of it, until its answer began. */
  readonly app: Histogram;
  /** Content, either way. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly faults: Readonly<Partial<Record<FaultCode, number>>>;
  readonly redirects: Readonly<Record<RedirectFinding, number>>;
  /** Field lines of untrusted clients that could have posed as the front's word, and were taken out. */
  readonly stripped: number;
}

export const FINDINGS = ['loop', 'contradiction', 'repaired'] as const;
export type RedirectFinding = typeof FINDINGS[number];

/** Why there was no request to answer. */
export type Refusal = FaultCode | 'handshake-failed';

export interface ServerState {
  readonly app: string;
  readonly server: string;
  readonly up: boolean;
  /** Why it is not. */
  readonly reason: string;
}

export interface CertificateState {
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** All that is known of a running front: plain data, so that workers can send it and their parent can add it up. */
export interface Snapshot {
  /** Of the process; of several, of one of them. */
  readonly pid: number;
  /** By name; {@link NO_SITE} for hosts that nobody here has. */
  readonly sites: Readonly<Record<string, SiteCounts>>;
  readonly refused: Readonly<Partial<Record<Refusal, number>>>;
  /** Connections of clients that were let in. */
  readonly accepted: number;
  /** Open now. */
  readonly open: number;
  /** Requests that are being answered now, tunnels among them. */
  readonly running: number;
  readonly servers: readonly ServerState[];
  readonly certificates: readonly CertificateState[];
  readonly process: { readonly cpuSeconds: number; readonly memoryBytes: number; /** Milliseconds since 1970. */ readonly startedAt: number };
}

/** The label of what belongs to no site. No host name is spelled like this. */
export const NO_SITE = '-';

/** What several processes that serve the same sites have counted, as one: counts are added, of states the worst is told. */
export function merge([first, ...others]: readonly [Snapshot, ...Snapshot[]]): Snapshot {
  return others.reduce(mergeTwo, first);
}

/** What stays of a process that has ended: what it counted. */
export const remains = (ended: Snapshot): Snapshot => ({ ...ended, open: 0, running: 0, servers: [], certificates: [], process: { ...ended.process, memoryBytes: 0 } });

const mergeTwo = (a: Snapshot, b: Snapshot): Snapshot => ({
  pid: a.pid,
  sites: sum(a.sites, b.sites),
  refused: sum(a.refused, b.refused),
  accepted: a.accepted + b.accepted, open: a.open + b.open, running: a.running + b.running,
  servers: byKey(a.servers, b.servers, ({ app, server }) => `${app} ${server}`, (one, other) => (one.up ? other : one)),
  certificates: byKey(a.certificates, b.certificates, ({ names }) => names.join(), (one, other) => (one.notAfter <= other.notAfter ? one : other)),
  process: { cpuSeconds: a.process.cpuSeconds + b.process.cpuSeconds, memoryBytes: a.process.memoryBytes + b.process.memoryBytes, startedAt: Math.min(a.process.startedAt, b.process.startedAt) },
});

/** Adds numbers with numbers, through objects and lists of the same shape; what only one has is its own. */
function sum<T>(a: T, b: T): T {
  if (typeof a === 'number' && typeof b === 'number') return a + b as T;
  if (Array.isArray(a) && Array.isArray(b)) return a.map((one: unknown, i) => sum(one, b[i] as unknown)) as T;
  const out = { ...a } as Record<string, unknown>;
  for (const [key, value] of Object.entries(b as Record<string, unknown>)) out[key] = key in out ? sum(out[key], value) : value;
  return out as T;
}

function byKey<T>(a: readonly T[], b: readonly T[], key: (one: T) => string, choose: (one: T, other: T) => T): T[] {
  const found = new Map(a.map((one) => [key(one), one]));
  for (const other of b) {
    const one = found.get(key(other));
    found.set(key(other), one === undefined ? other : choose(one, other));
  }
  return [...found.values()];
}
