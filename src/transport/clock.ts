/** Something that must not last for ever. `deadline` is in milliseconds of {@link Clock.now}; Infinity: no limit now. */
export interface Timed {
  deadline: number;
  onDeadline(): void;
}

const TICK = 200;
/** What counts of the time between two ticks at most, in milliseconds. */
const MOST = 2 * TICK;

/**
 * Deadlines for very many connections: setting one is an assignment, and one timer looks at all of them five times a
 * second. A deadline is kept to within 200 ms, which is plenty for limits that are counted in seconds.
 *
 * Only time counts in which this process could see what came. Runtimes run timers before they read sockets: after seconds
 * without a processor, everybody whose bytes had long been there would be closed for having sent none.
 */
export class Clock {
  /** Milliseconds in which this process ran, as of the last tick; comparable with nothing but itself. */
  now = 0;
  /** `performance.now()` at the last tick. It is monotonic: a clock set back must not end or prolong anything. */
  tickedAt: number;
  readonly #time: () => number;
  readonly #timed = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(time = () => performance.now()) {
    this.#time = time;
    this.tickedAt = time();
  }

  /** How many are watched. */
  get size(): number { return this.#timed.size; }

  add(timed: Timed): void {
    this.#timed.add(timed);
    if (this.#timer === undefined) {
      this.tickedAt = this.#time();
      this.#timer = setInterval(() => { this.tick(); }, TICK);
      this.#timer.unref();
    }
  }

  /** Adds it with a deadline so many milliseconds from this moment; one made of {@link now} is up to a tick nearer, and asks no clock. */
  allow(timed: Timed, milliseconds: number): void {
    this.add(timed);
    timed.deadline = this.now + (this.#time() - this.tickedAt) + milliseconds;
  }

  remove(timed: Timed): void { this.#timed.delete(timed); }

  /** For the timer. */
  tick(): void {
    const at = this.#time();
    this.now += Math.min(at - this.tickedAt, MOST);
    this.tickedAt = at;
    if (this.#timed.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    for (const timed of this.#timed) {
      if (timed.deadline <= this.now) {
        timed.deadline = Infinity; // told once; whoever wants more sets it again
        timed.onDeadline();
      }
    }
  }
}

/** For what has to be over before there is a message: a handshake, a PROXY header. */
export const beginnings = new Clock();
