import { networkOf } from '../../core/contract/address.ts';
import { Fault } from '../../core/errors.ts';
import type { Rate } from '../../core/policy/buckets.ts';
import { compilePrefixes, judged } from '../../core/policy/prefixes.ts';
import type { SiteSettings } from '../../config/settings/settings.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Told, Verdict } from './step.ts';

/** How often a prefix may be asked for. */
interface Rule extends Rate {
  /** Of the bucket; the client's address is added where each address has one of its own. The same after a reload. */
  readonly id: string;
  readonly all: boolean;
}

const OFF = 'off';

/** Whether a request may be now: undefined if so, 'later' where `told` gets the answer. */
export type Ration = (target: string, client: string, told: Told) => Verdict;

/** Compiles the rates of a site; undefined where it has none. */
export function compileRates(site: string, rates: NonNullable<SiteSettings['rates']>, limiter: Limiter): Ration | undefined {
  if (rates.length === 0) return undefined;
  const table = compilePrefixes(rates.map(([prefix, rate]): [string, Rule | typeof OFF] =>
    [prefix, rate.kind === 'off' ? OFF : { interval: rate.interval, burst: rate.burst, all: rate.all, id: `${site}${prefix}` }]));
  return (target, client, told) => {
    const rule = judged(table, target, stricterRate);
    if (rule === undefined || rule === OFF) return undefined;
    const key = rule.all ? rule.id : `${rule.id} ${networkOf(client)}`;
    const wait = limiter.take(key, rule, (later) => { told(faultOf(later)); });
    return wait === undefined ? 'later' : faultOf(wait);
  };
}

const faultOf = (wait: number): Fault | undefined => (wait === 0 ? undefined : new Fault('too-many-requests', '', Math.ceil(wait / 1000)));

/** The slower of two; of two that are equally slow, the smaller burst. Where servers may read a path in two ways, it counts. */
function stricterRate(a: Rule | typeof OFF, b: Rule | typeof OFF): Rule | typeof OFF {
  if (a === OFF || b === OFF) return a === OFF ? b : a;
  return b.interval > a.interval || (b.interval === a.interval && b.burst < a.burst) ? b : a;
}
