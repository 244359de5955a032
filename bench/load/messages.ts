/** WebSocket messages, there and back, one at a time on each connection. */
import { processorTime, residentMemory } from '../accounting.ts';
import type { Front, Ground, Sample } from '../cases/case.ts';
import { ours } from './ours.ts';

export async function messages({ program, port }: Front, { cores }: Ground, { connections, seconds }: { connections: number; seconds: number }): Promise<Sample> {
  const client = ours(['messages', String(port), String(connections), String(seconds)], { cores: cores.load });
  try {
    await client.says(`${connections} open`);
    const cpu = processorTime(program.pid);
    const count = Number(/(\d+) messages/.exec(await client.says(' messages'))?.[1]);
    return { cpu: (processorTime(program.pid) - cpu) / count, rate: count / seconds, memory: residentMemory(program.pid) };
  } finally {
    await client.end();
  }
}
