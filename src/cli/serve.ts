import { CertificateError } from '../certs/events.ts';
import type { Settings } from '../config/settings.ts';
import { DoorError } from '../front/doors.ts';
import { startFront, type Front } from '../front/front.ts';
import { doorTrouble } from './door-trouble.ts';
import { untilToldToStop } from './signals.ts';
import { RunError, type Terminal } from './terminal.ts';

/** Opens a front; what can go wrong there is told in words. */
export async function openFront(settings: Settings): Promise<Front> {
  try {
    return await startFront(settings);
  } catch (error) {
    if (error instanceof DoorError) throw new RunError(doorTrouble(error));
    if (error instanceof CertificateError) throw new RunError(error.message, 2);
    throw error;
  }
}

/** The one line that says that requests are answered now. */
export function announce({ ready }: Front, { log }: Settings, terminal: Terminal): void {
  if (log === 'json') return terminal.out(`${JSON.stringify({ event: 'ready', ...ready })}\n`);
  const doors = [ready.https, ready.http].filter((url) => url !== undefined).join(' and ');
  const line = `Ready: ${doors} → ${ready.app}\n`;
  // A combined log is read by programs that know nothing but its lines.
  if (log === 'combined') terminal.err(line);
  else terminal.out(line);
}

/** Serves until a signal. The first one stops it in order, which gives 0; a second ends it at once. */
export async function serve(settings: Settings, terminal: Terminal): Promise<number> {
  const front = await openFront(settings);
  announce(front, settings, terminal);
  return await untilToldToStop({
    stop: () => front.stop(),
    stopNow: () => front.stopNow(),
  });
}
