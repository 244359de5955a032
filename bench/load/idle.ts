/** What a front holds for each TLS connection on which nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMemory } from '../accounting.ts';
import type { Front, Ground, Sample } from '../cases/case.ts';
import { ours } from './ours.ts';

/** The first ones are no measure: with them come code, tables and heaps that every front sets up once. */
const BEFORE = 500;

export async function idleConnections({ program, port }: Front, { cores }: Ground, count: number): Promise<Sample> {
  const client = ours(['idle', String(port), `${BEFORE},${count}`], { cores: cores.load });
  try {
    await client.says(`${BEFORE} open`);
    await sleep(500);
    const before = residentMemory(program.pid);
    await client.says(`${count} open`);
    await sleep(1000);
    const memory = residentMemory(program.pid);
    return { memoryEach: (memory - before) / count, memory };
  } finally {
    await client.end();
  }
}
