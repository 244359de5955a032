import { isDeepStrictEqual } from 'node:util';
import type { ClientAuthorities } from '../certs/client-authorities.ts';
import type { Certificates } from '../certs/store.ts';
import type { Settings } from '../config/settings/settings.ts';
import { oldLists } from '../core/contract/published/index.ts';
import type { Scheme } from '../core/contract/truth.ts';
import type { Terms } from '../transport/wire.ts';
import { createContext, createSite, openCertificates, openClientAuthorities, type Doors } from './compose.ts';
import type { FrontContext } from './context.ts';
import { doorTerms } from './doors/door-plan.ts';
import type { Live } from './live.ts';
import type { Share } from './part.ts';
import { siteName } from './sites/site.ts';
import { Sites } from './sites/sites.ts';
import type { ServerGroup } from './upstream/group.ts';

export interface ConfigurationParts {
  readonly live: Live;
  /** Filled as they open. */
  readonly doors: Doors;
  /** Where the local authority lives. */
  readonly dataDir?: string | undefined;
  /** What another process has given this one for it. */
  readonly share?: Share | undefined;
  /** The one that counts now, where this is to take its place. */
  readonly former?: Configuration | undefined;
}

/**
 * One configuration with all that it opens: certificates, sites, the ways to apps. Made whole before anything of it counts,
 * so that a wrong one changes nothing; then it begins, and what was before lets go.
 */
export class Configuration {
  readonly settings: Settings;
  readonly context: FrontContext;
  readonly certificates: Certificates | undefined;
  readonly upstreams: ServerGroup[] = [];
  readonly clients: ClientAuthorities | undefined;
  readonly #doors: Doors;

  private constructor(settings: Settings, { live, doors, share }: ConfigurationParts, certificates: Certificates | undefined, clients: ClientAuthorities | undefined) {
    this.settings = settings;
    this.certificates = certificates;
    this.clients = clients;
    this.#doors = doors;
    this.context = createContext(settings, live, { certificates, clients, doors, fellows: share?.fellows, readFile: share?.readFile });
  }

  /** Reads what settings name. Rejects with a CertificateError where there is nothing to show to clients. */
  static async open(settings: Settings, parts: ConfigurationParts): Promise<Configuration> {
    const { live: { log }, dataDir, share, former } = parts;
    const certificates = share === undefined ? await openCertificates(settings, log, { dataDir, former }) : share.certificates;
    try {
      return new Configuration(settings, parts, certificates, await openClientAuthorities(settings, log, former?.clients));
    } catch (error) {
      if (certificates !== former?.certificates) certificates?.close();
      throw error;
    }
  }

  /** What a door asks of connections. */
  terms(scheme: Scheme): Terms { return doorTerms(scheme, this.context, this.certificates?.pick); }

  /** Compiles its sites; the doors are open. Throws a CertificateError, a ContractError, or what a file's trouble is. */
  compile(): void {
    const { context, upstreams } = this;
    context.serve(new Sites(this.settings.sites.map((site) => createSite(site, context, { doors: this.#doors, upstreams }))));
  }

  /** From now on it counts, in the place of `former`, which lets go of what is not shared with it. */
  begin(former?: Configuration): void {
    const { context: { live, log }, settings } = this;
    const left = [...former?.upstreams ?? []];
    for (const group of this.upstreams) {
      const at = left.findIndex((other) => isDeepStrictEqual(other.settings, group.settings));
      group.begin(at < 0 ? undefined : left.splice(at, 1)[0]);
    }
    live.counters?.know(settings.sites.map(siteName));
    live.context = this.context;
    former?.close(this);
    for (const message of oldLists(settings.trust, Date.now())) log.event({ event: 'trust-list-old', level: 'warn', message });
  }

  /** Ends what it keeps going, but for what it shares with `other`. Requests that run under it are not touched. */
  close(other?: Configuration): void {
    for (const upstream of this.upstreams) upstream.close();
    if (this.certificates !== other?.certificates) this.certificates?.close();
    this.clients?.close();
  }
}
