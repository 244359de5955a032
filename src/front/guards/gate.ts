import type { SiteSettings } from '../../config/settings/settings.ts';
import { Fault } from '../../core/errors.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { ReadFile } from '../part.ts';
import { compileGuards } from './guards.ts';
import { Passwords } from './passwords.ts';
import { compileRates } from './rates.ts';
import { inTurn, type Step, type Told, type Verdict } from './step.ts';

/** Whether a request of a site may go on to whatever answers it. */
export type Gate = (exchange: Exchange, told: Told) => Verdict;

/**
 * Compiles guards and rates of a site; undefined where it has none. In the order of what it costs, which is nginx's but for the
 * first two: the address, how often, the password. Throws a BadValue where a file of passwords cannot be used.
 */
export function compileGate(site: string, { rates, guards }: Pick<SiteSettings, 'rates' | 'guards'>, parts: { readonly limiter: Limiter; readonly readFile: ReadFile }): Gate | undefined {
  if (rates === undefined && guards === undefined) return undefined;
  const ration = rates && compileRates(site, rates, parts.limiter);
  const files = new Map<string, Passwords>(); // one memory for a file, however many prefixes it guards
  const guard = guards && compileGuards(guards, (file) => {
    const known = files.get(file) ?? new Passwords(file, parts);
    files.set(file, known);
    return known;
  });
  return (exchange, told) => {
    const { head, truth: { client } } = exchange;
    const needed = guard?.(head.target, client) ?? [];
    if (needed instanceof Fault) return needed;
    if (needed.length === 0) return ration?.(head.target, client, told);
    const passwords = needed.map(({ passwords: its, keep }): Step => (found) => {
      const verdict = its.check(head, client, found);
      if (!keep) exchange.hideAuthorization = true; // where it is not right the request gets no further anyway
      return verdict;
    });
    return inTurn(ration === undefined ? passwords : [(found) => ration(head.target, client, found), ...passwords], told);
  };
}
