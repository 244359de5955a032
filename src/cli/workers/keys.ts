import type { Certificates } from '../../certs/store.ts';
import type { Settings } from '../../config/settings.ts';
import { openCertificates } from '../../front/compose.ts';
import type { Log } from '../../front/log/index.ts';
import type { ToWorker } from './channel.ts';
import type { HandedKeys } from './messages.ts';

/** The certificates and keys of the whole: only the parent reads them, and notices that they were replaced. */
export interface Keys {
  /** A local authority signs. */
  readonly local: boolean;
  /** Undefined where the https door is off. */
  readonly certificates: Certificates | undefined;
  readonly handed: () => HandedKeys;
  /** Answers a worker that asks for a certificate to be signed. */
  readonly serve: (line: ToWorker) => void;
  readonly close: () => void;
}

/** `replaced` is told when there are new ones to hand over. Rejects with a CertificateError where there is nothing to serve. */
export async function openKeys(settings: Settings, log: Log, replaced: (pairs: NonNullable<Certificates['pairs']>) => void): Promise<Keys> {
  const certificates = await openCertificates(settings, {
    ...log,
    event(event) {
      log.event(event);
      if (event.event === 'certificate-replaced') replaced(certificates!.pairs!);
    },
  });
  return {
    local: certificates?.real === false,
    certificates,
    handed() {
      if (certificates === undefined) return { kind: 'none' };
      const { pairs, names, authorityFiles } = certificates;
      return pairs === undefined ? { kind: 'signed', names, authorityFiles } : { kind: 'given', pairs: pairs.map(({ names: its, pair }) => ({ names: its, pair })) };
    },
    serve(line) {
      line.answer('certificate', async (name) => await certificates?.pick(name ?? undefined) ?? null);
    },
    close: () => certificates?.close(),
  };
}
