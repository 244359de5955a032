import type { ServerSettings, UpstreamProtocol, UpstreamSettings } from '../../config/settings/settings.ts';
import type { Fault } from '../../core/errors.ts';
import type { FrontContext } from '../context.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { tlsTo, type AppTls } from './app-tls.ts';
import { AppConnection } from './connection.ts';
import { IdleConnections, type Which } from './idle.ts';
import { watchName, type NameWatch } from './name-watch.ts';
import { proxyHeader } from './proxy-header.ts';

/** For whom a connection is taken: a request, or the front itself (a health check). */
export type Taker = Pick<Exchange, 'truth' | 'down'> | 'front';

/** How long an idle connection is kept (milliseconds). */
const KEPT_FOR = 20_000;

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
  /** In the order they are tried. Where the server has a name: what is known of it, or the name itself. */
  addresses: ServerSettings['addresses'];
  /** Grows when the addresses change: a connection from before does not wait for the next request. */
  generation = 0;
  /** Undefined where the server has no name. */
  readonly names: NameWatch | undefined;
  readonly tls: AppTls | undefined;
  /** The address that answered last. */
  firstAddress = 0;
  /** What the newest request found wrong with it; undefined where that was answered. */
  trouble: Fault | undefined;
  readonly #sendProxy: UpstreamSettings['sendProxy'];
  /** Those that any request may have. */
  readonly #idle = new IdleConnections();
  /** To a FastCGI server: all of them. */
  readonly #open: Set<AppConnection> | undefined;

  /** Throws a CertificateError where the file of authorities cannot be used. */
  constructor(server: ServerSettings, upstream: UpstreamSettings, context: FrontContext) {
    this.context = context;
    this.written = server.written;
    this.protocol = upstream.protocol;
    this.addresses = server.addresses;
    this.tls = tlsTo(server, upstream);
    this.#sendProxy = upstream.sendProxy;
    this.#open = upstream.protocol === 'fastcgi' ? new Set() : undefined;
    this.names = watchName(this, upstream.lookup);
  }

  take(which: Which, taker: Taker): AppConnection {
    if (this.#sendProxy !== undefined) return this.#takeWithHeader(which, taker, this.#sendProxy);
    return this.#idle.take(which) ?? this.#make(this.#idle);
  }

  /** Takes back a connection whose exchange is over. */
  keep(connection: AppConnection): void {
    if (this.#open !== undefined && [...this.#open].some(({ accepted }) => !accepted)) { connection.drop(); return; }
    if (connection.generation !== this.generation) { connection.drop(); return; }
    connection.deadline = this.context.clock.now + (this.#open === undefined ? KEPT_FOR : KEPT_FOR_FASTCGI);
    connection.idle.keep(connection);
  }

  forget(connection: AppConnection): void {
    this.#open?.delete(connection);
    connection.idle.forget(connection);
  }

  /** The server is somewhere else now. */
  moved(addresses: ServerSettings['addresses']): void {
    this.addresses = addresses;
    this.firstAddress = 0;
    this.generation++;
    this.#idle.dropAll();
  }

  close(): void {
    this.names?.stop();
    this.#idle.close();
  }

  /** The header names a client, so it has to be known before there is a connection, and no other client gets to use it. */
  #takeWithHeader(which: Which, taker: Taker, version: 'v1' | 'v2'): AppConnection {
    const header = proxyHeader(version, taker === 'front' ? undefined : { truth: taker.truth, line: taker.down.line });
    const idle = taker === 'front' ? this.#idle : taker.down.ownConnections.of(this, header);
    return idle.take(which) ?? this.#make(idle, header);
  }

  #make(idle: IdleConnections, header?: string): AppConnection {
    if (this.#open === undefined) return new AppConnection(this, idle, header);
    idle.dropOldest(); // its process may be the only one there is
    const made = new AppConnection(this, idle, header);
    this.#open.add(made);
    return made;
  }
}
