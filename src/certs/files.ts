/** The certificates that were given as files: picked by server name, replaced while running. */
import type { CertificatePair } from '../core/contract/certificate.ts';
import type { CertificateEvent, Clock } from './events.ts';
import { dateText } from './events.ts';
import { filesOf, loadPair, worries } from './pair-file.ts';
import type { LoadedPair, PairFiles } from './pair-file.ts';
import { asKnown, CertificateTable } from './table.ts';
import type { NamedPair } from './table.ts';
import { fingerprint, watchFiles } from './watch.ts';

export interface FilesOptions {
  /** At least one; the first is shown to clients that name no host, or one that no certificate has. */
  readonly pairs: readonly PairFiles[];
  /** Pairs that were served until now: of those that stay, the objects stay. */
  readonly known?: readonly NamedPair[] | undefined;
  readonly domains: readonly string[];
  readonly clock: Clock;
  /** Milliseconds between looks at the files, and how long they may be unusable before it is reported. */
  readonly interval: number;
  readonly patience: number;
  readonly on: (event: CertificateEvent) => void;
}

/** How often dates are looked at again. */
const DATES = 60 * 60 * 1000;

export class GivenCertificates {
  readonly #options: FilesOptions;
  readonly #slots: LoadedPair[];
  /** Per slot (and -1 for the domains): what has been said and need not be said again. */
  readonly #said = new Map<number, Set<string>>();
  #table: CertificateTable;
  readonly #stops: (() => void)[] = [];

  private constructor(options: FilesOptions, slots: LoadedPair[]) {
    this.#options = options;
    this.#slots = slots;
    this.#table = new CertificateTable(slots);
    this.#worry();
  }

  /** Rejects with a CertificateError where one of the pairs cannot be served: a front that starts with half its sites is a trap. */
  static async open(options: FilesOptions): Promise<GivenCertificates> {
    const seen = await Promise.all(options.pairs.map((files) => fingerprint(filesOf(files))));
    const given = new GivenCertificates(options, asKnown(await Promise.all(options.pairs.map(loadPair)), options.known ?? []));
    given.#watch(seen);
    return given;
  }

  get names(): readonly string[] { return this.#table.names; }

  /** All of them as they are now. */
  get pairs(): readonly NamedPair[] { return this.#slots; }

  shown(): { readonly names: readonly string[]; readonly notAfter: number }[] { return this.#slots.map(({ names, notAfter }) => ({ names, notAfter })); }

  readonly pick = (serverName: string | undefined): CertificatePair => this.#table.pick(serverName);

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #watch(seen: readonly string[]): void {
    const { clock, interval, patience, on } = this.#options;
    this.#slots.forEach(({ files }, i) => {
      const onBroken = (error: Error): void => on({
        event: 'certificate-broken', level: 'error', file: files.cert,
        message: `The new certificate files cannot be used, so the old ones are served still (until ${dateText(this.#slots[i]!.notAfter)}). ${error.message}`,
      });
      this.#stops.push(watchFiles({ files: filesOf(files), clock, interval, patience, onBroken, load: () => this.#replace(i) }, seen[i]!));
    });
    this.#stops.push(clock.every(DATES, () => this.#worry()));
  }

  async #replace(i: number): Promise<void> {
    const old = this.#slots[i]!;
    const fresh = await loadPair(old.files);
    if (fresh.pair.cert === old.pair.cert && fresh.pair.key === old.pair.key) return; // touched, or copied over itself
    this.#slots[i] = fresh;
    this.#table = new CertificateTable(this.#slots);
    this.#said.delete(i);
    this.#said.delete(-1);
    this.#options.on({
      event: 'certificate-replaced', level: 'info', file: fresh.files.cert,
      message: `The certificate ${fresh.files.cert} was replaced; new connections get the new one (${fresh.names.join(', ')}), good until ${dateText(fresh.notAfter)}.`,
    });
    this.#worry();
  }

  #worry(): void {
    this.#slots.forEach((slot, i) => { for (const event of worries(slot, this.#options.clock.now())) this.#say(i, event.event, event); });
    for (const domain of this.#options.domains) {
      if (this.#table.has(domain)) continue;
      this.#say(-1, domain, { event: 'certificate-names', level: 'warning', message: `No certificate names ${domain}: clients that come for it see one for ${this.#slots[0]!.names.join(', ')} and refuse it. Add the pair with --cert and --key.` });
    }
  }

  #say(slot: number, what: string, event: CertificateEvent): void {
    const said = this.#said.get(slot) ?? new Set();
    if (said.has(what)) return;
    this.#said.set(slot, said.add(what));
    this.#options.on(event);
  }
}
