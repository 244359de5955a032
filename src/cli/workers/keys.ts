import type { Certificates } from '../../certs/store.ts';
import type { Settings } from '../../config/settings/settings.ts';
import { openCertificates } from '../../front/compose.ts';
import type { Log } from '../../front/log/index.ts';
import type { CertificatePair } from '../../core/contract/certificate.ts';
import type { HandedKeys } from './messages.ts';

/** The certificates and keys of the whole: only the parent reads them, and notices that they were replaced. */
export interface Keys {
  readonly settings: Settings;
  /** A local authority signs. */
  readonly local: boolean;
  /** Undefined where the https door is off. */
  readonly certificates: Certificates | undefined;
  readonly handed: () => HandedKeys;
  /** For a worker that asks for a certificate to be signed. */
  readonly pick: (name: string | null) => Promise<CertificatePair | null>;
  /** `other`: those that go on, and may be the same. */
  readonly close: (other?: Keys) => void;
}

export interface KeysParts {
  readonly log: Log;
  /** Told when there are new ones to hand over. */
  readonly replaced: (pairs: NonNullable<Certificates['pairs']>) => void;
  /** Those until now, where this is a reload. */
  readonly former?: Keys | undefined;
}

/** Rejects with a CertificateError where there is nothing to serve. */
export async function openKeys(settings: Settings, { log, replaced, former }: KeysParts): Promise<Keys> {
  const certificates = await openCertificates(settings, {
    ...log,
    event(event) {
      log.event(event);
      if (event.event === 'certificate-replaced') replaced(certificates!.pairs!);
    },
  }, { former });
  return {
    settings, certificates,
    local: certificates?.real === false,
    handed() {
      if (certificates === undefined) return { kind: 'none' };
      const { pairs, names, authorityFiles } = certificates;
      return pairs === undefined ? { kind: 'signed', names, authorityFiles } : { kind: 'given', pairs: pairs.map(({ names: its, pair }) => ({ names: its, pair })) };
    },
    pick: async (name) => await certificates?.pick(name ?? undefined) ?? null,
    close: (other) => { if (certificates !== other?.certificates) certificates?.close(); },
  };
}
