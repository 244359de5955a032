import type { ServerSettings, UpstreamProtocol, UpstreamSettings } from '../../config/settings.ts';
import type { FrontContext } from '../context.ts';
import { AppConnection } from './http1.ts';

/** Idle connections that are kept at most, and for how long (milliseconds). */
const KEPT = 128;
const KEPT_FOR = 20_000;
/** An idle connection younger than this is as good as new: an app that closes idle ones waits longer. */
const RECENT = 500;

/** The connections to one server. */
export class AppPool {
  readonly context: FrontContext;
  readonly written: string;
  readonly protocol: UpstreamProtocol;
  readonly addresses: ServerSettings['addresses'];
  /** The address that answered last. */
  firstAddress = 0;
  readonly #idle: AppConnection[] = [];

  constructor(server: ServerSettings, upstream: UpstreamSettings, context: FrontContext) {
    this.context = context;
    this.written = server.written;
    this.protocol = upstream.protocol;
    this.addresses = server.addresses;
  }

  /** `any`: an idle one if there is one; `recent`: only one that was busy a moment ago; `fresh`: a new one. */
  take(which: 'any' | 'recent' | 'fresh'): AppConnection {
    const last = this.#idle.at(-1);
    if (last !== undefined && (which === 'any' || (which === 'recent' && performance.now() - last.idleSince < RECENT))) {
      this.#idle.pop();
      return last;
    }
    return new AppConnection(this);
  }

  /** Takes back a connection whose exchange is over. */
  keep(connection: AppConnection): void {
    connection.idleSince = performance.now();
    connection.deadline = this.context.clock.now + KEPT_FOR;
    this.#idle.push(connection);
    if (this.#idle.length > KEPT) this.#idle[0]!.drop();
  }

  forget(connection: AppConnection): void {
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  close(): void {
    for (const connection of [...this.#idle]) connection.drop();
  }
}
