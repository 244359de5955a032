import type { Settings } from '../../config/settings/settings.ts';
import { createLog, LogFile, standardOutput, type Log } from './index.ts';

/** How long the end waits for a disk or a reader that is slow to take the last lines (milliseconds). */
export const LAST_LINES = 2000;

export interface OpenLog {
  readonly log: Log;
  /** Opens the file anew; gives what was done. Rejects with a LogFileError. */
  readonly reopen: () => Promise<string>;
  /** When what is under way has been written. */
  readonly drained: () => Promise<void>;
  /** Writes what has been gathered; afterwards nobody writes it when the process ends by itself. */
  readonly close: () => void;
}

/**
 * Opens the log that settings ask for. `out`: where lines go that no file takes; default standard output.
 * @throws LogFileError
 */
export function openLog(settings: Settings, out: { write(text: string): unknown } | undefined): OpenLog {
  const standard = out ?? standardOutput();
  const file = settings.logFile === undefined || settings.log === 'off' ? undefined : new LogFile(settings.logFile, (event) => { log.event(event); });
  const log: Log = createLog(settings.log, standard, { file, hide: settings.logHide });
  const flush = (): void => { log.flush(); };
  process.on('exit', flush); // what threw an error nobody caught should not take the lines with it that say so
  return {
    log,
    async reopen() {
      if (file === undefined) return 'There is no log file here (--log-file): standard output is its reader\'s to rotate.';
      await file.reopen();
      const message = `The log file ${file.path} was opened anew.`;
      log.event({ event: 'log-reopened', level: 'info', message });
      return message;
    },
    async drained() {
      await Promise.all([file?.drained(LAST_LINES), 'drained' in standard ? standard.drained(LAST_LINES) : undefined]);
    },
    close() {
      process.off('exit', flush);
      flush();
    },
  };
}
