import { readSecretFile } from '../../config/values/secret.ts';
import type { StickySettings, UpstreamSettings } from '../../config/settings/settings.ts';
import { Fault } from '../../core/errors.ts';
import type { FrontContext } from '../context.ts';
import { createChoose, type Choose } from './balance.ts';
import { HealthCheck, type Ask } from './check.ts';
import { Places } from './places.ts';
import type { AppPool } from './pool.ts';
import { Server } from './server.ts';
import { Sticky } from './sticky.ts';

/** What counts when a request looks for a server. */
export interface Seeking {
  /** The client's address. */
  readonly client: string;
  /** It may be sent twice. */
  readonly replayable: boolean;
  /** The server that its cookie names. */
  readonly wanted: Server | undefined;
  /** It has been there. */
  readonly tried: readonly Server[];
}

/** What the values of its cookie are made with: the file's, or one that was drawn at the start. */
const stickySecret = ({ secretFile }: StickySettings, { readFile, secret }: FrontContext): string | Uint8Array =>
  (secretFile === undefined ? secret : readSecretFile(secretFile, readFile));

/** The servers of one app. */
export class ServerGroup {
  readonly settings: UpstreamSettings;
  readonly servers: readonly Server[];
  /** Where there is nothing to choose: a sole server is tried every time and never shut out. */
  readonly sole: AppPool | undefined;
  readonly sticky: Sticky | undefined;
  /** Of all servers together. */
  places: Places;
  readonly #choose: Choose;
  readonly #context: FrontContext;
  #ask: Ask | undefined;
  readonly #checks: HealthCheck[] = [];

  constructor(settings: UpstreamSettings, context: FrontContext) {
    this.settings = settings;
    this.#context = context;
    this.servers = settings.servers.map((server) => new Server(server, settings, context));
    const { clock, log, part, settings: { timeouts } } = context;
    this.places = new Places({ app: settings, patience: timeouts.queue, clock, log, part });
    const several = this.servers.length > 1;
    this.sole = several ? undefined : this.servers[0]!.pool;
    this.sticky = several && settings.sticky !== undefined ? new Sticky(settings.sticky, this.servers, stickySecret(settings.sticky, context)) : undefined;
    this.#choose = createChoose(settings.balance, this.servers);
  }

  /** Every server is to be asked how it is, in this way. */
  check(ask: Ask): void { this.#ask = ask; }

  /** Its configuration counts from now on. `former`: a group of the configuration before, with the same settings. */
  begin(former?: ServerGroup): void {
    this.servers.forEach((server, i) => { server.begin(former?.servers[i]); });
    // What runs and waits under the configuration before has its places still.
    if (former?.places.patience === this.places.patience) this.places = former.places;
    const { check } = this.settings;
    if (check === undefined || this.#ask === undefined) return;
    for (const server of this.servers) this.#checks.push(new HealthCheck(server, check, this.#ask, this.#context));
  }

  /** The server for a request: its own one if it has one, one that is due for a trial, or as the balance has it. Undefined where none is left. */
  find({ client, replayable, wanted, tried }: Seeking): Server | undefined {
    const usable = (server: Server): boolean => (server.health.up || server.health.due(replayable)) && !tried.includes(server);
    if (wanted !== undefined && usable(wanted)) return wanted;
    if (this.settings.balance !== 'client') { // there its own clients try it
      const due = this.servers.find((server) => !server.health.up && usable(server));
      if (due !== undefined) return due;
    }
    return this.#choose(usable, client);
  }

  /** Nobody else could take its requests. */
  isLast(server: Server): boolean {
    return this.servers.every(({ health }) => !health.up || health === server.health);
  }

  /** None can be asked now. */
  down(): Fault {
    const backIn = Math.min(...this.servers.map(({ health }) => (health.up ? 0 : health.backIn)));
    const each = this.servers.map(({ pool, health }) => (health.up ? `${pool.written} has just failed` : `${pool.written} is down (${health.reason})`));
    return new Fault('app-down', each.join(', '), Math.max(1, Math.ceil(backIn / 1000)));
  }

  /** Lets go of what waits for requests. Those that run go on over the connections that they have, or take new ones. */
  close(): void {
    for (const check of this.#checks) check.stop();
    for (const { pool } of this.servers) pool.close();
  }
}
