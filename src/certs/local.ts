/**
 * Certificates signed by the local authorities. They live in memory: signing takes some milliseconds, a file would
 * be one more key on disk to guard, and what a browser remembers is the authority, which does stay.
 */
import { networkInterfaces } from 'node:os';
import { isIP } from 'node:net';
import type { CertificatePair } from '../core/contract/certificate.ts';
import { hasAuthority, openAuthority } from './authority.ts';
import type { Authority } from './authority.ts';
import { dateText } from './events.ts';
import type { CertificateEvent, Clock } from './events.ts';
import { issueLeaf } from './leaf.ts';
import type { Leaf } from './leaf.ts';
import { LOCAL_SCOPE, canonicalDomain, isHostName, isLocalAddress, isLocalName, scopeOf, wildcardOver } from './names.ts';
import type { Scope } from './names.ts';

/** Certificates for names that clients came with; beyond this the one that was used longest ago goes. */
const ON_DEMAND = 200;
/**
 * Names signed for between two sweeps, and being signed at one moment. More than that is somebody inventing names, who
 * gets the default certificate: a signature costs some twenty times what a handshake does.
 */
const PER_SWEEP = 120;
const SIGNING = 16;
/** How often lifetimes and the machine's addresses are looked at. */
const SWEEP = 60_000;

export interface LocalOptions {
  readonly dataDir: string;
  readonly domains: readonly string[];
  /** Where the door listens; `0.0.0.0` and `::` stand for every private address this machine has. */
  readonly addresses: readonly string[];
  readonly clock: Clock;
  readonly on: (event: CertificateEvent) => void;
}

/** One certificate through its renewals. */
interface Entry {
  readonly authority: Authority;
  readonly names: () => readonly string[];
  signedFor: string;
  leaf: Leaf;
  renewing: Promise<CertificatePair> | undefined;
}

export class LocalCertificates {
  readonly authorities: readonly Authority[];
  readonly names: readonly string[];
  readonly #options: LocalOptions;
  readonly #default: Entry;
  /** What was signed at the start, by name as it stands in the certificate. */
  readonly #given = new Map<string, Entry>();
  /** In the order of use, longest ago first. */
  readonly #demanded = new Map<string, Entry>();
  readonly #signing = new Map<string, Promise<CertificatePair | undefined>>();
  #left = PER_SWEEP;
  readonly #stop: () => void;

