import type { Fault, FaultCode } from '../../core/errors.ts';
import type { Truth } from '../../core/contract/truth.ts';
import type { RequestHead } from '../../core/http1/heads.ts';
import type { ServerGroup } from './group.ts';
import type { AppPool } from './pool.ts';
import type { Server } from './server.ts';

/** What says that a server is not there. Nothing of the request was sent. */
const NOT_THERE: ReadonlySet<FaultCode> = new Set<FaultCode>(['app-refused', 'app-unreachable', 'app-connect-timeout', 'app-untrusted', 'app-handshake']);
/** What says that it is, and does not do its work. */
const NOT_WELL: ReadonlySet<FaultCode> = new Set<FaultCode>(['app-closed', 'app-bad-answer', 'app-answer-timeout']);

/** One request among the servers of its app: it goes to each at most once. */
export class Choice {
  #server: Server | undefined;
  #trial = false;
  readonly #wanted: Server | undefined;
  readonly #tried: Server[] = [];
  readonly #group: ServerGroup;
  readonly #client: string;
  readonly #replayable: boolean;

  constructor(group: ServerGroup, { head, truth, replayable }: { readonly head: RequestHead; readonly truth: Truth; readonly replayable: boolean }) {
    this.#group = group;
    this.#client = truth.client;
    this.#replayable = replayable;
    this.#wanted = group.sticky?.serverOf(head);
  }

  /** The next server's connections; undefined where none is left. */
  next(): AppPool | undefined {
    this.release();
    const server = this.#server = this.#group.find({ client: this.#client, replayable: this.#replayable, wanted: this.#wanted, tried: this.#tried });
    if (server === undefined) return undefined;
    this.#tried.push(server);
    server.busy++;
    this.#trial = !server.health.up;
    if (this.#trial) server.health.beginTrial();
    return server.pool;
  }

  /** An answer has begun: the server is well. */
  good(): void {
    this.#server?.health.good(this.#trial);
    this.#endTrial(); // the answer may go on for hours
  }

  bad(fault: Fault): void {
    const server = this.#server;
    if (server === undefined) return;
    if (NOT_THERE.has(fault.code)) {
      server.health.bad(fault.detail, this.#trial);
      void server.pool.names?.look(); // it may have moved
    }
    // Some requests may kill or hang whatever app they reach. The last server goes on for the others, as a sole one does.
    else if (NOT_WELL.has(fault.code) && (this.#trial || !this.#group.isLast(server))) server.health.bad(fault.detail, this.#trial);
  }

  /** The field line that keeps the client here, if it needs one. */
  stickyLine(path: string, { scheme }: Truth): string {
    const { sticky } = this.#group;
    return sticky === undefined || this.#server === undefined || this.#server === this.#wanted ? '' : sticky.line(this.#server, path, scheme);
  }

  /** The request has no business with its server any more. */
  release(): void {
    const server = this.#server;
    if (server === undefined) return;
    this.#endTrial();
    this.#server = undefined;
    server.busy--;
  }

  #endTrial(): void {
    if (this.#trial) this.#server!.health.endTrial();
    this.#trial = false;
  }
}
