import type { ClientPolicy } from '../../core/contract/certificate.ts';
import { compileTeller } from '../../core/contract/tell.ts';
import { Fault } from '../../core/errors.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import { compileChanges, type ChangeFields } from '../../core/policy/field-changes.ts';
import { compileHosts, type HostTable } from '../../core/policy/hosts.ts';
import { hstsLine } from '../../core/policy/hsts.ts';
import { compilePrefixes, judged, match, stricterRoute, type PrefixTable } from '../../core/policy/prefixes.ts';
import type { RepairOptions } from '../../core/policy/repair.ts';
import { allHttps, compileSchemes, decide, type SchemePolicy, type SchemeRules } from '../../core/policy/scheme.ts';
import { wwwPairs } from '../../core/policy/www.ts';
import type { SiteSettings } from '../../config/settings/settings.ts';
import { compileGate, type Gate } from '../guards/gate.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Log } from '../log/index.ts';
import { Maintenance } from '../own/maintenance.ts';
import { OwnPages } from '../own/own-pages.ts';
import type { ReadFile } from '../part.ts';
import { createTargets, leadToApp, type AppLead, type AppTarget, type Lead, type SiteParts, type Target } from './targets.ts';

/** What a site's rules depend on besides its settings. */
export interface Surroundings {
  readonly upstream: SiteParts['upstream'];
  readonly ports: Pick<RepairOptions, 'httpsPort' | 'httpPort' | 'otherPorts'>;
  /** A local authority signs. */
  readonly local: boolean;
  /** Told to every app, as a proof. */
  readonly secret: string | undefined;
  /** How clients prove who they are, where this site asks. */
  readonly policy: ClientPolicy | undefined;
  readonly log: Log;
  readonly limiter: Limiter;
  readonly readFile: ReadFile;
  /** What has been explained in the log already (a fault's code, `redirect-repaired`); once is enough. */
  readonly explained: Set<string>;
}

/** One without hosts takes every host. */
export const siteName = ({ hosts }: Pick<SiteSettings, 'hosts'>): string => hosts[0] ?? '*';

/** One site's rules, compiled at construction; at run time they are only asked. */
export class Site {
  readonly settings: SiteSettings;
  /** What it is called in counts: its first host. */
  readonly name: string;
  readonly schemes: SchemeRules;
  readonly policy: ClientPolicy | undefined;
  /** See {@link Surroundings}. */
  readonly explained: Set<string>;
  /** Changes to answers that no route gives. */
  readonly changeAnswer: ChangeFields | undefined;
  readonly pages: OwnPages;
  /** Who may come, and how often; undefined where that is not limited. */
  readonly gate: Gate | undefined;
  readonly #routes: PrefixTable<Target>;
  readonly #apps: PrefixTable<AppTarget>;

  readonly #hsts: string;
  readonly #maintenance: Maintenance | undefined;
  readonly #www: HostTable<string> | undefined;

  constructor(settings: SiteSettings, surroundings: Surroundings) {
    this.settings = settings;
    this.name = siteName(settings);
    this.schemes = compileSchemes(settings.schemes, settings.health);
    this.policy = surroundings.policy;
    this.#maintenance = settings.maintenance && new Maintenance(settings.maintenance, surroundings.log);
    this.gate = compileGate(this.name, settings, surroundings);
    this.pages = new OwnPages(settings, this.#maintenance);
    this.explained = surroundings.explained;
    this.#www = settings.www && compileHosts([...wwwPairs(settings.hosts, settings.www)]);
    this.changeAnswer = settings.answerHeaders && compileChanges(settings.answerHeaders);
    // A browser would keep it for every project on localhost; so never where a local authority signs.
    this.#hsts = settings.hsts === undefined || surroundings.local ? '' : hstsLine(settings.hsts);
    const compile = createTargets({
      teller: compileTeller(settings.speaks, settings.tell, surroundings.secret),
      upstream: surroundings.upstream,
      php: settings.routes.some((route) => route.kind === 'app' && route.root !== undefined),
      repair: {
        ...surroundings.ports,
        policyOf: this.schemes.policyOf,
        // Of a site with paths over http not the app's either: after one visit a browser would ask for those over https
        // (RFC 6797 §8.3), be sent back to http, and ask over https again.
        hsts: surroundings.local || settings.schemes.some(([, policy]) => policy === 'http') ? 'strip' : settings.hsts === undefined ? 'app' : { line: this.#hsts },
        secureCookies: settings.secureCookies ?? allHttps(settings.schemes),
      },
    });
    const targets = settings.routes.map((route): readonly [string, Target] => [route.path, compile(route)]);
    this.#routes = compilePrefixes(targets);
    this.#apps = compilePrefixes(targets.filter((entry): entry is readonly [string, AppTarget] => entry[1].kind === 'app'));
  }

  decide(target: string, scheme: Scheme): 'pass' | 'to-https' | 'to-http' {
    return decide(this.schemes.policyOf(target), scheme);
  }

  /**
   * The change of scheme comes first and alone: the preload list wants example.com itself to be seen on https before
   * visitors are sent on to www (https://hstspreload.org, "Submission Requirements").
   */
  get keepsName(): boolean { return this.settings.www === 'add' && this.settings.hsts?.preload === true; }

  /** The host that a visitor is sent to instead of this one (`www`), or undefined. Health paths are answered under any name. */
  otherName(host: string, target: string): string | undefined {
    if (this.#www === undefined || this.schemes.isHealth(target)) return undefined;
    return this.#www.pick(host);
  }

  /** Health paths are answered all the same: the balancer must not take the page about maintenance away. */
  isClosedTo(client: string, target: string): boolean {
    return this.#maintenance !== undefined && this.#maintenance.closedTo(client) && !this.schemes.isHealth(target);
  }

  closed(): Fault { return new Fault('maintenance', '', this.#maintenance?.retryAfter); }

  /** The site's own HSTS line for an answer of ours; only over https (RFC 6797 §7.2). */
  ownHsts(scheme: Scheme): string { return scheme === 'https' ? this.#hsts : ''; }

  policyOf(target: string): SchemePolicy { return this.schemes.policyOf(target); }

  /** Who answers this target. Where servers may read the path in two ways, an app before files: it judges for itself. */
  route(target: string): Lead | Fault | undefined {
    const table = this.#routes;
    if (table.everywhere?.kind === 'app') return leadToApp(table.everywhere, target);
    const found = match<Target>(table, target);
    if (found === undefined) return undefined;
    const value = found.certain ? found.value : judged<Target>(table, target, stricterRoute)!;
    if (value.kind === 'app') return leadToApp(value, target);
    return value.kind === 'static' ? { target: value, rest: found.rest } : { target: value };
  }

  /** The app for a target, past any folder that stands before it. */
  app(target: string): AppLead | Fault | undefined {
    const found = match(this.#apps, target);
    return found && leadToApp(found.value, target);
  }
}
