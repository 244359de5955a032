import type { Settings } from '../config/settings/settings.ts';
import type { Scheme } from '../core/contract/truth.ts';
import { rotateTicketKeys } from '../transport/ticket-keys.ts';
import { nativeTransport, runtime } from '../transport/runtime.ts';
import type { Listener, Transport } from '../transport/wire.ts';
import { openAdmin, type Admin } from './admin/admin.ts';
import type { Doors } from './compose.ts';
import { Configuration } from './configuration.ts';
import type { Observed } from './context.ts';
import { doorPlan } from './doors/door-plan.ts';
import { openDoor, type InheritedSocket, type Door } from './doors/doors.ts';
import { Live } from './live.ts';
import { endAfter } from './doors/outlived.ts';
import type { Log } from './log/index.ts';
import { openLog } from './log/open-log.ts';
import type { Part, Share } from './part.ts';
import { Counters } from './metrics/counters.ts';
import type { Snapshot } from './metrics/snapshot.ts';
import { takeSnapshot } from './metrics/state.ts';
import { siteName } from './sites/site.ts';
import { stopGracefully } from './doors/stop.ts';
import { openTracing } from './tracing/tracing.ts';

export interface FrontOptions {
  /** Where log lines go; default the process's standard output. */
  readonly out?: { write(text: string): unknown };
  readonly transport?: Transport;
  /** Sockets that listen already, by door; such a door opens none of its own. */
  readonly inherited?: Inherited;
  /** Where the local authority lives. */
  readonly dataDir?: string;
  /** What runs, for the metrics. */
  readonly version?: string;
  /** Told of each request that goes on to an app. */
  readonly observe?: (seen: Observed) => void;
  /** Present where this is one process of several. */
  readonly part?: Part;
}

export type Inherited = Readonly<Partial<Record<Scheme, readonly InheritedSocket[]>>>;

/** A front that is running. */
export interface Front {
  readonly ready: { readonly https?: string; readonly http?: string; readonly admin?: string; readonly app: string; readonly runtime: string; readonly workers?: number };
  /** Certificates of the local authorities that sign here, for people to install. */
  readonly authorityFiles: readonly string[];
  readonly log: Log;
  /** What has been counted, and how things are: plain data that adds up over processes. Undefined where nothing asks for it (`admin`). */
  snapshot(): Snapshot | undefined;
  /**
   * Makes ready to serve under other settings, which differ in nothing but what a reload can change (config/changes.ts).
   * Rejects as {@link startFront} does, and nothing is changed. `share`: of one process of several.
   */
  prepare(settings: Settings, share?: Share): Promise<Prepared>;
  /** Opens the log file anew, where there is one; rejects with a LogFileError and stays with the old one where that cannot be. Gives what was done. */
  reopenLog(): Promise<string>;
  /** What it listens by, with the name of the door of each: for the process that takes over. */
  sockets(): readonly { readonly name: Scheme; readonly fd: number | undefined }[];
  /** Stops accepting, lets running answers finish for `grace` seconds, and ends. `handedOver`: another process listens on the same sockets. */
  stop(handedOver?: boolean): Promise<void>;
  /** Ends at once. */
  stopNow(): void;
}

/** A configuration that is ready to count. One of the two is called, once. */
export interface Prepared {
  /** It counts for every request that begins from now on; those that run are finished under the one from before. */
  commit(): void;
  drop(): void;
}

/**
 * Opens both doors. Rejects with a DoorError where a door cannot be opened, a CertificateError where there is nothing
 * to show to clients, a ContractError where settings contradict each other.
 */
