import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Settings } from '../../config/settings/settings.ts';
import { RunError } from '../terminal.ts';
import type { Account } from './account.ts';

/**
 * Refuses a log file in a folder that the user of the workers may write to: root opens the file, and a worker that was taken over
 * could put a link in its place and so have root write lines of its choice into any file (CVE-2016-1247 was that).
 * @throws RunError
 */
export function refuseOpenFolder({ logFile, log }: Pick<Settings, 'logFile' | 'log'>, { name, uid, groups }: Account): void {
  if (logFile === undefined || log === 'off') return;
  const folder = dirname(logFile);
  const found = statSync(folder);
  if (found.uid !== uid && !(groups.includes(found.gid) && (found.mode & 0o020) !== 0) && (found.mode & 0o002) === 0) return;
  throw new RunError(`--log-file ${logFile}: ${name}, as whom clients are served, may write to its folder, and root writes the log: a link put there would lead root to any file. Next: chown root:root '${folder}' && chmod go-w '${folder}', or name a file in another folder.`, 2);
}
