import type { Rate } from '../../core/policy/buckets.ts';
import type { Borrow, Lent } from './lend.ts';
import type { Limiter, Told } from './limiter.ts';

/** Milliseconds that borrowed tokens may be used. */
export const LEASE = 1000;
/** Keys whose state is remembered; of a forgotten one is asked again. */
const MOST = 20_000;

/** Until when this is so: so many tokens are in hand, or with 0 that there is none. */
interface Known { left: number; readonly until: number }

/** Requests that wait for an answer, of which the first `sent` were counted in the question. */
interface Asking { readonly rate: Rate; waiting: Told[]; sent: number }

/**
 * That of a worker. The buckets are the parent's; tokens are borrowed and used here, and those that are not used within
 * {@link LEASE} are lost. So all workers together never let more through than the one bucket has given out: no more than
 * `burst` + time / `interval` since the first request, and in any later span what one {@link LEASE} earns more. Whoever is
 * refused is refused here until the time that the parent has told, without asking again; so a flood from one address costs
 * a message now and then.
 */
export class SharedLimiter implements Limiter {
  readonly #ask: (wanted: readonly Borrow[]) => Promise<readonly Lent[]>;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Asking>();
  #scheduled = false;

  constructor(ask: (wanted: readonly Borrow[]) => Promise<readonly Lent[]>, now = () => performance.now()) {
    this.#ask = ask;
    this.#now = now;
  }

  take(key: string, rate: Rate, told: Told): number | undefined {
    const known = this.#known.get(key);
    if (known !== undefined) {
      const rest = known.until - this.#now();
      if (rest > 0 && known.left === 0) return rest;
      if (rest > 0 && --known.left > 0) return 0;
      this.#known.delete(key);
      if (rest > 0) return 0;
    }
    const asking = this.#asking.get(key);
    if (asking !== undefined) asking.waiting.push(told);
    else {
      this.#asking.set(key, { rate, waiting: [told], sent: 0 });
      this.#schedule();
    }
    return undefined;
  }

  /** What one turn of the loop wants is asked for in one message. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => { this.#send(); });
  }

  #send(): void {
    this.#scheduled = false;
    const sent = [...this.#asking].filter(([, asking]) => asking.sent === 0);
    for (const [, asking] of sent) asking.sent = asking.waiting.length;
    this.#ask(sent.map(([key, { rate, waiting }]) => ({ key, interval: rate.interval, burst: rate.burst, wanted: waiting.length }))).then(
      (lent) => { sent.forEach(([key, asking], i) => { this.#got(key, asking, lent[i]!); }); },
      // The parent is gone, and this process is about to go: what it has begun it finishes.
      () => { for (const [key, asking] of sent) this.#got(key, asking, { given: Infinity, wait: 0 }); },
    );
  }

  #got(key: string, asking: Asking, { given, wait }: Lent): void {
    const served = asking.waiting.splice(0, given);
    const refused = given < asking.sent ? asking.waiting.splice(0) : [];
    if (asking.waiting.length > 0) { // they came after the question
      asking.sent = 0;
      this.#schedule();
    } else {
      this.#asking.delete(key);
      const left = given === Infinity ? 0 : given - served.length;
      if (left > 0) this.#remember(key, { left, until: this.#now() + LEASE });
      else if (refused.length > 0) this.#remember(key, { left: 0, until: this.#now() + wait });
    }
    for (const told of served) told(0);
    for (const told of refused) told(Math.max(1, wait));
  }

  #remember(key: string, known: Known): void {
    this.#known.set(key, known);
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value!);
  }
}
