import { LONGEST } from '../config/values/quantities.ts';
import type { Terminal } from './terminal.ts';

/**
 * Within how many milliseconds a service manager wants to hear from this process again and again (sd_watchdog_enabled(3));
 * undefined where it does not, or wants to hear from another.
 */
export function watchdogTime({ WATCHDOG_USEC: written, WATCHDOG_PID: pid }: Terminal['env'], self = process.pid): number | undefined {
  const time = Number(written ?? NaN) / 1000;
  return (pid === undefined || pid === String(self)) && time >= 1 && time <= LONGEST ? time : undefined;
}

export interface Watchdog {
  /** Milliseconds. */
  readonly time: number;
  /** Settles when all that serve have answered, or are gone. */
  readonly answers: () => Promise<unknown>;
  /** Tells the service manager. */
  readonly tell: () => Promise<unknown>;
}

/**
 * Tells twice in the time, as sd_watchdog_enabled(3) recommends, that the front is well: for as long as its event loop turns, and no
 * process of it leaves a question without an answer. Who is silent is ended and started anew by the service manager. Gives what ends it.
 */
export function keepWatchdog({ time, answers, tell }: Watchdog): () => void {
  let asked = false;
  const look = (): void => {
    if (asked) return;
    asked = true;
    void answers().then(tell).finally(() => { asked = false; });
  };
  look();
  const timer = setInterval(look, time / 2).unref();
  return () => { clearInterval(timer); };
}
