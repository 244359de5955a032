import { CertificateError } from '../certs/events.ts';
import type { Settings } from '../config/settings.ts';
import { DoorError } from '../front/doors.ts';
import { startFront, type Front, type FrontOptions } from '../front/front.ts';
import { LogFileError } from '../front/log/index.ts';
import { doorTrouble } from './door-trouble.ts';
import { operate } from './operate.ts';
import { rootFiles } from './root-files.ts';
import { untilToldToStop } from './signals.ts';
import { RunError } from './terminal.ts';

/** Opens a front; what can go wrong there is told in words. */
export async function openFront(settings: Settings, options: FrontOptions = {}): Promise<Front> {
  try {
    return await startFront(settings, options);
  } catch (error) {
    if (error instanceof LogFileError) throw new RunError(`--log-file: ${error.message}. Next: make its folder writable for the user that runs the front, or name another file.`, 2);
    if (error instanceof DoorError) throw new RunError(doorTrouble(error, settings));
    // Files that the configuration names are its mistake; a local authority that cannot be used is this machine's.
    if (error instanceof CertificateError) throw new RunError(error.message, [...settings.certificates.flatMap(({ cert, key }) => [cert, key]), ...rootFiles(settings)].includes(error.file) ? 2 : 1);
    throw error;
  }
}

/** Serves until a signal. The first one stops it in order, which gives 0; a second ends it at once. */
export async function serve(settings: Settings): Promise<number> {
  const front = await openFront(settings);
  const release = await operate(front);
  front.log.ready(front.ready);
  try {
    return await untilToldToStop({
      stop: () => front.stop(),
      stopNow: () => front.stopNow(),
    });
  } finally {
    release();
  }
}
