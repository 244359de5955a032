/** Where the front's certificates come from, behind one face: files that were given, or else the local authority. */
import type { PickCertificate } from '../core/contract/certificate.ts';
import { dataDirectory } from './data-dir.ts';
import { systemClock } from './events.ts';
import type { CertificateEvent, Clock } from './events.ts';
import { GivenCertificates } from './files.ts';
import { canonicalDomain } from './names.ts';
import type { PairFiles } from './pair-file.ts';
import type { NamedPair } from './table.ts';

export interface CertificateOptions {
  /** PEM files. Empty: the local authority signs. */
  readonly pairs: readonly PairFiles[];
  /** Host names (`*.example.com` for one level below) and addresses that are served; empty: every local name. */
  readonly domains: readonly string[];
  /** The addresses of the TLS doors: those that are private go into the local certificate; `0.0.0.0` and `::` stand for all of this machine's. */
  readonly addresses?: readonly string[];
  /** As in FilesOptions. */
  readonly known?: readonly NamedPair[] | undefined;
  /** Where the local authority lives; default {@link dataDirectory}. */
  readonly dataDir?: string;
  readonly on: (event: CertificateEvent) => void;
  readonly clock?: Clock;
  /** Milliseconds between looks at the files (2000), and how long they may be unusable before it is reported (10 000). */
  readonly interval?: number;
  readonly patience?: number;
}

export interface Certificates {
  readonly pick: PickCertificate;
  /** Given files, not the local authority. */
  readonly real: boolean;
  /** The given certificates as they are now; undefined where an authority signs when it is asked. */
  readonly pairs?: readonly NamedPair[];
  /** What certificates are for; changes where files are replaced. */
  readonly names: readonly string[];
  /** What is shown to clients now, and until when it is good (milliseconds since 1970); only where the keys are. */
  readonly shown?: () => readonly { readonly names: readonly string[]; readonly notAfter: number }[];
  /** The certificates of the authorities that sign here, for people to install; empty where files were given. */
  readonly authorityFiles: readonly string[];
  /** Ends watching and renewing. */
  close(): void;
}

/** Rejects with a CertificateError, whose message says what to do, where nothing can be served. */
export async function createCertificates(options: CertificateOptions): Promise<Certificates> {
  const { pairs, known, on, clock = systemClock, interval = 2000, patience = 10_000, addresses = [], dataDir = dataDirectory() } = options;
  const domains = options.domains.map(canonicalDomain);
  if (pairs.length > 0) {
    const given = await GivenCertificates.open({ pairs, known, domains, clock, interval, patience, on });
    return { pick: given.pick, real: true, get names() { return given.names; }, get pairs() { return given.pairs; }, shown: () => given.shown(), authorityFiles: [], close: () => given.close() };
  }
  const { LocalCertificates } = await import('./local.ts'); // the library that signs needs a quarter of a second to load
  const local = await LocalCertificates.open({ dataDir, domains, addresses, clock, on });
  return { pick: local.pick, real: false, names: local.names, shown: () => local.shown(), authorityFiles: local.authorities.map(({ file }) => file), close: () => local.close() };
}
