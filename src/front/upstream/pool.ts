import type { ServerSettings, UpstreamProtocol, UpstreamSettings } from '../../config/settings.ts';
import type { FrontContext } from '../context.ts';
import { AppConnection } from './http1.ts';

/** Idle connections that are kept at most, and for how long (milliseconds). */
const KEPT = 128;
const KEPT_FOR = 20_000;
/** An idle connection younger than this is as good as new: an app that closes idle ones waits longer. */
const RECENT = 500;

/**
 * The same for FastCGI. PHP-FPM gives a connection one of its few processes for as long as it is open, idle or not
 * (pm.max_children), so idle ones are let go early, and never kept while a request of ours waits for a process.
 */
const KEPT_FOR_FASTCGI = 1_000;

/** The connections to one server. */
export class AppPool {
  readonly context: FrontContext;
  readonly written: string;
  readonly protocol: UpstreamProtocol;
  readonly addresses: ServerSettings['addresses'];
  /** The address that answered last. */
  firstAddress = 0;
  readonly #idle: AppConnection[] = [];
  /** To a FastCGI server: all of them. */
  readonly #open: Set<AppConnection> | undefined;

  constructor(server: ServerSettings, upstream: UpstreamSettings, context: FrontContext) {
    this.context = context;
    this.written = server.written;
    this.protocol = upstream.protocol;
    this.addresses = server.addresses;
    this.#open = upstream.protocol === 'fastcgi' ? new Set() : undefined;
  }

  /** `any`: an idle one if there is one; `recent`: only one that was busy a moment ago; `fresh`: a new one. */
  take(which: 'any' | 'recent' | 'fresh'): AppConnection {
    const last = this.#idle.at(-1);
    if (last !== undefined && (which === 'any' || (which === 'recent' && performance.now() - last.idleSince < RECENT))) {
      this.#idle.pop();
      return last;
    }
    if (this.#open === undefined) return new AppConnection(this);
    this.#idle[0]?.drop(); // its process may be the only one there is
    const made = new AppConnection(this);
    this.#open.add(made);
    return made;
  }

  /** Takes back a connection whose exchange is over. */
  keep(connection: AppConnection): void {
    if (this.#open !== undefined && [...this.#open].some(({ accepted }) => !accepted)) { connection.drop(); return; }
    connection.idleSince = performance.now();
    connection.deadline = this.context.clock.now + (this.#open === undefined ? KEPT_FOR : KEPT_FOR_FASTCGI);
    this.#idle.push(connection);
    if (this.#idle.length > KEPT) this.#idle[0]!.drop();
  }

  forget(connection: AppConnection): void {
    this.#open?.delete(connection);
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  close(): void {
    for (const connection of [...this.#idle]) connection.drop();
  }
}
