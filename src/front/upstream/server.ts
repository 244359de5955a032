import type { ServerSettings, UpstreamSettings } from '../../config/settings/settings.ts';
import type { FrontContext } from '../context.ts';
import { hashText } from './hash.ts';
import { Health } from './health.ts';
import { AppPool } from './pool.ts';

/** One server of an app. */
export class Server {
  readonly pool: AppPool;
  health: Health;
  /** Exchanges and tunnels that run on it. Not counted for a sole one. */
  busy = 0;
  /** For choosing by a client's address. */
  readonly seed: number;
  readonly #context: FrontContext;

  constructor(settings: ServerSettings, upstream: UpstreamSettings, context: FrontContext) {
    this.pool = new AppPool(settings, upstream, context);
    this.seed = hashText(settings.written);
    const sole = upstream.servers.length === 1;
    this.health = new Health(upstream, ({ up, reason, downSince }) => {
      const names = { app: upstream.written, server: settings.written };
      const rest = sole ? 'Requests still go to it: there is no other.' : 'Requests go to the others until it is back.';
      context.log.event(up
        ? { event: 'server-up', level: 'info', message: `${settings.written} is up again after ${Math.round((performance.now() - downSince) / 1000)} s.`, ...names }
        : { event: 'server-down', level: 'warn', message: `${settings.written} is down: ${reason}. ${rest}`, ...names });
    });
    this.#context = context;
  }

  /** Begins to serve. What was known of it under the configuration before is known still. */
  begin(former: Server | undefined): void {
    if (former !== undefined) {
      this.health = former.health;
      this.pool.trouble = former.pool.trouble;
    }
    this.health.share = this.#context.fellows?.server(this.health);
  }
}
