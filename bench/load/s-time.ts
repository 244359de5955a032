/** openssl s_time: one TLS connection after the other, four clients at a time. */
import { processorTime, residentMemory } from '../accounting.ts';
import type { Front, Ground, Sample } from '../cases/case.ts';
import { run } from '../program.ts';

export interface Connections {
  /** Resumed by the ticket of the first one, instead of a full handshake each. */
  readonly resumed?: boolean;
  /** One request on each, after which the connection ends. */
  readonly path?: string;
}

const CLIENTS = 4;

/** s_time counts whole seconds and ends one to two of them later. */
export async function connections({ program, port }: Front, { place, cores }: Ground, { resumed = false, path }: Connections): Promise<Sample> {
  // s_time puts ` HTTP/1.0` and an empty line behind what it is to ask for: here that becomes the value of a field, so
  // that every peer gets the same request of HTTP/1.1.
  const www = path === undefined ? [] : ['-www', `${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Rest:`];
  const line = ['openssl', 's_time', '-connect', `127.0.0.1:${port}`, resumed ? '-reuse' : '-new', '-time', '1', ...www];
  const [time, cpu] = [performance.now(), processorTime(program.pid)];
  const outputs = await Promise.all(Array.from({ length: CLIENTS }, () => run(line, { cores: cores.load, env: { OPENSSL_CONF: place.openssl } }).output));
  const units = outputs.reduce((sum, output) => sum + connectionsOf(output), 0);
  const seconds = (performance.now() - time) / 1000;
  if (units === 0) throw new Error(`${program.name} took no connection: ${program.said()}\n${outputs[0]}`);
  return { cpu: (processorTime(program.pid) - cpu) / units, rate: units / seconds, memory: residentMemory(program.pid) };
}

/** How many connections s_time made, by its last line. */
export function connectionsOf(output: string): number {
  const counts = [...output.matchAll(/^(\d+) connections in \d+ real seconds/gm)];
  return Number(counts.at(-1)?.[1] ?? 0);
}
