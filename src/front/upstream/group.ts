import type { UpstreamSettings } from '../../config/settings.ts';
import type { FrontContext } from '../context.ts';
import { AppPool } from './pool.ts';

/** The servers of one app. */
export class ServerGroup {
  readonly settings: UpstreamSettings;
  readonly pools: readonly AppPool[];
  /** Where there is nothing to choose: a sole server is tried every time and never shut out. */
  readonly sole: AppPool | undefined;
  #turn = 0;

  constructor(settings: UpstreamSettings, context: FrontContext) {
    this.settings = settings;
    this.pools = settings.servers.map((server) => new AppPool(server, settings, context));
    this.sole = this.pools.length === 1 ? this.pools[0] : undefined;
  }

  /** The server for the next request. */
  choose(): AppPool {
    return this.sole ?? this.pools[this.#turn++ % this.pools.length]!;
  }

  close(): void {
    for (const pool of this.pools) pool.close();
  }
}
