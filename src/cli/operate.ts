import type { Serving } from './serve.ts';
import { openControl, type Commands } from './control/server.ts';
import { isCopy } from './launched.ts';

export interface Operation {
  readonly signals?: readonly NodeJS.Signals[];
  /** What `sallyport upgrade` and the new program say. */
  readonly upgrade: Commands;
}

/**
 * Takes an operator's commands while a front runs: on its control socket (`sallyport reopen`), and by signals, for tools
 * that only know those. Gives what ends it.
 */
export async function operate(front: Pick<Serving, 'log' | 'reopenLog'>, { signals = ['SIGUSR2'], upgrade }: Operation): Promise<() => void> {
  const control = await openControl({
    call: () => process.argv.slice(2).join(' '),
    reopen: () => front.reopenLog(),
    ...upgrade,
  }).catch((error: Error) => {
    front.log.event({ event: 'control-off', level: 'warn', message: `No control socket could be opened, so \`sallyport reopen\` cannot find this front; signals work. ${error.message}` });
    return undefined;
  });
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isCopy(signal)) return;
    front.reopenLog().catch((error: Error) => { front.log.event({ event: 'log-not-reopened', level: 'error', message: `${error.message}. Lines go on to the file that was open.` }); });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    control?.close();
    for (const signal of signals) process.off(signal, onSignal);
  };
}
