/** Clients that do no wrong and are no pleasure: slow ones, and ones that go away in the middle. */
import { connect } from 'node:net';
import type { Random } from '../helpers/random.ts';
import { sleep } from '../helpers/scope.ts';
import type { Ground } from './line.ts';
import type { Load } from './load.ts';
import type { Tally } from './tally.ts';

export interface Crowd { readonly load: Load; readonly ground: Ground; readonly tally: Tally; readonly random: Random }

/** They read large answers a piece at a time, and get every byte. */
export async function slowReaders({ load, random }: Crowd, seconds: number): Promise<void> {
  await Promise.all(Array.from({ length: 4 }, (_, i) => {
    const gets = 500_000 + random.int(2_000_000);
    const order = load.order(i === 0 ? { to: 'files', method: 'GET' } : { to: random.pick(['tcp', 'unix', 'unix', 'pair']), method: 'GET', sends: 0, chunks: false, gets });
    return load.alone(order, { last: true }, gets / seconds);
  }));
}

/** Their heads and bodies come in pieces, and are answered as any other. */
export async function slowSenders({ load, random }: Crowd, seconds: number): Promise<void> {
  await Promise.all(Array.from({ length: 6 }, () => {
    const order = load.order({ to: random.pick(['tcp', 'stream', 'unix', 'pair', 'uwsgi']), method: random.pick(['POST', 'PUT']), sends: 1000 + random.int(200_000) });
    const pieces = 6;
    return load.alone(order, { last: true, pieces, pause: seconds * 1000 / (2 * pieces) });
  }));
}

/** They go away by RST: before and in the handshake, in their head or body, while the app works, in the answer. */
export async function resets({ load, ground, random, tally }: Crowd): Promise<void> {
  const request = async (): Promise<void> => {
    const order = load.order({ gets: 100_000 + random.int(1_000_000), to: random.pick(['tcp', 'stream', 'unix', 'uwsgi']) });
    const line = await load.open(order.door);
    if (line === undefined) return;
    const asked = line.ask(order, random.chance(0.5) ? {} : { pieces: 5, pause: 40 });
    await sleep(random.int(200));
    line.reset();
    tally.judge(order, await asked);
  };
  const handshake = async (): Promise<void> => {
    const socket = connect({ host: '127.0.0.1', port: ground.ports[random.pick(['https', 'http'] as const)] });
    socket.on('error', () => undefined);
    // The first bytes of a ClientHello (RFC 8446 §4.1.2), and no more.
    socket.write(Buffer.from('16030102000100', 'hex'));
    await sleep(random.int(100));
    socket.resetAndDestroy();
  };
  await Promise.all([...Array.from({ length: 8 }, request), ...Array.from({ length: 4 }, handshake)]);
}
