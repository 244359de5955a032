import { IdleConnections } from './idle.ts';
import type { AppPool } from './pool.ts';

/**
 * The connections to apps that begin with one client's PROXY header: nobody else's request may go over them
 * (proxy-protocol.txt §2: the header is about the connection). They wait for this client's next request and end with
 * its connection.
 */
export class OwnConnections {
  readonly #kept = new Map<AppPool, { readonly header: string; readonly generation: number; readonly idle: IdleConnections }>();

  /** Those that begin with this header. An earlier client's, whose requests came through the same trusted proxy, are closed; so are those to where the server was before. */
  of(pool: AppPool, header: string): IdleConnections {
    const { generation } = pool;
    const kept = this.#kept.get(pool);
    if (kept?.header === header && kept.generation === generation) return kept.idle;
    kept?.idle.close();
    const idle = new IdleConnections();
    this.#kept.set(pool, { header, generation, idle });
    return idle;
  }

  close(): void {
    for (const { idle } of this.#kept.values()) idle.close();
  }
}
