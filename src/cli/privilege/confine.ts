import { existsSync } from 'node:fs';

/** util-linux's and busybox's; at fixed places, as this is what root starts. */
const PLACES = ['/usr/bin/setpriv', '/bin/setpriv'];

/**
 * A command, run so that neither it nor what it starts can get rights by a set-uid program (PR_SET_NO_NEW_PRIVS). Neither runtime
 * can ask the kernel for that by itself, so setpriv(1) does, and becomes the command. Where there is none the command stays as it is.
 */
export function confined(command: readonly [string, ...string[]], there: (path: string) => boolean = existsSync): [string, ...string[]] {
  const setpriv = process.platform === 'linux' ? PLACES.find(there) : undefined;
  return setpriv === undefined ? [...command] : [setpriv, '--no-new-privs', '--', ...command];
}
