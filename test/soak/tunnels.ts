/** WebSockets that stay open over everything, each saying something now and then and getting the very same back. */
import { WebSocket } from 'ws';
import { Random } from '../helpers/random.ts';
import { sleep } from '../helpers/scope.ts';
import type { Apps } from './apps.ts';
import type { Ground } from './line.ts';
import type { Order } from './order.ts';
import type { Tally } from './tally.ts';

/** Milliseconds between an echo and the next message. */
const PAUSE = 500;
const PATIENCE = 60_000;

export interface TunnelGround extends Ground { readonly apps: Apps; readonly tally: Tally; readonly seed: number }

/** One tunnel after the other until the soak is over; to an app that is never ended it is the same one all the time. */
export async function keepTunnel(number: number, to: 'unix' | 'tcp', ground: TunnelGround, over: AbortSignal): Promise<void> {
  for (let times = 0; !over.aborted; times += 1) {
    const began = performance.now();
    const ended = await tunnel(number * 1_000_000 + times * 1000, to, ground, over);
    const { tally, apps } = ground;
    if (ended === 'over') return;
    const order: Pick<Order, 'to' | 'method'> = { to, method: 'GET' };
    if (apps.excuse(order, began, performance.now())) tally.count('tunnels that ended with their app');
    else if (tally.frontExcuse(performance.now() - 1500, performance.now())) tally.count('tunnels that ended with their worker');
    else tally.fail({ kind: 'tunnel lost', n: number, detail: `to ${to}, after ${Math.round(performance.now() - began)} ms: ${ended}` });
    await sleep(200);
  }
}

/** Talks until it ends; gives why. */
async function tunnel(first: number, to: 'unix' | 'tcp', { ports, ca, content, tally, seed }: TunnelGround, over: AbortSignal): Promise<string> {
  const random = new Random(seed ^ first);
  const secure = random.chance(0.7);
  const socket = new WebSocket(`${secure ? 'wss' : 'ws'}://localhost:${secure ? ports.https : ports.http}/${to}/`, { ca, family: 4, perMessageDeflate: false, handshakeTimeout: PATIENCE });
  return new Promise((resolve) => {
    let messages = 0;
    let said: Buffer = Buffer.alloc(0);
    let why = '';
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => { why = 'over'; socket.terminate(); };
    const say = (): void => {
      said = content.of('message', first + (messages % 1000), random.chance(0.9) ? random.int(2000) : random.int(200_000));
      socket.send(said, { binary: true });
      timer = setTimeout(() => { why = `no echo within ${PATIENCE} ms`; socket.terminate(); }, PATIENCE);
    };
    over.addEventListener('abort', stop, { once: true });
    socket.on('open', say);
    socket.on('message', (data: Buffer) => {
      clearTimeout(timer);
      messages += 1;
      tally.count('messages echoed');
      if (!said.equals(data)) tally.fail({ kind: 'wrong bytes', n: first, detail: `message ${messages} of a tunnel to ${to} came back changed` });
      timer = setTimeout(say, PAUSE);
    });
    socket.on('error', (error) => { why ||= error.message; });
    socket.on('close', (code) => {
      clearTimeout(timer);
      over.removeEventListener('abort', stop);
      resolve(over.aborted ? 'over' : why || `closed with ${code} after ${messages} messages`);
    });
  });
}
