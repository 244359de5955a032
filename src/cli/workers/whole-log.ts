import type { FrontEvent, Log } from '../../front/log/index.ts';

/** Sentences that are remembered; of more, the oldest knowledge is let go and one may be said twice. */
const REMEMBERED = 2000;

/**
 * What workers tell, as the log of one front. What happened to one client or request is written as it comes. What is so
 * for the whole (a name that cannot be looked up, a site that is closed) each of them finds out by itself: it is written as
 * often as the one that found it most often has said it.
 */
export class WholeLog {
  readonly #log: Log;
  #written = new Map<string, number>();
  /** Of each server of an app, the last that was written: up or down. They tell each other, and may find out at one moment. */
  readonly #servers = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** What takes the events of one more worker, for which all that was written is old. */
  join(): (event: FrontEvent) => void {
    const said = new Map(this.#written);
    return (event) => {
      if (event['client'] !== undefined || event['requestId'] !== undefined || event.event === 'internal') { this.#log.event(event); return; }
      if (event.event === 'server-down' || event.event === 'server-up') { this.#turn(event); return; }
      const key = `${event.event} ${event.message}`;
      const times = (said.get(key) ?? 0) + 1;
      said.set(key, times);
      if (times <= (this.#written.get(key) ?? 0)) return;
      if (this.#written.size >= REMEMBERED) this.#written = new Map();
      this.#written.set(key, times);
      this.#log.event(event);
    };
  }

  #turn(event: FrontEvent): void {
    const server = `${String(event['app'])} ${String(event['server'])}`;
    if ((this.#servers.get(server) ?? 'server-up') === event.event) return;
    this.#servers.set(server, event.event);
    this.#log.event(event);
  }
}
