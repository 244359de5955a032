/** What became of the requests of a soak, and which answers were owed. */
import type { Apps } from './apps.ts';
import type { Front } from './front.ts';
import type { Outcome } from './line.ts';
import type { Order } from './order.ts';
import { SystemAborts } from './system.ts';

export interface Failure { readonly kind: string; readonly n: number; readonly at?: string; readonly detail: string; readonly order?: Order }

/** So many are told one by one. */
const TOLD = 50;
/** What a front answers where an app is not there, or has broken off. */
const APP_FAULTS = new Set([502, 503, 504]);
/** Where the app broke off so early that the client has to get an answer of the front; later the reset may overtake what was sent. */
const ANSWERED: ReadonlySet<Order['cut']> = new Set<Order['cut']>(['silent', 'head']);

export class Tally {
  readonly requests: Record<string, number> = {};
  readonly faults: Record<string, number> = {};
  readonly failures: Failure[] = [];
  failed = 0;
  readonly system = new SystemAborts();
  /** Answers of which the client saw a head: each must have a line in the log. */
  answered = 0;
  /** Times (`performance.now()`) at which something happened to the front itself, and how long it counts. */
  readonly #front: { readonly from: number; readonly to: number }[] = [];
  readonly #apps: Pick<Apps, 'excuse'>;

  readonly #reloads: Pick<Front, 'mayHave'>;
  readonly #tell: ((line: string) => void) | undefined;

  /** `tell` hears of each failure at once. */
  constructor({ apps, front }: { readonly apps: Pick<Apps, 'excuse'>; readonly front: Pick<Front, 'mayHave'> }, tell?: (line: string) => void) {
    this.#apps = apps;
    this.#reloads = front;
    this.#tell = tell;
  }

  /** What runs at this moment may be cut by the front: one of its workers is killed. */
  frontHit(): void { this.#front.push({ from: performance.now() - 50, to: performance.now() + 1500 }); }

  /** How many workers were killed. */
  get frontHits(): number { return this.#front.length; }

  frontExcuse(began: number, ended: number): boolean { return this.#front.some(({ from, to }) => began <= to && ended >= from); }

  count(kind: string, by = 1): void { this.requests[kind] = (this.requests[kind] ?? 0) + by; }
  fault(kind: string): void { this.faults[kind] = (this.faults[kind] ?? 0) + 1; }

  fail(failure: Failure): void {
    this.failed += 1;
    this.count(`failed: ${failure.kind}`);
    if (this.failures.length >= TOLD) return;
    this.failures.push({ at: new Date().toISOString(), ...failure });
    this.#tell?.(`${failure.kind}: request ${failure.n}: ${failure.detail} ${failure.order === undefined ? '' : JSON.stringify(failure.order)}`);
  }

  judge(order: Order, outcome: Outcome): void {
    const { is, status, detail, mark, born, began, ended } = outcome;
    this.count('asked');
    this.count(`to ${order.to}`);
    if (status !== 0) this.answered += 1;
    if (is === 'left') { this.count('client went away'); return; }
    const bad = (kind: string): void => { this.fail({ kind, n: order.n, detail: `${is}, status ${status}, after ${Math.round(ended - began)} ms: ${detail}`.slice(0, 400), order }); };
    if (is === 'wrong') { bad('wrong bytes'); return; }
    if (mark !== undefined && !this.#reloads.mayHave(mark, began)) { bad(`answered by configuration ${mark}`); return; }
    if (order.cut === 'no' && is === 'right') { this.count('right'); return; }
    if (is === 'right') { bad('whole although the app broke off'); return; }
    const excuse = order.cut !== 'no' ? 'app broke off' : this.#apps.excuse(order, began, ended) ? 'app was restarted' : undefined;
    if (is === 'short') {
      // Who ends an answer by closing cannot be told from one who crashed (RFC 9112 §8).
      if (excuse !== undefined && order.shape === 'close') this.count('short, as its end cannot be told');
      else bad('cut, and ended as if it were whole');
    } else if (excuse !== undefined && (is === 'cut' || is === 'nothing' && (outcome.behind || !ANSWERED.has(order.cut)) || is === 'refused' && APP_FAULTS.has(status))) {
      this.count(`${excuse}: ${is === 'refused' ? status : 'seen to be cut'}`);
    } else if (is === 'cut' && this.frontExcuse(began, ended)) this.count('worker was killed');
    // What a worker had written before it was killed still arrives, megabytes of it seconds later, and its FIN behind that.
    else if (is === 'nothing' && this.frontExcuse(born, ended)) this.count('worker was killed');
    else if (is === 'cut' && this.system.during(began)) this.count('cut while the system was out of memory for TCP');
    else if (is === 'nothing' && outcome.behind) this.count('behind a request that ended its connection');
    else bad('lost');
  }
}