export async function startFront(settings: Settings, options: FrontOptions = {}): Promise<Front> {
  const { transport = nativeTransport, part } = options;
  const { log, ...logs } = part?.log ?? openLog(settings, options.out);
  const doors: Doors = {};
  const counters = settings.admin && new Counters(settings.sites.map(siteName));
  const live = new Live({ transport, log, counters, observe: options.observe, secret: part?.secret, limiter: part?.limiter, tracing: await openTracing({ log, version: options.version }), timed: settings.log !== 'off' || counters !== undefined });
  const from = { live, doors, dataDir: options.dataDir };
  let current = await Configuration.open(settings, { ...from, share: part });
  live.context = current.context;
  const stopRotating = rotateTicketKeys();
  const snapshot = (): Snapshot => takeSnapshot({ counters: counters!, live, upstreams: current.upstreams, certificates: current.certificates });
  let admin: Admin | undefined;
  const listeners = (): Listener[] => Object.values(doors).flatMap((door) => door.listeners);
  const closeDoors = async (keepFiles = false): Promise<void> => {
    await Promise.all(listeners().map((listener) => listener.close(keepFiles)));
  };
  const letGo = (): void => {
    void admin?.close();
    current.close();
    stopRotating();
  };
  try {
    for (const scheme of ['https', 'http'] as const) {
      const door = await openDoor({ ...doorPlan(scheme, current.context, current.certificates?.pick), inherited: options.inherited?.[scheme] }, transport);
      if (door !== undefined) doors[scheme] = door;
    }
    if (settings.admin !== undefined && part === undefined) admin = await openAdmin(settings, settings.admin, { transport, log, certificates: current.certificates, snapshot, patient: options.inherited?.https !== undefined || options.inherited?.http !== undefined, build: { version: options.version ?? '', runtime } });
    current.compile();
    current.begin();
    live.begin();
  } catch (error) {
    await closeDoors();
    letGo();
    logs.close();
    throw error;
  }
  tellUnprivileged(doors, log);
  return {
    ready: readyEvent(settings, doors, admin?.url),
    get authorityFiles() { return current.certificates?.authorityFiles ?? []; },
    log,
    snapshot: () => (counters === undefined ? undefined : snapshot()),
    async prepare(next, share) {
      const former = current;
      const made = await Configuration.open(next, { ...from, share, former });
      try {
        made.compile();
        const changes = Object.entries(doors).flatMap(([scheme, { listeners }]) => listeners.map((listener) => listener.change(made.terms(scheme as Scheme))));
        return {
          commit() {
            current = made;
            for (const change of changes) change();
            made.begin(former);
            if (next.reloadGrace !== undefined) endAfter(live, next.reloadGrace);
            admin?.renew(next, made.certificates);
          },
          drop: () => { made.close(former); },
        };
      } catch (error) {
        made.close(former);
        throw error;
      }
    },
    reopenLog: logs.reopen,
    sockets: () => socketsOf(doors),
    async stop(handedOver) {
      await closeDoors(handedOver);
      if (handedOver === true) await admin?.close(); // the one that takes over waits for it
      await stopGracefully(live, listeners(), current.settings.grace * 1000);
      letGo();
      await logs.drained();
      logs.close();
    },
    stopNow() {
      void closeDoors();
      for (const listener of listeners()) listener.abandon();
      for (const connection of [...live.connections]) connection.destroy();
      letGo();
      logs.close();
    },
  };
}

/** What is said of a front that is up. */
export function readyEvent(settings: Settings, doors: Opened, admin?: string): Front['ready'] {
  return { ...(doors.https && { https: doors.https.url }), ...(doors.http && { http: doors.http.url }), ...(admin !== undefined && { admin }), app: appText(settings), runtime };
}

/** What doors listen by, each with the name of its door. */
export function socketsOf(doors: Readonly<Partial<Record<Scheme, { readonly listeners: readonly { readonly fd?: number | undefined }[] }>>>): ReturnType<Front['sockets']> {
  return (['https', 'http'] as const).flatMap((name) => (doors[name]?.listeners ?? []).map(({ fd }) => ({ name, fd })));
}

/** Says where doors are that may not be where they were to be. */
export function tellUnprivileged(doors: Opened, log: Log): void {
  for (const [scheme, { insteadOf, url }] of Object.entries(doors)) {
    if (insteadOf !== undefined) log.event({ event: 'door-unprivileged', level: 'info', message: `This process may not bind port ${insteadOf}; the ${scheme} door is at ${url}. See "Low ports" in the README for ways to give it the right.` });
  }
}

type Opened = Readonly<Partial<Record<Scheme, Pick<Door, 'url' | 'insteadOf'>>>>;

function appText(settings: Settings): string {
  const routes = settings.sites.flatMap((site) => site.routes);
  const apps = [...new Set(routes.flatMap((route) => (route.kind === 'app' ? [route.app.written] : [])))];
  return apps.length > 0 ? apps.join(', ') : routes.flatMap((route) => (route.kind === 'static' ? [route.dir] : [])).join(', ');
}
