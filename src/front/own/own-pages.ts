import { readFileSync } from 'node:fs';
import type { Fault } from '../../core/errors.ts';
import type { SiteSettings } from '../../config/settings/settings.ts';
import type { Maintenance } from './maintenance.ts';

/** Bytes of a page at most: it is kept in memory. */
export const MAX_PAGE = 1024 ** 2;

/** The pages of one site that stand for those of the front. */
export class OwnPages {
  readonly #byStatus: ReadonlyMap<number, Uint8Array>;
  readonly #maintenance: Maintenance | undefined;

  /** Throws where a page cannot be read. */
  constructor({ pages = [] }: Pick<SiteSettings, 'pages'>, maintenance: Maintenance | undefined) {
    this.#byStatus = new Map(pages.map(([status, file]) => [status, readFileSync(file)]));
    this.#maintenance = maintenance;
  }

  /** The page about a fault, in HTML; undefined where the front's own is meant. */
  for(fault: Fault): Uint8Array | undefined {
    return (fault.code === 'maintenance' ? this.#maintenance?.page : undefined) ?? this.#byStatus.get(fault.status);
  }
}
