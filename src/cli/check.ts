import { readAuthorities } from '../certs/client-authorities.ts';
import { loadPair, worries } from '../certs/pair-file.ts';
import { CertificateError } from '../certs/events.ts';
import { readRoots } from '../certs/roots.ts';
import type { Settings } from '../config/settings/settings.ts';
import { oldLists } from '../core/contract/published/index.ts';
import { uncheckedWarning } from '../front/upstream/app-tls.ts';
import { explain } from './explain.ts';
import type { Flags } from './flags.ts';
import { rootFiles } from './root-files.ts';
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

/** Reads every certificate as the front would, and gives what it would warn of. */
async function readCertificates(settings: Settings): Promise<string[]> {
  const troubles: string[] = [];
  const warnings: string[] = [];
  const trying = async (where: string, read: () => unknown): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      troubles.push(`${where}: ${error.message}`);
    }
  };
  for (const [i, files] of settings.certificates.entries()) {
    await trying(`certificates[${i}]`, async () => warnings.push(...worries(await loadPair(files), Date.now()).map(({ message }) => message)));
  }
  for (const { clientCertificates } of settings.sites) if (clientCertificates !== undefined) await trying('clientCertificates.ca', () => readAuthorities(clientCertificates.ca));
  for (const file of rootFiles(settings)) await trying('upstream.ca', () => readRoots(file));
  for (const route of settings.sites.flatMap(({ routes }) => routes)) {
    const warning = route.kind === 'app' ? uncheckedWarning(route.app) : undefined;
    if (warning !== undefined && !warnings.includes(warning)) warnings.push(warning);
  }
  if (troubles.length > 0) throw new RunError(troubles.join('\n'), 2);
  return warnings;
}
