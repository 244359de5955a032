import { isIP } from 'node:net';
import type { ServerSettings } from '../../config/settings/settings.ts';
import type { WireError } from '../../transport/wire.ts';
import type { Timed } from '../../transport/clock.ts';
import type { AppPool } from './pool.ts';

/** However often connecting fails, a name is not asked for more often than this (milliseconds). */
const AT_MOST_EVERY = 1000;

/** Watches over the name of a pool's server; undefined where it has none. */
export function watchName(pool: AppPool, every: number): NameWatch | undefined {
  const named = pool.addresses.find((address): address is Named => address.kind === 'ip' && isIP(address.host) === 0);
  return named && new NameWatch(pool, named, every);
}

type Named = Extract<ServerSettings['addresses'][number], { kind: 'ip' }>;

/**
 * Asks the system's resolver for a server's name every now and then, beside the requests: they use what is known. Until
 * the first answer they connect by name. What was known stays when the resolver fails.
 */
export class NameWatch implements Timed {
  deadline = Infinity;
  #looking: Promise<void> | undefined;
  #lookedAt = -Infinity;
  #known = '';
  #failing = false;
  #stopped = false;
  readonly #pool: AppPool;
  readonly #named: Named;
  readonly #every: number;

  constructor(pool: AppPool, named: Named, every: number) {
    this.#pool = pool;
    this.#named = named;
    this.#every = every;
    pool.context.clock.add(this);
    void this.#ask();
  }

  stop(): void {
    this.#stopped = true;
    this.#pool.context.clock.remove(this);
  }

  onDeadline(): void { void this.#ask(); }

  /** Asks now, unless that was done a moment ago. Takes `within` milliseconds at most. The pool's generation says whether the server has moved. */
  async look(within = Infinity): Promise<void> {
    if (this.#looking === undefined && performance.now() - this.#lookedAt < AT_MOST_EVERY) return;
    const looking = this.#ask();
    if (within === Infinity) return looking;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => { timer = setTimeout(resolve, within); });
    return Promise.race([looking, late]).finally(() => { clearTimeout(timer); });
  }

  /** One question at a time. */
  #ask(): Promise<void> {
    return this.#looking ??= this.#resolve().finally(() => {
      this.#looking = undefined;
      this.#lookedAt = performance.now();
      this.deadline = this.#pool.context.clock.now + this.#every;
    });
  }

  async #resolve(): Promise<void> {
    const { context, written } = this.#pool;
    const { host, port } = this.#named;
    try {
      const found = await context.transport.lookup(host);
      if (this.#stopped) return;
      if (this.#failing) context.log.event({ event: 'lookup-works', level: 'info', message: `The name of ${written} can be looked up again.`, server: written });
      this.#failing = false;
      this.#found(found.map((address) => ({ kind: 'ip', host: address, port })), [...found].sort().join(', '));
    } catch (error) {
      if (!this.#failing && !this.#stopped) context.log.event({ event: 'lookup-failed', level: 'warn', message: `The name of ${written} cannot be looked up: ${(error as WireError).message}. ${this.#known === '' ? 'Requests try it by name.' : `Requests go to ${this.#known} as before.`}`, server: written });
      this.#failing = true;
    }
  }

  /** The order changes with every answer of some resolvers; only other addresses are a move. */
  #found(addresses: readonly Named[], known: string): void {
    if (known === this.#known) return;
    const before = this.#known;
    this.#known = known;
    this.#pool.moved(addresses);
    const { context, written } = this.#pool;
    if (before !== '') context.log.event({ event: 'server-moved', level: 'info', message: `${written} is at ${known} now; it was at ${before}.`, server: written });
  }
}
