import { CertificateError } from '../certs/events.ts';
import type { Settings } from '../config/settings/settings.ts';
import { DoorError } from '../front/doors/doors.ts';
import { startFront, type Front, type FrontOptions } from '../front/front.ts';
import { LogFileError } from '../front/log/index.ts';
import { doorTrouble } from './door-trouble.ts';
import { inheritedDoors, passedBy } from './inherited.ts';
import { rootFiles } from './root-files.ts';
import { RunError } from './terminal.ts';
import { version } from './version.ts';

/** Opens a front in this process; what can go wrong there is told in words. */
export const openFront = (settings: Settings, options: FrontOptions = {}): Promise<Front> =>
  inWords(settings, () => startFront(settings, { version: version(), inherited: inheritedDoors(settings), ...options }));

/** Does what opens doors and logs and reads certificates, and tells in words what goes wrong with them. */
export async function inWords<T>(settings: Settings, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof LogFileError) throw new RunError(`--log-file: ${error.message}. Next: make its folder writable for the user that runs the front, or name another file.`, 2);
    if (error instanceof DoorError) throw new RunError([doorTrouble(error, settings), passedBy(process.env) ?? []].flat().join('\n'));
    // Files that the configuration names are its mistake; a local authority that cannot be used is this machine's.
    if (error instanceof CertificateError) throw new RunError(error.message, [...settings.certificates.flatMap(({ cert, key }) => [cert, key]), ...rootFiles(settings)].includes(error.file) ? 2 : 1);
    throw error;
  }
}
