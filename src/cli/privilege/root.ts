import type { Settings } from '../../config/settings/settings.ts';
import type { FrontEvent } from '../../front/log/index.ts';

/** Said where clients talk to a process that is root. */
export function rootWarning({ user }: Pick<Settings, 'user'>, uid: number | undefined = process.getuid?.()): FrontEvent | undefined {
  if (uid !== 0 || user !== undefined) return undefined;
  return {
    event: 'running-as-root', level: 'warn',
    message: 'Clients talk to a process that runs as root: a hole in it would be a hole in this machine. Add --user www-data (or another user without rights): this process then keeps the ports and the keys, and those that serve run as that user.',
  };
}
