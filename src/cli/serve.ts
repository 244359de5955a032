import { CertificateError } from '../certs/events.ts';
import type { Settings } from '../config/settings.ts';
import { DoorError } from '../front/doors.ts';
import { startFront, type Front, type FrontOptions } from '../front/front.ts';
import { LogFileError } from '../front/log/index.ts';
import { doorTrouble } from './door-trouble.ts';
import { inheritedDoors, passedBy } from './inherited.ts';
import { operate } from './operate.ts';
import { rootFiles } from './root-files.ts';
import { tellServiceManager } from './service-manager.ts';
import { untilToldToStop } from './signals.ts';
import { RunError } from './terminal.ts';

/** Opens a front; what can go wrong there is told in words. */
export async function openFront(settings: Settings, options: FrontOptions = {}): Promise<Front> {
  try {
    return await startFront(settings, { inherited: inheritedDoors(settings), ...options });
  } catch (error) {
    if (error instanceof LogFileError) throw new RunError(`--log-file: ${error.message}. Next: make its folder writable for the user that runs the front, or name another file.`, 2);
    if (error instanceof DoorError) throw new RunError([doorTrouble(error, settings), passedBy(process.env) ?? []].flat().join('\n'));
    // Files that the configuration names are its mistake; a local authority that cannot be used is this machine's.
    if (error instanceof CertificateError) throw new RunError(error.message, [...settings.certificates.flatMap(({ cert, key }) => [cert, key]), ...rootFiles(settings)].includes(error.file) ? 2 : 1);
    throw error;
  }
}

/** Says to all who want to know that the front serves. */
export function announce(front: Front): void {
  const message = passedBy(process.env);
  if (message !== undefined) front.log.event({ event: 'sockets-not-ours', level: 'warn', message });
  front.log.ready(front.ready);
  tellServiceManager('READY=1', front);
}

/** Stops in order. */
export function stop(front: Front): Promise<void> {
  tellServiceManager('STOPPING=1', front);
  return front.stop();
}

/** Serves until a signal. The first one stops it in order, which gives 0; a second ends it at once. */
export async function serve(settings: Settings): Promise<number> {
  const front = await openFront(settings);
  const release = await operate(front);
  announce(front);
  try {
    return await untilToldToStop({
      stop: () => stop(front),
      stopNow: () => front.stopNow(),
    });
  } finally {
    release();
  }
}
