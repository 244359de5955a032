import type { UpstreamSettings } from '../../config/settings/settings.ts';
import { Fault } from '../../core/errors.ts';
import type { Clock, Timed } from '../../transport/clock.ts';
import type { Log } from '../log/index.ts';
import { Seldom } from '../log/seldom.ts';

/** Who wants a place. */
export interface Waiter {
  /** It has one. For {@link Places} to set. */
  placed: boolean;
  /** Told once: that it has one, or why not. Not told after it has left. */
  onPlace(): void;
  onNoPlace(fault: Fault): void;
  /** After one of the two, where it had to wait. */
  onTold(): void;
}

export interface PlacesOptions {
  readonly app: Pick<UpstreamSettings, 'written' | 'maxConcurrent' | 'queue'>;
  /** Milliseconds that one waits at most. */
  readonly patience: number;
  readonly clock: Clock;
  readonly log: Log;
  /** This process's part of a number that is meant for the whole front. */
  readonly part: (whole: number) => number;
}

/**
 * How many requests an app has at once, and who waits for that: first in, first out. A place is taken for a request's
 * whole way through the app, retries too, and is given back where the answer is one without an end (a WebSocket, an event
 * stream): those are bounded by the connections that carry them, and would keep everybody else out for hours.
 */
export class Places implements Timed {
  /** When the one that waits longest has waited long enough. */
  deadline = Infinity;
  readonly #options: PlacesOptions;
  readonly #most: number;
  readonly #room: number;
  /** In their order, each with the end of its patience; so those ends are in order too. */
  readonly #waiting = new Map<Waiter, number>();
  readonly #refused = new Seldom();
  #taken = 0;
  #handing = false;

  constructor(options: PlacesOptions) {
    const { app, part } = options;
    this.#options = options;
    this.#most = part(app.maxConcurrent);
    this.#room = app.queue === 0 ? 0 : part(app.queue);
  }

  get patience(): number { return this.#options.patience; }
  get taken(): number { return this.#taken; }
  get waiting(): number { return this.#waiting.size; }

  /** Takes a place, or waits for one where there is room for that. */
  enter(waiter: Waiter): void {
    if (this.#taken < this.#most && this.#waiting.size === 0) this.#give(waiter);
    else this.#wait(waiter);
  }

  /** Gives the place back, or waits no more; nothing where it has done either before. */
  leave(waiter: Waiter): void {
    if (waiter.placed) {
      waiter.placed = false;
      this.#taken--;
      if (this.#waiting.size > 0) this.#hand();
    } else if (this.#waiting.size > 0 && this.#waiting.delete(waiter)) this.#watchFirst();
  }

  #give(waiter: Waiter): void {
    this.#taken++;
    waiter.placed = true;
    waiter.onPlace();
  }

  #wait(waiter: Waiter): void {
    const { clock, patience } = this.#options;
    if (this.#waiting.size >= this.#room) {
      waiter.onNoPlace(this.#refuse('app-busy', `${this.#taken} requests run and ${this.#room} wait`));
      return;
    }
    if (this.#waiting.size === 0) {
      clock.add(this);
      this.deadline = clock.now + patience;
    }
    this.#waiting.set(waiter, clock.now + patience);
  }

  onDeadline(): void {
    const { now } = this.#options.clock;
    for (const [waiter, until] of this.#waiting) {
      if (until > now) break;
      this.#waiting.delete(waiter);
      waiter.onNoPlace(this.#refuse('app-queue-timeout', `${this.#taken} requests run, and none of them was over in ${this.#options.patience} ms`));
      waiter.onTold();
    }
    this.#watchFirst();
  }

  /** What is free goes to those that wait. One that fails at once gives its place back in here: a loop, since they may be a thousand. */
  #hand(): void {
    if (this.#handing) return;
    this.#handing = true;
    try {
      for (const waiter of this.#waiting.keys()) {
        if (this.#taken >= this.#most) break;
        this.#waiting.delete(waiter);
        this.#give(waiter);
        waiter.onTold();
      }
    } finally { // a defect in one of them must not stop the others
      this.#handing = false;
      this.#watchFirst();
    }
  }

  #watchFirst(): void {
    const first = this.#waiting.values().next().value;
    this.deadline = first ?? Infinity;
    if (first === undefined) this.#options.clock.remove(this);
  }

  #refuse(code: 'app-busy' | 'app-queue-timeout', detail: string): Fault {
    const { app, log } = this.#options;
    const count = this.#refused.count();
    if (count !== undefined) {
      log.event({ event: code, level: 'warn', app: app.written, count, message: `${app.written} has as many requests as it may have: ${detail}. ${count === 1 ? 'One' : count} more ${count === 1 ? 'was' : 'were'} answered 503. Give the app more workers, or let it have more at once (--max-concurrent) or more wait (--queue).` });
    }
    return new Fault(code, `${app.written}: ${detail}`);
  }
}
