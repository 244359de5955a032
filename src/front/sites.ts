import { hostName } from '../core/policy/urls.ts';
import type { Site } from './site.ts';

/** All sites of a front, by host name. */
export class Sites {
  readonly all: readonly Site[];
  readonly #exact = new Map<string, Site>();
  /** `.example.com` for `*.example.com`. */
  readonly #below = new Map<string, Site>();
  readonly #any: Site | undefined;

  constructor(sites: readonly Site[]) {
    this.all = sites;
    this.#any = sites.find((site) => site.settings.hosts.length === 0);
    for (const site of sites) {
      for (const host of site.settings.hosts) {
        if (host.startsWith('*.')) this.#below.set(host.slice(1), site);
        else this.#exact.set(host, site);
      }
    }
  }

  /** The site for a Host value, or undefined: 421. Case, port and one dot at the end do not matter (RFC 9110 §4.2.3). */
  pick(host: string): Site | undefined {
    if (this.#exact.size === 0 && this.#below.size === 0) return this.#any;
    let name = hostName(host).toLowerCase();
    if (name.endsWith('.')) name = name.slice(0, -1);
    const dot = name.indexOf('.');
    return this.#exact.get(name) ?? (dot > 0 ? this.#below.get(name.slice(dot)) : undefined) ?? this.#any;
  }

  /** The site that takes a balancer's question whose Host is nobody's name, if the path is a health path of one. */
  health(target: string): Site | undefined {
    return this.all.find((site) => site.schemes.isHealth(target));
  }
}
