import { shareTicketKey } from '../../transport/runtime.ts';
import { openFront } from '../open-front.ts';
import { become } from '../privilege/become.ts';
import { RunError } from '../terminal.ts';
import { ToParent } from './channel.ts';
import { WORKER } from './environment.ts';
import { takePart } from './part.ts';
import type { Start } from './messages.ts';

/**
 * A worker's life: where it is to be another user it becomes that one, before it has anything of a client's. It serves until its parent says stop or is gone, in order either way. A signal of its own does the same:
 * a service manager and a terminal send theirs to parent and workers alike.
 */
export async function work(): Promise<number> {
  delete process.env[WORKER]; // what it starts is no worker
  const line = new ToParent(process);
  const stopped = new Promise<undefined>((resolve) => {
    const stop = (): void => { resolve(undefined); };
    line.hear('stop', stop);
    process.once('disconnect', stop);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
    process.on('SIGHUP', () => {}); // whether it means a reload or the end, the parent knows
  });
  const start = await Promise.race([new Promise<Start>((resolve) => { line.hear('start', resolve); }), stopped]);
  if (start === undefined) return 0;
  const seal = (key: string): void => { shareTicketKey(Buffer.from(key, 'base64')); };
  if (start.ticketKey !== '') seal(start.ticketKey);
  line.hear('ticketKey', seal);
  try {
    if (start.account !== undefined) become(start.account);
    const part = takePart(start, line);
    const front = await openFront(start.settings, { part, inherited: start.doors });
    line.answer('snapshot', () => front.snapshot() ?? null);
    line.say('ready', null);
    part.begun();
    await stopped;
    await front.stop();
    return 0;
  } catch (error) {
    // The parent ends this process when it has read that.
    line.say('failed', error instanceof RunError ? { message: error.message, status: error.status } : { message: text(error), status: 1 });
    await stopped;
    return 1;
  }
}

const text = (error: unknown): string => (error instanceof Error ? error.stack ?? error.message : String(error));
