import type { Settings, Timeouts } from '../../config/settings/settings.ts';
import type { Clock, Timed } from '../../transport/clock.ts';

/** Milliseconds that a client gets to read its last answer while what it still sends is thrown away. */
const LINGER = 2_000;
/** Milliseconds from its coming that a client has for its first request, where the front is about to stop. */
export const FIRST_REQUEST = 2_000;

/** How long one connection may take over what it is doing now. */
export class Patience implements Timed {
  deadline = Infinity;
  /** Since when the client is the slow one, in sending a body or in taking an answer; and how many bytes it has moved since. */
  #since = 0;
  #moved = 0;
  /** What the client had taken when that began; it grows only as it takes more. */
  #base = 0;
  readonly onDeadline: () => void;
  settings: Pick<Settings, 'timeouts' | 'leastRates'>;
  readonly #clock: Clock;

  constructor(clock: Clock, settings: Pick<Settings, 'timeouts' | 'leastRates'>, onDeadline: () => void) {
    this.#clock = clock;
    this.settings = settings;
    this.onDeadline = onDeadline;
    clock.add(this);
  }

  /** As long as this timeout says, from now on. */
  allow(what: keyof Timeouts): void { this.deadline = this.#clock.now + this.settings.timeouts[what]; }

  /** The head that is waited for since this was made is waited for no longer than this. */
  hurry(): void { this.deadline = Math.min(this.deadline, this.deadline - this.settings.timeouts.head + FIRST_REQUEST); }

  linger(): void { this.deadline = this.#clock.now + LINGER; }

  forever(): void { this.deadline = Infinity; }

  get isForever(): boolean { return this.deadline === Infinity; }

  /** From now on it is for the client to send its body: the first time, or again after somebody else was the slow one. */
  beginBody(): void {
    this.#begin();
    this.allow('body');
  }

  bodyCame(bytes: number): void {
    this.#moved += bytes;
    this.#watch('body');
  }

  /** Why the time for a body is over, for the log. */
  get bodyTrouble(): string {
    const { timeouts, leastRates } = this.settings;
    if (this.#clock.now < this.#latest('body')) return `no byte of the body for ${timeouts.body} ms`;
    return `${this.#moved} bytes of the body in ${Math.round(this.#clock.now - this.#since)} ms, which is less than ${leastRates.body} a second after the first ${timeouts.body} ms (--body-rate)`;
  }

  /** A client that takes nothing of its answer for `send`, or next to nothing for longer, is gone in all but name. */
  watchSending(taken: number): void {
    this.#begin();
    this.#base = taken;
    this.allow('send');
  }

  /** Whether it has taken something since, and enough; then it is watched on. */
  stillTakes(taken: number): boolean {
    const moved = taken - this.#base;
    if (moved <= this.#moved) return false;
    this.#moved = moved;
    if (this.#clock.now >= this.#latest('send')) return false;
    this.#watch('send');
    return true;
  }

  end(): void { this.#clock.remove(this); }

  #begin(): void {
    this.#since = this.#clock.now;
    this.#moved = 0;
  }

  #watch(what: 'body' | 'send'): void { this.deadline = Math.min(this.#clock.now + this.settings.timeouts[what], this.#latest(what)); }

  /** By when all of it has to be there, as far as it came: its time, and a second for each so many bytes. */
  #latest(what: 'body' | 'send'): number {
    const rate = this.settings.leastRates[what];
    return rate === 0 ? Infinity : this.#since + this.settings.timeouts[what] + (this.#moved / rate) * 1000;
  }
}
