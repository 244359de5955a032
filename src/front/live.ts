import { randomBytes } from 'node:crypto';
import type { Transport, Wire } from '../transport/wire.ts';
import { Clock } from '../transport/clock.ts';
import type { FrontContext, Observed } from './context.ts';
import type { ClientConnection } from './downstream/http1.ts';
import { createIds } from './ids.ts';
import { OwnLimiter, type Limiter } from './limiter/limiter.ts';
import type { Log } from './log/index.ts';
import type { Counters } from './metrics/counters.ts';
import { Scarcity } from './scarcity.ts';
import type { Tracing } from './tracing/tracing.ts';

export interface LiveParts {
  readonly transport: Transport;
  readonly log: Log;
  readonly counters?: Counters | undefined;
  readonly observe?: ((seen: Observed) => void) | undefined;
  /** Undefined: one is drawn. */
  readonly secret?: Uint8Array | undefined;
  /** Undefined: one of its own. */
  readonly limiter?: Limiter | undefined;
  /** Undefined: nobody traces. */
  readonly tracing?: Tracing | undefined;
  /** False: nobody asks how long anything took. */
  readonly timed?: boolean;
}

/** What lasts as long as a front, whatever its configuration: its connections, its clock, its log, what it has counted. */
export class Live {
  readonly transport: Transport;
  readonly log: Log;
  readonly counters: Counters | undefined;
  readonly observe: ((seen: Observed) => void) | undefined;
  readonly secret: Uint8Array;
  readonly tracing: Tracing | undefined;
  readonly stamp: () => number;
  readonly limiter: Limiter;
  readonly clock = new Clock();
  readonly connections = new Set<ClientConnection>();
  readonly nextId = createIds();
  readonly scarcity: Scarcity;
  stopping = false;
  /** The configuration for requests that begin now. Set before the doors open; the one place where another takes over. */
  context!: FrontContext;
  /** Connections that came while the doors were being opened; undefined once there are sites. */
  #waiting: Wire[] | undefined = [];

  constructor({ transport, log, counters, observe, secret = randomBytes(32), limiter = new OwnLimiter(), tracing, timed = true }: LiveParts) {
    this.transport = transport;
    this.log = log;
    this.counters = counters;
    this.scarcity = new Scarcity(log, counters);
    this.observe = observe;
    this.secret = secret;
    this.tracing = tracing;
    this.limiter = limiter;
    this.stamp = timed ? () => performance.now() : () => 0;
  }

  /** Keeps a connection waiting until there are sites; false where there are. */
  notYet(wire: Wire): boolean {
    this.#waiting?.push(wire);
    return this.#waiting !== undefined;
  }

  /** The sites are there: lets in whoever came before. */
  begin(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const wire of waiting) wire.resume();
  }
}
