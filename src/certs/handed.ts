/** The certificates of a process that reads no key itself: another one hands them over, and renews or replaces them. */
import type { CertificatePair, PickCertificate } from '../core/contract/certificate.ts';
import type { Certificates } from './store.ts';
import { asKnown, CertificateTable } from './table.ts';
import type { NamedPair } from './table.ts';

/** Given certificates, handed over whole, and again whenever one of them was replaced. */
export class HandedCertificates implements Certificates {
  readonly real = true;
  readonly authorityFiles: readonly string[] = [];
  #table: CertificateTable;

  /** `known`: those that were served until now. */
  constructor(pairs: readonly NamedPair[], known: readonly NamedPair[] = []) {
    this.#table = new CertificateTable(asKnown(pairs, known));
  }

  get pairs(): readonly NamedPair[] { return this.#table.pairs; }

  get names(): readonly string[] { return this.#table.names; }

  readonly pick = (serverName: string | undefined): CertificatePair => this.#table.pick(serverName);

  /** Takes what is served from now on. A pair that stays the same stays the same object. */
  replace(pairs: readonly NamedPair[]): void {
    this.#table = new CertificateTable(asKnown(pairs, this.#table.pairs));
  }

  close(): void {}
}

/** Names that are kept; of more, clients have made them up. */
const KEPT = 200;
/** Milliseconds (of no clock that can be set back) after which a kept certificate is asked for again: the authority signs anew long before one runs out. */
const FRESH = 60_000;

/** Asks the process that has the authority. Rejects where that is gone. */
export type AskForPair = (serverName: string | undefined) => Promise<CertificatePair | undefined>;

/** Certificates that a local authority signs in another process. */
export class AskedCertificates implements Certificates {
  readonly real = false;
  readonly names: readonly string[];
  readonly authorityFiles: readonly string[];
  readonly #ask: AskForPair;
  readonly #kept = new Map<string | undefined, { readonly pair: CertificatePair; readonly until: number }>();

  constructor(ask: AskForPair, told: Pick<Certificates, 'names' | 'authorityFiles'>) {
    this.#ask = ask;
    this.names = told.names;
    this.authorityFiles = told.authorityFiles;
  }

  readonly pick: PickCertificate = (serverName) => {
    const kept = this.#kept.get(serverName);
    return kept !== undefined && performance.now() < kept.until ? kept.pair : this.#fetch(serverName, kept?.pair);
  };

  close(): void {}

  async #fetch(serverName: string | undefined, before: CertificatePair | undefined): Promise<CertificatePair | undefined> {
    const told = await this.#ask(serverName).catch(() => before);
    if (told === undefined) return undefined;
    const pair = before?.cert === told.cert ? before : told;
    if (this.#kept.size >= KEPT) this.#kept.clear();
    this.#kept.set(serverName, { pair, until: performance.now() + FRESH });
    return pair;
  }
}
