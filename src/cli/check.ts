import { loadPair, worries } from '../certs/pair-file.ts';
import { CertificateError } from '../certs/events.ts';
import type { Settings } from '../config/settings.ts';
import { oldLists } from '../core/contract/published/index.ts';
import { explain } from './explain.ts';
import type { Flags } from './flags.ts';
import { readSettings } from './settings.ts';
import { RunError, type Terminal } from './terminal.ts';

/** `sallyport check`: says what is wrong (2), or what would run (0). Opens no door and asks no app. */
export async function check(app: string | undefined, flags: Flags, terminal: Terminal): Promise<number> {
  const { settings, file } = await readSettings(app, flags, terminal);
  const warnings = [...await readCertificates(settings), ...oldLists(settings.trust, Date.now())];
  terminal.out(`${file ?? 'This call'} is right. It would run:\n\n${explain(settings)}\n`);
  for (const warning of warnings) terminal.err(`sallyport: warning: ${warning}\n`);
  return 0;
}

/** Reads every pair as the front would, and gives what it would warn of. */
async function readCertificates({ certificates }: Settings): Promise<string[]> {
  const troubles: string[] = [];
  const warnings: string[] = [];
  for (const [i, files] of certificates.entries()) {
    try {
      warnings.push(...worries(await loadPair(files), Date.now()).map(({ message }) => message));
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      troubles.push(`certificates[${i}]: ${error.message}`);
    }
  }
  if (troubles.length > 0) throw new RunError(troubles.join('\n'), 2);
  return warnings;
}
