import { isThisMachine } from '../../config/values/admin.ts';
import type { AdminSettings, Settings } from '../../config/settings/settings.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import { DoorError, type DoorPlace } from '../doors/doors.ts';
import type { Log } from '../log/index.ts';

/** What the admin address speaks: a password must not cross a network in the clear, where there are certificates. */
export const adminScheme = ({ https }: Pick<Settings, 'https'>, { address }: AdminSettings): Scheme => (https.kind === 'off' || isThisMachine(address) ? 'http' : 'https');

/** Where it is, for whoever takes it. */
export const adminPlace = (settings: Pick<Settings, 'https'>, admin: AdminSettings): DoorPlace =>
  ({ scheme: adminScheme(settings, admin), setting: { kind: 'at', address: admin.address }, loopback: true, name: undefined });

/** Milliseconds between two tries to get an address that is taken. */
const AGAIN = 500;

export interface Patience {
  /** Where the address is taken, it is waited for: this process takes over from one that has it. */
  readonly patient: boolean;
  readonly log: Log;
}

/** Opens the admin address now or, with patience, when it is free. Gives what ends the waiting. Rejects as `open` does, at the first try. */
export async function openWhenFree(open: () => Promise<void>, { patient, log }: Patience): Promise<() => void> {
  let again: NodeJS.Timeout | undefined;
  let ended = false;
  const attempt = async (): Promise<void> => {
    try {
      await open();
    } catch (error) {
      if (!(error instanceof DoorError)) throw error;
      error.admin = true;
      if (!patient || error.code !== 'EADDRINUSE') throw error;
      if (!ended) again = setTimeout(() => { attempt().catch((later: Error) => { log.event({ event: 'admin-off', level: 'error', message: later.message }); }); }, AGAIN).unref();
    }
  };
  await attempt();
  return () => {
    ended = true;
    clearTimeout(again);
  };
}
