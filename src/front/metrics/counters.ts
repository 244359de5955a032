import { countStripped } from '../../core/contract/keep.ts';
import type { FaultCode } from '../../core/errors.ts';
import type { ExchangeFacts } from '../exchange/exchange-facts.ts';
import { statusOf } from '../log/exchange-log.ts';
import { BOUNDS, NO_SITE, type Histogram, type RedirectFinding, type Refusal, type SiteCounts, type Snapshot } from './snapshot.ts';

/** Above 599 is no status (RFC 9110 §15); those few that apps invent are counted as 0. */
const STATUSES = 600;

/** Counts that grow with each request. All of it is there from the start: counting allocates nothing. */
class Site {
  readonly statuses = new Float64Array(STATUSES);
  readonly took = new Buckets();
  readonly app = new Buckets();
  readonly faults = new Map<FaultCode, number>();
  readonly redirects: Record<RedirectFinding, number> = { loop: 0, contradiction: 0, repaired: 0 };
  bytesIn = 0;
  bytesOut = 0;
  stripped = 0;

  snapshot(): SiteCounts {
    const { took, app, faults, redirects, bytesIn, bytesOut, stripped } = this;
    return {
      statuses: Object.fromEntries([...this.statuses].flatMap((count, status) => (count > 0 ? [[String(status), count]] : []))),
      took: took.snapshot(), app: app.snapshot(), faults: Object.fromEntries(faults), redirects: { ...redirects }, bytesIn, bytesOut, stripped,
    };
  }
}

class Buckets {
  readonly #counts = new Float64Array(BOUNDS.length + 1);
  #seconds = 0;

  add(ms: number): void {
    const seconds = ms / 1000;
    let at = 0;
    while (at < BOUNDS.length && seconds > BOUNDS[at]!) at++;
    this.#counts[at]!++;
    this.#seconds += seconds;
  }

  snapshot(): Histogram { return { buckets: [...this.#counts], seconds: this.#seconds }; }
}

/** What one process has counted. It outlives a change of its sites: they are known by name. */
export class Counters {
  readonly #sites = new Map<string, Site>();
  readonly #refused = new Map<Refusal, number>();
  #accepted = 0;
  #running = 0;

  constructor(sites: readonly string[]) {
    this.know([...sites, NO_SITE]);
  }

  /** These are there from now on. Those of before stay: what has been counted is not taken back. */
  know(sites: readonly string[]): void {
    for (const name of sites) this.#site(name);
  }

  /** A client's connection was let in. */
  accept(): void { this.#accepted++; }

  begin(): void { this.#running++; }

  /** An exchange is over. */
  end(exchange: ExchangeFacts): void {
    this.#running--;
    const { fault, head, appMs } = exchange;
    const status = statusOf(exchange);
    const site = this.#site(exchange.site?.name ?? NO_SITE);
    site.statuses[status < STATUSES ? status : 0]!++;
    site.bytesIn += exchange.bytesIn;
    site.bytesOut += exchange.bytesOut;
    if (!exchange.live && !exchange.upgraded) site.took.add(performance.now() - exchange.startedAt);
    if (appMs !== undefined) site.app.add(appMs);
    if (fault !== undefined) add(site.faults, fault.code);
    // What a believed proxy says is no forgery.
    const { by } = exchange.truth;
    if (by.scheme === 'connection' && by.client === 'connection') site.stripped += countStripped(head);
  }

  /** There was no request to answer. */
  refuse(reason: Refusal): void { add(this.#refused, reason); }

  /** A redirect that leads nowhere, or would have. */
  redirect(site: string, finding: RedirectFinding): void { this.#site(site).redirects[finding]++; }

  snapshot(): Pick<Snapshot, 'sites' | 'refused' | 'accepted' | 'running'> {
    return {
      sites: Object.fromEntries([...this.#sites].map(([name, site]) => [name, site.snapshot()])),
      refused: Object.fromEntries(this.#refused), accepted: this.#accepted, running: this.#running,
    };
  }

  /** Names come from the configuration, never from a client. */
  #site(name: string): Site {
    let site = this.#sites.get(name);
    if (site === undefined) this.#sites.set(name, site = new Site());
    return site;
  }
}

const add = <Code>(counts: Map<Code, number>, code: Code): void => { counts.set(code, (counts.get(code) ?? 0) + 1); };

