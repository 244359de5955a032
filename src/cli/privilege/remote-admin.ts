import { isThisMachine } from '../../config/admin.ts';
import type { Settings } from '../../config/settings.ts';
import { RunError } from '../terminal.ts';
import type { Account } from './account.ts';

/**
 * Refuses an admin address that other machines reach: with `--user` the process that answers there is root's, and no byte of a
 * network's is read by one. @throws RunError
 */
export function refuseRemoteAdmin({ admin }: Pick<Settings, 'admin'>, { name }: Account): void {
  if (admin === undefined || admin.address.kind === 'unix' || isThisMachine(admin.address)) return;
  throw new RunError(`--admin ${admin.address.host}:${admin.address.port} with --user ${name}: the admin address is answered by the process that keeps the keys, which is root's, and other machines would reach it there. Next: --admin ${admin.address.port} (loopback) or unix:/path and something on this machine that asks it, or start the front as ${name} from the beginning (sallyport service print), which needs no root.`, 2);
}
