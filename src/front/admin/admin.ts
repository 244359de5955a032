import { readFileSync } from 'node:fs';
import type { Certificates } from '../../certs/store.ts';
import { isThisMachine } from '../../config/values/admin.ts';
import { readSecretFile } from '../../config/values/secret.ts';
import type { AdminSettings, Settings, SiteSettings } from '../../config/settings/settings.ts';
import { CEILINGS } from '../../transport/descriptors.ts';
import type { Transport } from '../../transport/wire.ts';
import { createContext } from '../compose.ts';
import { doorPlan } from '../doors/door-plan.ts';
import { addressText, openDoor, type Door, type InheritedSocket } from '../doors/doors.ts';
import { OwnLimiter } from '../limiter/limiter.ts';
import { Live } from '../live.ts';
import type { Log } from '../log/index.ts';
import type { Build } from '../metrics/prometheus.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import type { ReadFile } from '../part.ts';
import { Site } from '../sites/site.ts';
import { Sites } from '../sites/sites.ts';
import type { Lead, Target } from '../sites/targets.ts';
import { createAnswer } from './answers.ts';
import { createGuard } from './guard.ts';
import { History } from './history.ts';
import { adminScheme, openWhenFree } from './place.ts';

export interface AdminParts {
  readonly transport: Transport;
  readonly log: Log;
  /** Of the front; undefined where its https door is off. */
  readonly certificates: Certificates | undefined;
  /** What is known now: of this process, or of all that serve. */
  readonly snapshot: () => Snapshot;
  readonly build: Build;
  /** Where the address is taken, wait for it: this process takes over from one that has it. */
  readonly patient?: boolean;
  /** Sockets that another process has bound there; then none is opened. */
  readonly inherited?: readonly InheritedSocket[] | undefined;
  /** Left out: from the disk. */
  readonly readFile?: ReadFile;
}

/** Connections at once, beside those of the sites. */
const MOST = 256;

export interface Admin {
  /** As a person would type it. */
  readonly url: string;
  /** The front behind it has another configuration: other sites, other certificates. */
  renew(settings: Settings, certificates: Certificates | undefined): void;
  close(): Promise<void>;
}

/**
 * Opens the admin address: a front of its own, of the same parts as the other, with one site whose only route is the
 * status. Nothing that is asked here is counted or logged as a request. Rejects with a DoorError.
 */
export async function openAdmin(settings: Settings, admin: AdminSettings, parts: AdminParts): Promise<Admin> {
  const { transport, log, readFile = readFileSync } = parts;
  let { certificates } = parts;
  const scheme = adminScheme(settings, admin);
  const tls = scheme === 'https';
  const door = { kind: 'at', address: admin.address } as const;
  const own: Settings = {
    https: tls ? door : { kind: 'off' }, http: tls ? { kind: 'off' } : door, publicHttpsPort: undefined, publicHttpPort: undefined,
    certificates: settings.certificates, trust: [], acceptProxy: false, trustHeaders: settings.trustHeaders, secretFile: undefined, allowHeaders: [],
    log: 'off', workers: 1, maxConnections: MOST, grace: 0, timeouts: settings.timeouts, leastRates: settings.leastRates, sites: [SITE],
  };
  const live = new Live({ transport, log, timed: false });
  const context = live.context = createContext(own, live, { certificates: tls ? certificates : undefined, doors: {}, readFile });
  const history = new History(parts.snapshot);
  const password = admin.passwordFile === undefined ? undefined : readSecretFile(admin.passwordFile, readFile);
  const guardOf = ({ sites }: Settings): ReturnType<typeof createGuard> => createGuard({ hosts: [...sites.flatMap(({ hosts }) => hosts), ...admin.hosts], anyHost: admin.address.kind === 'unix', password });
  let guard = guardOf(settings);
  const answer = createAnswer({ guard: (head, scheme) => guard(head, scheme), history, build: parts.build });
  const site = new AdminSite({ kind: 'answer', answer: (exchange) => answer(exchange.head, exchange.truth.scheme), changeAnswer: undefined }, log);
  context.serve(new OneSite(site));
  live.begin();
  let opened: Door | undefined;
  let forget: () => void;
  try {
    forget = await openWhenFree(async () => {
      opened = await openDoor({ ...doorPlan(scheme, context, tls ? (name) => certificates!.pick(name) : undefined, CEILINGS.operator), inherited: parts.inherited }, transport);
    }, { patient: parts.patient === true, log });
  } catch (error) {
    history.close();
    throw error;
  }
  if (!tls && !isThisMachine(admin.address)) {
    log.event({ event: 'admin-in-clear', level: 'warn', message: 'The admin address is reached by other machines and https is off: its password and all that it tells cross the network as they are. Use loopback or a unix socket, or give certificates.' });
  }
  return {
    url: opened?.url ?? addressText(admin.address),
    renew(next, its) {
      guard = guardOf(next);
      certificates = its;
    },
    async close() {
      forget();
      history.close();
      await Promise.all((opened?.listeners ?? []).map((listener) => listener.close()));
      for (const listener of opened?.listeners ?? []) listener.abandon();
      for (const connection of [...live.connections]) connection.destroy();
    },
  };
}

const SITE: SiteSettings = { hosts: [], schemes: [['/', 'either']], health: [], hsts: undefined, speaks: 'none', tell: [], secureCookies: false, routes: [] };

/** Every path is the status's. */
class AdminSite extends Site {
  readonly #lead: Lead;

  constructor(target: Extract<Target, { kind: 'answer' | 'redirect' }>, log: Log) {
    super(SITE, { upstream: () => { throw new Error('no route here leads to an app'); }, ports: { httpsPort: 0, httpPort: 0, otherPorts: [] }, local: true, secret: undefined, policy: undefined, log, limiter: new OwnLimiter(), readFile: readFileSync, explained: new Set() });
    this.#lead = { target };
  }

  override route(): Lead { return this.#lead; }
}

/** Whatever the host: the guard says why one is not answered to. */
class OneSite extends Sites {
  readonly #site: Site;

  constructor(site: Site) {
    super([site]);
    this.#site = site;
  }

  override pick(): Site { return this.#site; }
}
