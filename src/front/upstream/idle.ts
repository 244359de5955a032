import type { AppConnection } from './connection.ts';

/** Idle connections that are kept at most. */
const KEPT = 128;
/** An idle connection younger than this (milliseconds) is as good as new: an app that closes idle ones waits longer. */
const RECENT = 500;

/** Which connection a request may have. `any`: an idle one if there is one; `recent`: only one that was busy a moment ago; `fresh`: a new one. */
export type Which = 'any' | 'recent' | 'fresh';

/** Connections that wait for the next request; any of them may carry it. */
export class IdleConnections {
  readonly #idle: AppConnection[] = [];
  #closed = false;

  take(which: Which): AppConnection | undefined {
    const last = this.#idle.at(-1);
    if (last === undefined || which === 'fresh' || (which === 'recent' && performance.now() - last.idleSince >= RECENT)) return undefined;
    return this.#idle.pop();
  }

  /** Takes back a connection whose exchange is over. */
  keep(connection: AppConnection): void {
    connection.idleSince = connection.pool.context.clock.tickedAt; // up to a tick ago: it only seems older than it is
    this.#idle.push(connection);
    if (this.#closed || this.#idle.length > KEPT) this.dropOldest();
  }

  forget(connection: AppConnection): void {
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  dropOldest(): void { this.#idle[0]?.drop(); }

  /** Drops them, and whoever comes back later too. */
  close(): void {
    this.#closed = true;
    this.dropAll();
  }

  dropAll(): void {
    for (const connection of [...this.#idle]) connection.drop();
  }
}
