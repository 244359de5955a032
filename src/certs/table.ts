import type { CertificatePair } from '../core/contract/certificate.ts';
import { wildcardOver } from './names.ts';

/** A pair and what it is for: DNS names, lower case, with wildcards as they stand, then addresses. */
export interface NamedPair {
  readonly names: readonly string[];
  readonly pair: CertificatePair;
}

/** The same pairs, each as the object by which it is known already: what was made of one (contexts of TLS, sessions) goes by the object. */
export function asKnown<T extends NamedPair>(pairs: readonly T[], known: readonly NamedPair[]): T[] {
  const objects = new Map(known.map(({ pair }) => [pair.key + pair.cert, pair]));
  return pairs.map((named) => ({ ...named, pair: objects.get(named.pair.key + named.pair.cert) ?? named.pair }));
}

/** Certificates by name. The first is shown to clients that name no host, or one that no certificate has. */
export class CertificateTable {
  readonly pairs: readonly NamedPair[];
  readonly #byName = new Map<string, CertificatePair>();

  /** At least one. */
  constructor(pairs: readonly NamedPair[]) {
    this.pairs = pairs;
    for (const { names, pair } of pairs) for (const name of names) if (!this.#byName.has(name)) this.#byName.set(name, pair);
  }

  /** Whether a certificate is for this name. */
  has(name: string): boolean { return this.#byName.has(name) || this.#byName.has(wildcardOver(name)); }

  pick(serverName: string | undefined): CertificatePair {
    const first = this.pairs[0]!.pair;
    if (serverName === undefined) return first;
    return this.#byName.get(serverName) ?? this.#byName.get(wildcardOver(serverName)) ?? first;
  }

  get names(): readonly string[] { return [...new Set(this.pairs.flatMap(({ names }) => names))]; }
}