  private constructor(options: LocalOptions, domains: readonly string[], entries: readonly Entry[]) {
    this.#options = options;
    this.#default = entries[0]!;
    this.authorities = [...new Set(entries.map(({ authority }) => authority))];
    this.names = domains.length > 0 ? domains : this.#default.names();
    for (const entry of entries) for (const name of entry.names()) if (!this.#given.has(name)) this.#given.set(name, entry);
    this.#stop = options.clock.every(SWEEP, () => this.#sweep());
  }

  static async open(options: LocalOptions): Promise<LocalCertificates> {
    const domains = [...new Set(options.domains.map(canonicalDomain))];
    const local = () => ['localhost', '*.localhost', '127.0.0.1', '::1', ...domains.filter((domain) => scopeOf(domain) === LOCAL_SCOPE), ...machineAddresses(options.addresses)];
    const open = async (scope: Scope): Promise<Authority> => {
      const authority = await openAuthority(options.dataDir, scope, options.clock);
      if (authority.created) options.on(createdEvent(authority));
      return authority;
    };
    const entries = [await sign(await open(LOCAL_SCOPE), () => [...new Set(local())], options.clock)];
    const byScope = new Map<string, { scope: Scope; names: string[] }>();
    // Short names first: an authority for example.com can speak for shop.example.com too, which is one less to install.
    for (const domain of [...domains].sort((a, b) => a.split('.').length - b.split('.').length)) {
      const scope = scopeOf(domain);
      if (scope === LOCAL_SCOPE) continue;
      const id = await coveringId(options.dataDir, scope.id, [...byScope.keys()]);
      const group = byScope.get(id) ?? { scope: id === scope.id ? scope : scopeOf(id), names: [] };
      group.names.push(domain);
      byScope.set(id, group);
    }
    for (const { scope, names } of byScope.values()) entries.push(await sign(await open(scope), () => names, options.clock));
    return new LocalCertificates(options, domains, entries);
  }

  readonly pick = (serverName: string | undefined): CertificatePair | undefined | Promise<CertificatePair | undefined> => {
    if (serverName === undefined) return this.#fresh(this.#default);
    const given = this.#given.get(serverName) ?? this.#wildcard(serverName);
    if (given) return this.#fresh(given);
    const demanded = this.#demanded.get(serverName);
    if (demanded) {
      this.#demanded.delete(serverName);
      this.#demanded.set(serverName, demanded);
      return this.#fresh(demanded);
    }
    return this.#maySign(serverName) ? this.#demand(serverName) : this.#fresh(this.#default);
  };

  /** Those from the start; those signed on demand are renewed as well. */
  shown(): { readonly names: readonly string[]; readonly notAfter: number }[] {
    return [...new Set([this.#default, ...this.#given.values()])].map(({ names, leaf }) => ({ names: names(), notAfter: leaf.notAfter }));
  }

  close(): void {
    this.#stop();
  }

  /** Not `*.localhost` or `*.test`: clients want two labels after the star, so names under those are signed one by one. */
  #wildcard(name: string): Entry | undefined {
    const wildcard = wildcardOver(name);
    return wildcard.indexOf('.') === wildcard.lastIndexOf('.') ? undefined : this.#given.get(wildcard);
  }

  /** Without domains every local name is served; with them, only what one of their wildcards covers is still to be signed. */
  #maySign(name: string): boolean {
    if (!isHostName(name) || isIP(name) || !isLocalName(name)) return false;
    if ((this.#left <= 0 || this.#signing.size >= SIGNING) && !this.#signing.has(name)) return false;
    return this.#options.domains.length === 0 || this.#given.has(wildcardOver(name));
  }

  #demand(name: string): Promise<CertificatePair | undefined> {
    const running = this.#signing.get(name);
    if (running) return running;
    this.#left--;
    const signing = sign(this.#default.authority, () => [name], this.#options.clock).then(
      (entry) => {
        if (this.#demanded.size >= ON_DEMAND) this.#demanded.delete(this.#demanded.keys().next().value!);
        this.#demanded.set(name, entry);
        return entry.leaf.pair;
      },
      (error: Error) => {
        this.#unsigned([name], error);
        return this.#default.leaf.pair;
      },
    ).finally(() => this.#signing.delete(name));
    this.#signing.set(name, signing);
    return signing;
  }

  /** The certificate as it is; signed again beside when that is due, or first where it has run out (a laptop that slept all winter). */
  #fresh(entry: Entry): CertificatePair | Promise<CertificatePair> {
    const now = this.#options.clock.now();
    if (now < entry.leaf.renewAt) return entry.leaf.pair;
    const renewing = this.#renew(entry);
    return now < entry.leaf.notAfter ? entry.leaf.pair : renewing;
  }

  #renew(entry: Entry): Promise<CertificatePair> {
    entry.renewing ??= sign(entry.authority, entry.names, this.#options.clock).then(
      ({ leaf, signedFor }) => {
        Object.assign(entry, { leaf, signedFor });
        this.#options.on({ event: 'certificate-renewed', level: 'info', message: `The local certificate for ${signedFor} was signed anew; it is good until ${dateText(leaf.notAfter)}.` });
        return leaf.pair;
      },
      (error: Error) => {
        this.#unsigned(entry.names(), error);
        return entry.leaf.pair;
      },
    ).finally(() => { entry.renewing = undefined; });
    return entry.renewing;
  }

  #unsigned(names: readonly string[], error: Error): void {
    this.#options.on({ event: 'certificate-unsigned', level: 'error', message: `No certificate could be signed for ${names.join(', ')}: ${error.message}` });
  }

  #sweep(): void {
    this.#left = PER_SWEEP;
    const now = this.#options.clock.now();
    for (const entry of new Set(this.#given.values())) {
      if (now >= entry.leaf.renewAt || entry.signedFor !== entry.names().join(', ')) void this.#renew(entry);
    }
    for (const [name, entry] of this.#demanded) if (now >= entry.leaf.renewAt) this.#demanded.delete(name); // signed again if anybody comes
  }
}

async function sign(authority: Authority, names: () => readonly string[], clock: Clock): Promise<Entry> {
  const wanted = names();
  return { authority, names, signedFor: wanted.join(', '), leaf: await issueLeaf(authority, wanted, clock.now()), renewing: undefined };
}

/** The nearest authority above, of two labels or more, that exists or is about to; else the domain's own. */
async function coveringId(dataDir: string, id: string, wanted: readonly string[]): Promise<string> {
  if (await hasAuthority(dataDir, id)) return id;
  const labels = isIP(id.replaceAll('-', ':')) || isIP(id) ? [] : id.split('.');
  for (let i = 1; i < labels.length - 1; i++) {
    const above = labels.slice(i).join('.');
    if (wanted.includes(above) || (await hasAuthority(dataDir, above))) return above;
  }
  return id;
}

function machineAddresses(listening: readonly string[]): string[] {
  const every = listening.some((address) => address === '0.0.0.0' || address === '::');
  const own = every ? Object.values(networkInterfaces()).flatMap((list) => list ?? []).map(({ address }) => address) : [];
  return [...listening, ...own].filter(isLocalAddress);
}

const createdEvent = ({ commonName, file }: Authority): CertificateEvent => ({
  event: 'authority-created',
  level: 'info',
  message: `Made the authority "${commonName}". Browsers warn about its certificates until it is trusted: run \`sallyport trust\` once.`,
  file,
});
