import type { Change } from './cures.ts';
import { around, changes, type Explanation, type LoopFacts } from './explain.ts';
import { isByItself } from './frameworks.ts';
import type { Wrong } from './repair.ts';
import { OWN_ADDRESS, PASS_HOST, type Around } from './web-servers.ts';

export interface RepairFacts extends LoopFacts {
  /** As it was written, and as the client got it. */
  readonly location: string;
  readonly became: string;
  readonly wrong: Wrong;
}

const publicAddress = ({ origin }: Around): Change => ({
  where: 'the app\'s setting for its public address',
  lines: [origin],
  note: 'Whole URLs of its own begin with this. Where there is no such setting, let it write paths alone.',
});

/** A redirect that would have led to an address nobody outside can reach, or to http and back. */
export function explainRepair(facts: RepairFacts): Explanation {
  const { recognised, method, url, location, became, wrong } = facts;
  const { web, framework } = recognised;
  const byItself = web !== undefined && isByItself(framework);
  return {
    title: 'A redirect was repaired',
    seen: `${method} ${url} was answered with "Location: ${short(location)}"; the client got ${short(became)}.`,
    why: WHY[wrong](byItself ? `${web.name} (${web.sign})` : 'the app'),
    change: byItself ? [OWN_ADDRESS[web.name](around(facts))]
      : wrong === 'scheme' ? changes(facts)
      : [((web && PASS_HOST[web.name]) ?? publicAddress)(around(facts))],
  };
}

const WHY: Readonly<Record<Wrong, (who: string) => string>> = {
  'own-port': (who) => `The port is the one on which the front reaches it, and nobody outside does: ${who} writes whole URLs from what it knows of its own connection.`,
  'scheme': (who) => `The request was secure, and ${who} took it for plain http. Visitors do not notice, but whatever else depends on the scheme goes wrong.`,
  'port': (who) => `The site's public port is another: ${who} left it out, or does not know it.`,
};

/** What an app makes of a request can be long, and this goes into a log. */
const short = (url: string): string => (url.length <= 300 ? url : `${url.slice(0, 300)}…`);
