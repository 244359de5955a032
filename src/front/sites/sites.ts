import { compileHosts, type HostTable } from '../../core/policy/hosts.ts';
import type { Site } from './site.ts';

/** All sites of a front, by host name. */
export class Sites {
  readonly all: readonly Site[];
  readonly #named: HostTable<Site>;
  readonly #any: Site | undefined;

  constructor(sites: readonly Site[]) {
    this.all = sites;
    this.#any = sites.find((site) => site.settings.hosts.length === 0);
    this.#named = compileHosts(sites.flatMap((site) => site.settings.hosts.map((host) => [host, site] as const)));
  }

  /** The site for a Host value, or undefined: 421. */
  pick(host: string): Site | undefined { return this.#named.pick(host) ?? this.#any; }

  /** The site that takes a balancer's question whose Host is nobody's name, if the path is a health path of one. */
  health(target: string): Site | undefined {
    return this.all.find((site) => site.schemes.isHealth(target));
  }
}
