import type { Settings } from '../config/settings/settings.ts';
import type { Front } from '../front/front.ts';
import { passedBy } from './inherited.ts';
import { inWords, openFront } from './open-front.ts';
import { operate } from './operate.ts';
import { rootWarning } from './privilege/root.ts';
import { createReload, type Origin } from './reload.ts';
import { tellServiceManager } from './service-manager.ts';
import { untilToldToStop } from './signals.ts';
import { keepWatchdog, watchdogTime } from './watchdog.ts';
import { createUpgrade, predecessor, takeOver } from './upgrade.ts';
import { countWorkers } from './workers/count.ts';

/** A front that serves, in this process or in several. */
export interface Serving extends Pick<Front, 'ready' | 'log' | 'reopenLog' | 'sockets' | 'stop' | 'stopNow'> {
  /** Rejects where serving has come to an end by itself; undefined where it does not. */
  readonly failed?: Promise<never>;
  /** Settles when every process that serves has answered, or is gone; undefined where this is the only one. */
  answers?(): Promise<unknown>;
  /** Other settings count from now on; they differ in nothing but what can be changed so. Rejects, and nothing has changed, where one process cannot serve by them. */
  reload(settings: Settings): Promise<void>;
}

/**
 * Opens the doors, in this process or in processes of their own: for several workers, and wherever they are to be another user
 * than this one. Rejects with a RunError.
 */
export async function openServing(settings: Settings, count: number): Promise<Serving> {
  if (count > 1 || settings.user !== undefined) return await (await import('./workers/parent.ts')).openWorkers(settings, count);
  const front = await openFront(settings);
  return { ...front, reload: async (next) => { (await inWords(next, () => front.prepare(next))).commit(); } };
}

/** Says to all who want to know that the front serves, and to those who want to hear it again and again, until this process ends. */
export async function announce(front: Serving): Promise<void> {
  const message = passedBy(process.env);
  if (message !== undefined) front.log.event({ event: 'sockets-not-ours', level: 'warn', message });
  front.log.ready(front.ready);
  const before = predecessor();
  await tellServiceManager('READY=1', front, before === undefined ? [] : [`MAINPID=${process.pid}`]);
  if (before !== undefined) await takeOver(before);
  const time = watchdogTime(process.env);
  if (time !== undefined) keepWatchdog({ time, answers: async () => { await front.answers?.(); }, tell: () => tellServiceManager('WATCHDOG=1', front) });
}

/** Stops in order. */
export function stop(front: Serving): Promise<void> {
  void tellServiceManager('STOPPING=1', front);
  return front.stop();
}

/** Serves until a signal. The first one stops it in order, which gives 0; a second ends it at once. */
export async function serve(origin: Origin): Promise<number> {
  const { settings } = origin;
  const front = await openServing(settings, countWorkers(settings));
  const upgrade = createUpgrade(front);
  const release = await operate(front, { reload: createReload(front, origin), watched: origin.watched, signals: ['SIGUSR2', 'SIGHUP'], upgrade: upgrade.commands });
  try {
    await announce(front);
    const asRoot = rootWarning(settings);
    if (asRoot !== undefined) front.log.event(asRoot);
    return await untilToldToStop({
      stop: () => stop(front),
      stopNow: () => front.stopNow(),
    }, Promise.race([upgrade.succeeded, ...(front.failed === undefined ? [] : [front.failed])]).then(async () => {
      await front.stop(true);
      return 0;
    }));
  } finally {
    release();
  }
}
