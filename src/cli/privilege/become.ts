import type { Account } from './account.ts';
import { RunError } from '../terminal.ts';

/**
 * Makes this process, all its threads included (the C library sees to that on both runtimes), a user's for good: groups first, since
 * it needs root to change them. What it has read and opened stays; what is found in its memory belongs to root, so that no other process of
 * the same user may look into it (ptrace(2), PR_SET_DUMPABLE). @throws RunError where root's own rights are not whole.
 */
export function become({ name, uid, gid, groups }: Account): void {
  try {
    process.setgroups!([...groups]);
    process.setgid!(gid);
    process.setuid!(uid);
  } catch (error) {
    throw new RunError(`--user ${name}: this process is root and may not become uid ${uid}, gid ${gid} (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}): it has lost the capabilities CAP_SETUID and CAP_SETGID. Give them back (docker run --cap-add SETUID --cap-add SETGID), or start it as ${name} itself and leave --user out.`);
  }
  if (process.getuid!() === uid && process.geteuid!() === uid && process.getgid!() === gid && process.getegid!() === gid && !canBeRootAgain()) return;
  throw new RunError(`--user ${name}: the system did not make this process uid ${uid} for good, so it does not serve.`);
}

function canBeRootAgain(): boolean {
  try {
    process.setuid!(0);
    return true;
  } catch {
    return false;
  }
}
