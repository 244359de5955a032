import { openControl, type Commands } from './control/server.ts';
import { isCopy } from './launched.ts';
import { watch, type Reload } from './reload.ts';
import type { Watched } from './settings.ts';
import { terminalIsGone } from './terminal.ts';
import type { Serving } from './serve.ts';

export interface Operation {
  readonly reload: Reload;
  /** The file whose changes reload. */
  readonly watched?: Watched | undefined;
  /** Those that are the front's: SIGUSR2 opens the log file anew, SIGHUP reloads. */
  readonly signals: readonly ('SIGUSR2' | 'SIGHUP')[];
  /** What `sallyport upgrade` and the new program say. */
  readonly upgrade: Commands;
}

/**
 * Takes an operator's commands while a front runs: on its control socket (`sallyport reload`), and by signals, for tools
 * that only know those. Gives what ends it.
 */
export async function operate(front: Pick<Serving, 'log' | 'reopenLog'>, { reload, watched, signals, upgrade }: Operation): Promise<() => void> {
  const control = await openControl({
    call: () => process.argv.slice(2).join(' '),
    reopen: () => front.reopenLog(),
    reload,
    ...upgrade,
  }).catch((error: Error) => {
    front.log.event({ event: 'control-off', level: 'warn', message: `No control socket could be opened, so \`sallyport reload\` and its like cannot find this front; signals work. ${error.message}` });
    return undefined;
  });
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isCopy(signal)) return;
    if (signal === 'SIGUSR2') {
      front.reopenLog().catch((error: Error) => { front.log.event({ event: 'log-not-reopened', level: 'error', message: `${error.message}. Lines go on to the file that was open.` }); });
    } else if (terminalIsGone()) process.kill(process.pid, 'SIGTERM');
    else reload().catch(() => {}); // the log has said why
  };
  for (const signal of signals) process.on(signal, onSignal);
  const stopWatching = watched && watch(watched, reload);
  return () => {
    stopWatching?.();
    control?.close();
    for (const signal of signals) process.off(signal, onSignal);
  };
}
