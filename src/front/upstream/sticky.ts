import { createHmac } from 'node:crypto';
import type { StickySettings } from '../../config/settings/settings.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import type { RequestHead } from '../../core/http1/heads.ts';
import { cookiePairs } from '../../core/policy/cookies.ts';
import type { Server } from './server.ts';

/**
 * Which server a client came to first, in a cookie. Its values are made of the server's name and a secret: one that is
 * shown tells nothing of addresses, and nobody can make the value of a server that has not been shown.
 */
export class Sticky {
  readonly #cookie: string;
  readonly #servers = new Map<string, Server>();
  readonly #ids = new Map<Server, string>();

  constructor({ cookie }: StickySettings, servers: readonly Server[], secret: string | Uint8Array) {
    this.#cookie = cookie;
    for (const server of servers) {
      const id = createHmac('sha256', secret).update(`sticky server ${server.pool.written}`).digest('base64url').slice(0, 22); // 132 bits
      this.#servers.set(id, server);
      this.#ids.set(server, id);
    }
  }

  /** The server that the request names. Another path's cookie of the same name may come along with ours. */
  serverOf({ fields }: RequestHead): Server | undefined {
    for (const value of fields.all('cookie')) {
      for (const [name, id] of cookiePairs(value)) {
        const server = name === this.#cookie ? this.#servers.get(id) : undefined;
        if (server !== undefined) return server;
      }
    }
    return undefined;
  }

  /** The field line that keeps a client with this server, for as long as its browser runs. */
  line(server: Server, path: string, scheme: Scheme): string {
    return `Set-Cookie: ${this.#cookie}=${this.#ids.get(server)}; Path=${path}; HttpOnly; SameSite=Lax${scheme === 'https' ? '; Secure' : ''}\r\n`;
  }
}
