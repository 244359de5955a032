/** The authorities whose client certificates sites believe: read from files, checked, replaced while running. */
import type { X509Certificate } from 'node:crypto';
import type { ClientPolicy } from '../core/contract/certificate.ts';
import type { CertificateEvent, Clock } from './events.ts';
import { dateText, systemClock } from './events.ts';
import { certificatesIn } from './pem.ts';
import { readNamed } from './private-file.ts';
import { fingerprint, watchFiles } from './watch.ts';

export interface WantedAuthority {
  /** Absolute path of a PEM file. */
  readonly ca: string;
  readonly optional: boolean;
}

export interface AuthorityOptions {
  readonly wanted: readonly WantedAuthority[];
  /** Those until now: a policy that stays is the same object, so that open connections go on. */
  readonly former?: ClientAuthorities | undefined;
  readonly on: (event: CertificateEvent) => void;
  readonly clock?: Clock;
  /** As in CertificateOptions. */
  readonly interval?: number;
  readonly patience?: number;
}

class Policy implements ClientPolicy {
  ca = '';
  readonly optional: boolean;
  readonly file: string;

  constructor({ ca, optional }: WantedAuthority) {
    this.file = ca;
    this.optional = optional;
  }
}

/** At least one. Rejects with a CertificateError. */
export async function readAuthorities(file: string): Promise<X509Certificate[]> {
  return certificatesIn(await readNamed(file, 'client authority'), file, 'Expected PEM text ("-----BEGIN CERTIFICATE-----") of the authority that signs your clients\' certificates.');
}

/** One policy for each file and way of asking: sites that ask alike share it, and their clients' connections. */
export class ClientAuthorities {
  readonly #policies: Policy[] = [];
  readonly #stops: (() => void)[] = [];
  readonly #on: AuthorityOptions['on'];

  private constructor(on: AuthorityOptions['on']) { this.#on = on; }

  /** Rejects with a CertificateError where a file has no certificates. */
  static async open({ wanted, former, on, clock = systemClock, interval = 2000, patience = 10_000 }: AuthorityOptions): Promise<ClientAuthorities> {
    const opened = new ClientAuthorities(on);
    for (const one of wanted) {
      if (opened.policy(one) !== undefined) continue;
      const policy = (former === undefined ? undefined : former.#find(one)) ?? new Policy(one);
      const seen = await fingerprint([policy.file]);
      await opened.#load(policy, clock.now()).catch((error: unknown) => { opened.close(); throw error; });
      opened.#policies.push(policy);
      const onBroken = (error: Error): void => on({ event: 'client-authority-broken', level: 'error', file: policy.file, message: `The new file of client authorities cannot be used, so the old one counts still. ${error.message}` });
      opened.#stops.push(watchFiles({ files: [policy.file], clock, interval, patience, onBroken, load: () => opened.#load(policy, clock.now()) }, seen));
    }
    return opened;
  }

  policy(wanted: WantedAuthority): ClientPolicy | undefined { return this.#find(wanted); }

  #find({ ca, optional }: WantedAuthority): Policy | undefined {
    return this.#policies.find((policy) => policy.file === ca && policy.optional === optional);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #load(policy: Policy, now: number): Promise<void> {
    const { file } = policy;
    const certificates = await readAuthorities(file);
    const ca = certificates.map(String).join('');
    const before = policy.ca;
    if (ca === before) return;
    policy.ca = ca;
    for (const { subject, validTo } of certificates) {
      if (Date.parse(validTo) > now) continue;
      this.#on({ event: 'client-authority-expired', level: 'warning', file, message: `The client authority ${subject.replaceAll('\n', ', ')} in ${file} expired on ${dateText(Date.parse(validTo))}: no certificate that it signed is believed.` });
    }
    if (before !== '') this.#on({ event: 'client-authority-replaced', level: 'info', file, message: `The client authorities in ${file} were replaced; new connections are checked against them (connections that are open stay).` });
  }
}
