import type { Timeouts } from '../../config/settings.ts';
import type { Clock, Timed } from '../clock.ts';

/** Milliseconds that a client gets to read its last answer while what it still sends is thrown away. */
const LINGER = 2_000;
/** Milliseconds from its coming that a client has for its first request, where the front is about to stop. */
export const FIRST_REQUEST = 2_000;

/** How long one connection may take over what it is doing now. */
export class Patience implements Timed {
  deadline = Infinity;
  /** What the client had taken when sending was last looked at; grows only as it takes more. */
  #taken = 0;
  readonly onDeadline: () => void;
  timeouts: Timeouts;
  readonly #clock: Clock;

  constructor(clock: Clock, timeouts: Timeouts, onDeadline: () => void) {
    this.#clock = clock;
    this.timeouts = timeouts;
    this.onDeadline = onDeadline;
    clock.add(this);
  }

  /** As long as this timeout says, from now on. */
  allow(what: keyof Timeouts): void { this.deadline = this.#clock.now + this.timeouts[what]; }

  /** The head that is waited for since this was made is waited for no longer than this. */
  hurry(): void { this.deadline = Math.min(this.deadline, this.deadline - this.timeouts.head + FIRST_REQUEST); }

  linger(): void { this.deadline = this.#clock.now + LINGER; }

  forever(): void { this.deadline = Infinity; }

  get isForever(): boolean { return this.deadline === Infinity; }

  /** A client that takes nothing of its answer for `send` is gone in all but name. */
  watchSending(taken: number): void {
    this.#taken = taken;
    this.allow('send');
  }

  /** Whether it has taken something since; then it is watched on. */
  stillTakes(taken: number): boolean {
    if (taken <= this.#taken) return false;
    this.watchSending(taken);
    return true;
  }

  end(): void { this.#clock.remove(this); }
}
