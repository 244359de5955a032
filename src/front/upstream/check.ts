import type { CheckSettings } from '../../config/settings/settings.ts';
import { Fault } from '../../core/errors.ts';
import type { AnswerHead } from '../../core/http1/heads.ts';
import { NO_BODY } from '../../core/http1/write-head.ts';
import type { Timed } from '../../transport/clock.ts';
import type { FrontContext } from '../context.ts';
import type { AppConnection } from './connection.ts';
import type { AnswerListener } from './listener.ts';
import type { WrittenRequest } from './request-writer.ts';
import type { Server } from './server.ts';

/** Makes the request of a check, in the words of the app's protocol. */
export type Ask = () => WrittenRequest | Fault;

/** Asks one server how it is, again and again, each time over a connection of its own: whether it still accepts any is half of the question. */
export class HealthCheck implements AnswerListener, Timed {
  /** While it asks: until it has waited long enough; else when it asks next. */
  deadline = Infinity;
  #connection: AppConnection | undefined;
  #judged = false;
  readonly #server: Server;
  readonly #settings: CheckSettings;
  readonly #ask: Ask;
  readonly #context: FrontContext;

  constructor(server: Server, settings: CheckSettings, ask: Ask, context: FrontContext) {
    this.#server = server;
    this.#settings = settings;
    this.#ask = ask;
    this.#context = context;
    context.clock.add(this);
    this.#next();
  }

  stop(): void {
    this.#context.clock.remove(this);
    this.#drop();
  }

  /** Asks, unless that is for another process to do. */
  #next(): void {
    if (this.#context.fellows?.checks === false) this.deadline = this.#context.clock.now + this.#settings.interval;
    else this.#begin();
  }

  #begin(): void {
    this.#judged = false;
    this.deadline = this.#context.clock.now + this.#settings.timeout;
    this.#connection = this.#server.pool.take('fresh', 'front');
    this.#connection.begin(this, { method: 'GET', websocket: false });
  }

  onDeadline(): void {
    if (this.#connection === undefined) { this.#next(); return; }
    if (!this.#judged) this.#verdict(false, `no answer to ${this.#settings.path} in ${this.#settings.timeout} ms`);
    this.#over();
  }

  #verdict(well: boolean, reason: string): void {
    this.#judged = true;
    this.#server.health.checked(well, reason);
  }

  #over(): void {
    this.#drop();
    this.deadline = this.#context.clock.now + this.#settings.interval;
  }

  #drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.drop();
  }

  // ---- what the connection tells (AnswerListener) ----

  onReady(): void {
    const written = this.#ask();
    const connection = this.#connection!;
    if (written instanceof Fault) { this.onFault(written); return; }
    connection.head(written.bytes, NO_BODY);
    connection.endContent('');
  }

  onAnswer({ status, fields }: AnswerHead): void {
    const { statuses, path } = this.#settings;
    const well = statuses.length === 0 ? status >= 200 && status < 300 : statuses.includes(status);
    const location = fields.get('location');
    this.#verdict(well, `${path} answers ${status}${location === undefined ? '' : ` to ${location}`}`);
  }

  /** The content was let through, so that the app could send it in peace. */
  onEnd(): void { this.#over(); }

  onFault(fault: Fault): void {
    if (!this.#judged) this.#verdict(false, fault.detail === '' ? fault.summary : fault.detail);
    this.#over();
  }

  onRoom(): void {}
  onComplaint(): void {}
  onInterim(): void {}
  onContent(): void {}
  onSwitch(): void {}
  onFlush(): void {}
}
