import type { Front, Prepared } from '../../front/front.ts';
import { openStatus } from './status.ts';
import { inWords, openFront } from '../open-front.ts';
import { become } from '../privilege/become.ts';
import { RunError } from '../terminal.ts';
import { ToParent } from './channel.ts';
import { ADMIN } from './child.ts';
import { WORKER } from './environment.ts';
import { takePart, type Share } from './part.ts';
import { takeSealing } from './sealing.ts';
import type { Start, Trouble } from './messages.ts';

/**
 * A worker's life, at the doors or at the admin address: where it is to be another user it becomes that one, before it has anything of a client's. It serves until its parent says stop or is gone, in order either way. A signal of its own does the same:
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
  takeSealing(start.ticketKey, line);
  try {
    if (start.account !== undefined) become(start.account);
    const part = takePart(start, line);
    const front = await (start.number === ADMIN ? openStatus(start, part, line) : openFront(start.settings, { part, inherited: start.doors }));
    line.answer('alive', () => null);
    line.answer('snapshot', () => front.snapshot() ?? null);
    takeReloads(front, part, line);
    line.say('ready', null);
    part.begun();
    await stopped;
    await front.stop();
    return 0;
  } catch (error) {
    // The parent ends this process when it has read that.
    line.say('failed', troubleOf(error));
    await stopped;
    return 1;
  }
}

/** Another configuration is made ready when the parent asks for that, and counts when it says so: when all workers are ready. */
function takeReloads(front: Pick<Front, 'prepare'>, part: Share, line: ToParent): void {
  let current = part.generation;
  let ready: { readonly generation: number; readonly made: Prepared } | undefined;
  let dropped = 0;
  line.answer('prepare', async (told) => {
    const { generation, settings } = told;
    try {
      const made = await inWords(settings, () => front.prepare(settings, part.prepare(told)));
      if (dropped >= generation) made.drop();
      else ready = { generation, made };
      return null;
    } catch (error) {
      return troubleOf(error);
    }
  });
  line.answer('commit', (generation) => {
    if (ready?.generation === generation) {
      ready.made.commit();
      ready = undefined;
      part.keepOnly(current = generation);
    }
    return null;
  });
  line.hear('drop', (generation) => {
    dropped = generation;
    if (ready?.generation === generation) ready.made.drop();
    ready = undefined;
    part.keepOnly(current);
  });
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof RunError) return { message: error.message, status: error.status };
  return { message: error instanceof Error ? error.stack ?? error.message : String(error), status: 1 };
}
