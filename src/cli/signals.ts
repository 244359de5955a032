import { constants } from 'node:os';
import { isCopy } from './launched.ts';

/** What is to be stopped. */
export interface Stoppable {
  /** In order; may take a while. */
  stop(signal: NodeJS.Signals): Promise<void>;
  /** At once. */
  stopNow(): void;
}

/** The status by which shells tell that a signal ended a program. */
export const signalStatus = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/**
 * Waits for SIGTERM or SIGINT, stops in order and gives 0. A second signal while that goes on stops at once and gives
 * 128 and its number. `ended`, where given, is another way to an end: the status it resolves with.
 */
export function untilToldToStop(stoppable: Stoppable, ended?: Promise<number>, signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']): Promise<number> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isCopy(signal)) return;
      if (stopping) {
        stoppable.stopNow();
        finish(signalStatus(signal));
        return;
      }
      stopping = true;
      stoppable.stop(signal).then(() => finish(0), reject);
    };
    const finish = (status: number): void => {
      for (const signal of signals) process.off(signal, onSignal);
      resolve(status);
    };
    for (const signal of signals) process.on(signal, onSignal);
    ended?.then((status) => { if (!stopping) finish(status); }, reject);
  });
}
