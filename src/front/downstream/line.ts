import type { Settings } from '../../config/settings/settings.ts';
import type { Wire } from '../../transport/wire.ts';
import type { Clock } from '../../transport/clock.ts';
import { Output } from '../output.ts';
import { AnswerWriter } from './answer-writer.ts';
import { Patience } from './patience.ts';

/** Bytes that are read and thrown away behind a last answer. */
const LINGER_BYTES = 8 * 1024 * 1024;

export interface LineOptions {
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'timeouts' | 'leastRates'>;
  readonly onDeadline: () => void;
}

/** The line to a client: what leaves on it, how long that may take, and how it is let go. It knows nothing of requests. */
export class Line {
  readonly wire: Wire;
  readonly out: Output;
  readonly writer: AnswerWriter;
  readonly patience: Patience;
  #paused = false;
  #thrownAway = 0;

  constructor(wire: Wire, { clock, settings, onDeadline }: LineOptions) {
    this.wire = wire;
    this.out = new Output(wire);
    this.writer = new AnswerWriter(this.out);
    this.patience = new Patience(clock, settings, onDeadline);
  }

  /** Bytes that wait for the client. */
  get buffered(): number { return this.wire.buffered + this.out.waiting; }

  get paused(): boolean { return this.#paused; }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.wire.pause();
  }

  unpause(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.wire.resume();
  }

  /** From now on the client has to take what it is sent. */
  watchSending(): void { this.patience.watchSending(this.wire.taken); }

  /** The client owes nothing now but to take what it is sent. */
  waitForUs(): void {
    if (this.out.full) this.watchSending();
    else this.patience.forever();
  }

  /** Sends FIN, and reads on for a while: closing with unread bytes would send a RST that can overtake the answer (RFC 9112 §9.6). */
  linger(): void {
    this.unpause();
    if (this.wire.buffered > 0) this.watchSending();
    else this.patience.linger();
    this.wire.end();
  }

  /** What arrives while it lingers; there is an end to that too. */
  throwAway(bytes: number): void {
    this.#thrownAway += bytes;
    if (this.#thrownAway > LINGER_BYTES) this.wire.destroy();
  }

  /** Lets go at once. `owed`: an answer is under way; where only the end of the connection ends one, an orderly end would make it look whole (RFC 9112 §8). */
  drop(owed: boolean): void {
    if (this.writer.endsWithConnection && (owed || this.wire.buffered > 0)) this.wire.reset();
    else this.wire.destroy();
  }

  /** A client that is too slow is reset: what the system still holds for it, megabytes perhaps, would outlast the connection here by minutes. */
  dropUnlessItTakes(owed: boolean): void {
    if (this.wire.buffered === 0) this.drop(owed);
    else if (!this.patience.stillTakes(this.wire.taken)) this.wire.reset();
  }
}
