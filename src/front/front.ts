import type { Settings } from '../config/settings.ts';
import { oldLists } from '../core/contract/published/index.ts';
import type { Scheme } from '../core/contract/truth.ts';
import { rotateTicketKeys } from '../transport/ticket-keys.ts';
import { nativeTransport, runtime } from '../transport/runtime.ts';
import type { Listener, Transport } from '../transport/wire.ts';
import { openAdmin, type Admin } from './admin/admin.ts';
import { createContext, createSite, openCertificates, openClientAuthorities } from './compose.ts';
import type { Observed } from './context.ts';
import { doorPlan } from './door-plan.ts';
import { openDoor, type Door, type InheritedSocket } from './doors.ts';
import type { Log } from './log/index.ts';
import { openLog } from './open-log.ts';
import type { Part } from './part.ts';
import { Counters } from './metrics/counters.ts';
import type { Snapshot } from './metrics/snapshot.ts';
import { takeSnapshot } from './metrics/state.ts';
import { siteName } from './site.ts';
import { Sites } from './sites.ts';
import { stopGracefully } from './stop.ts';
import type { ServerGroup } from './upstream/group.ts';

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
  /** Opens the log file anew, where there is one; rejects with a LogFileError and stays with the old one where that cannot be. Gives what was done. */
  reopenLog(): Promise<string>;
  /** What it listens by, with the name of the door of each: for the process that takes over. */
  sockets(): readonly { readonly name: Scheme; readonly fd: number | undefined }[];
  /** Stops accepting, lets running answers finish for `grace` seconds, and ends. `handedOver`: another process listens on the same sockets. */
  stop(handedOver?: boolean): Promise<void>;
  /** Ends at once. */
  stopNow(): void;
}

/**
 * Opens both doors. Rejects with a DoorError where a door cannot be opened, a CertificateError where there is nothing
 * to show to clients, a ContractError where settings contradict each other.
 */
export async function startFront(settings: Settings, options: FrontOptions = {}): Promise<Front> {
  const { transport = nativeTransport, part } = options;
  const { log, ...logs } = part?.log ?? openLog(settings, options.out);
  const certificates = part === undefined ? await openCertificates(settings, log, options.dataDir) : part.certificates;
  const clients = await openClientAuthorities(settings, log);
  const stopRotating = rotateTicketKeys();
  const doors: Partial<Record<Scheme, Door>> = {};
  const upstreams: ServerGroup[] = [];
  const counters = settings.admin && new Counters(settings.sites.map(siteName));
  const context = createContext(settings, { transport, log, counters, certificates, clients, doors, observe: options.observe, secret: part?.secret, fellows: part?.fellows });
  const snapshot = (): Snapshot => takeSnapshot({ counters: counters!, context, upstreams, certificates });
  let admin: Admin | undefined;
  const listeners = (): Listener[] => Object.values(doors).flatMap((door) => door.listeners);
  const closeDoors = async (keepFiles = false): Promise<void> => {
    await Promise.all(listeners().map((listener) => listener.close(keepFiles)));
  };
  const letGo = (): void => {
    void admin?.close();
    for (const upstream of upstreams) upstream.close();
    certificates?.close();
    clients?.close();
    stopRotating();
  };
  try {
    for (const scheme of ['https', 'http'] as const) {
      const door = await openDoor({ ...doorPlan(scheme, context, certificates?.pick), inherited: options.inherited?.[scheme] }, transport);
      if (door !== undefined) doors[scheme] = door;
    }
    if (settings.admin !== undefined && part === undefined) admin = await openAdmin(settings, settings.admin, { transport, log, certificates, snapshot, patient: options.inherited?.https !== undefined || options.inherited?.http !== undefined, build: { version: options.version ?? '', runtime } });
    context.open(new Sites(settings.sites.map((site) => createSite(site, context, { doors, upstreams }))));
  } catch (error) {
    await closeDoors();
    letGo();
    logs.close();
    throw error;
  }
  tellUnprivileged(doors, log);
  for (const message of oldLists(settings.trust, Date.now())) log.event({ event: 'trust-list-old', level: 'warn', message });
  return {
    ready: readyEvent(settings, doors, admin),
    authorityFiles: certificates?.authorityFiles ?? [],
    log,
    snapshot: () => (counters === undefined ? undefined : snapshot()),
    reopenLog: logs.reopen,
    sockets: () => socketsOf(doors),
    async stop(handedOver) {
      await closeDoors(handedOver);
      if (handedOver === true) await admin?.close(); // the one that takes over waits for it
      await stopGracefully(context, listeners(), settings.grace * 1000);
      letGo();
      await logs.drained();
      logs.close();
    },
    stopNow() {
      void closeDoors();
      for (const listener of listeners()) listener.abandon();
      for (const connection of [...context.connections]) connection.destroy();
      letGo();
      logs.close();
    },
  };
}

/** What is said of a front that is up. */
export function readyEvent(settings: Settings, doors: Doors, admin?: Admin): Front['ready'] {
  return { ...(doors.https && { https: doors.https.url }), ...(doors.http && { http: doors.http.url }), ...(admin && { admin: admin.url }), app: appText(settings), runtime };
}

/** What doors listen by, each with the name of its door. */
export function socketsOf(doors: Readonly<Partial<Record<Scheme, { readonly listeners: readonly { readonly fd?: number | undefined }[] }>>>): ReturnType<Front['sockets']> {
  return (['https', 'http'] as const).flatMap((name) => (doors[name]?.listeners ?? []).map(({ fd }) => ({ name, fd })));
}

/** Says where doors are that may not be where they were to be. */
export function tellUnprivileged(doors: Doors, log: Log): void {
  for (const [scheme, { insteadOf, url }] of Object.entries(doors)) {
    if (insteadOf !== undefined) log.event({ event: 'door-unprivileged', level: 'info', message: `This process may not bind port ${insteadOf}; the ${scheme} door is at ${url}. See "Low ports" in the README for ways to give it the right.` });
  }
}

type Doors = Readonly<Partial<Record<Scheme, Pick<Door, 'url' | 'insteadOf'>>>>;

function appText(settings: Settings): string {
  const routes = settings.sites.flatMap((site) => site.routes);
  const apps = [...new Set(routes.flatMap((route) => (route.kind === 'app' ? [route.app.written] : [])))];
  return apps.length > 0 ? apps.join(', ') : routes.flatMap((route) => (route.kind === 'static' ? [route.dir] : [])).join(', ');
}
