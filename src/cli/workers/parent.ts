/** The process that keeps workers: it has the ports, the keys and the log, and never a client's connection. */
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import type { Certificates } from '../../certs/store.ts';
import type { NamedPair } from '../../certs/table.ts';
import type { Settings } from '../../config/settings.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import { doorPlace } from '../../front/door-plan.ts';
import { openPlaces, type Door, type Place } from '../../front/doors.ts';
import { readyEvent, socketsOf, tellUnprivileged, type Inherited } from '../../front/front.ts';
import { openAdmin, type Admin } from '../../front/admin/admin.ts';
import type { Log } from '../../front/log/index.ts';
import { openLog } from '../../front/open-log.ts';
import { bind, nativeTransport, runtime } from '../../transport/runtime.ts';
import type { Bound } from '../../transport/wire.ts';
import { inheritedDoors } from '../inherited.ts';
import { inWords } from '../open-front.ts';
import { accountFor } from '../privilege/account.ts';
import { refuseOpenFolder } from '../privilege/log-folder.ts';
import { refuseRemoteAdmin } from '../privilege/remote-admin.ts';
import { version } from '../version.ts';
import type { Serving } from '../serve.ts';
import { FIRST_FD } from './child.ts';
import { makeTicketKeys, TICKET_KEY_LIFE } from '../../transport/ticket-keys.ts';
import { Gathered } from './gathered.ts';
import { readForWorkers } from './handed-files.ts';
import { openKeys } from './keys.ts';
import { openLender } from './lender.ts';
import { Workers } from './workers.ts';

type Doors = Partial<Record<Scheme, Door<Bound>>>;

/** Takes the doors and starts workers behind them. Rejects with a RunError where a door is taken or a worker cannot start. */
export async function openWorkers(settings: Settings, count: number): Promise<Serving> {
  const account = settings.user && accountFor(settings.user);
  if (account !== undefined) {
    refuseOpenFolder(settings, account);
    refuseRemoteAdmin(settings, account);
  }
  const { log, ...logs } = await inWords(settings, () => openLog(settings, undefined));
  let tried = 1;
  const replacedIn = (generation: number) => (what: readonly NamedPair[]): void => { workers.say('certificates', { generation, what }); };
  let keys = await inWords(settings, () => openKeys(settings, { log, replaced: replacedIn(1) }));
  const doors: Doors = {};
  const closeDoors = async (keepFiles = false): Promise<void> => {
    const open = Object.values(doors).flatMap(({ listeners }) => listeners);
    delete doors.https; // a descriptor's number may be another's once it is closed
    delete doors.http;
    await Promise.all(open.map((listener) => listener.close(keepFiles)));
  };
  const share = {
    settings, generation: 1, account, files: readForWorkers(settings, keys.certificates?.authorityFiles ?? []),
    ticketKey: makeTicketKeys().toString('base64'),
    secret: randomBytes(32).toString('base64'),
    colours: process.stdout.isTTY && settings.logFile === undefined,
  };
  const lendTo = openLender(count);
  const workers = new Workers({
    count, log,
    get patience() { return share.settings.grace * 1000 + 5000; },
    fds: () => Object.values(doors).flatMap(({ listeners }) => listeners.map(({ fd }) => fd)),
    share: () => ({ ...share, doors: handed(doors), certificates: keys.handed() }),
    greet: (line) => { line.answer('certificate', (name) => keys.pick(name)); lendTo(line); },
  });
  // Whoever starts later is told the newest.
  const rotation = setInterval(() => { workers.say('ticketKey', share.ticketKey = makeTicketKeys().toString('base64')); }, TICKET_KEY_LIFE).unref();
  const gathered = new Gathered();
  let admin: Admin | undefined;
  const letGo = (): void => {
    clearInterval(rotation);
    gathered.close();
    void admin?.close();
    void closeDoors();
    keys.close();
    logs.close();
  };
  try {
    const inherited = await inWords(settings, () => inheritedDoors(settings));
    await inWords(settings, () => takeDoors(doors, settings, { local: keys.local, inherited }));
    await workers.start();
    admin = await inWords(settings, () => openStatus(settings, { log, certificates: () => keys.certificates, gathered, workers, patient: Object.keys(inherited).length > 0 }));
  } catch (error) {
    workers.kill();
    letGo();
    throw error;
  }
  tellUnprivileged(doors, log);
  workers.failed.catch(letGo);
  return {
    log,
    ready: { ...readyEvent(settings, doors, admin), workers: count },
    failed: workers.failed,
    reopenLog: logs.reopen,
    async reload(next) {
      const generation = ++tried;
      const made = await inWords(next, () => openKeys(next, { log, replaced: replacedIn(generation), former: keys }));
      try {
        const files = readForWorkers(next, made.certificates?.authorityFiles ?? []);
        await workers.reload({ generation, settings: next, certificates: made.handed(), files }, () => {
          keys.close(made);
          keys = made;
          Object.assign(share, { settings: next, generation, files });
          admin?.renew(next, made.certificates);
        });
      } catch (error) {
        if (keys !== made) made.close(keys);
        throw error;
      }
    },
    sockets: () => socketsOf(doors),
    async stop(handedOver) {
      clearInterval(rotation);
      const ended = workers.stop();
      await closeDoors(handedOver);
      if (handedOver === true) await admin?.close(); // the one that takes over waits for it
      await ended;
      gathered.close();
      await admin?.close();
      keys.close();
      await logs.drained();
      logs.close();
    },
    stopNow() {
      workers.kill();
      letGo();
    },
  };
}

interface StatusParts {
  readonly log: Log;
  /** Those that count now. */
  readonly certificates: () => Certificates | undefined;
  readonly gathered: Gathered;
  readonly workers: Workers;
  /** As AdminParts has it. */
  readonly patient: boolean;
}

/** The admin address, of all workers together; undefined where there is none. */
async function openStatus(settings: Settings, { log, certificates, gathered, workers, patient }: StatusParts): Promise<Admin | undefined> {
  if (settings.admin === undefined) return undefined;
  await gathered.begin(() => workers.ask('snapshot', null));
  return await openAdmin(settings, settings.admin, {
    transport: nativeTransport, log, certificates: certificates(), build: { version: version(), runtime }, patient,
    snapshot: () => ({ ...gathered.whole!, certificates: certificates()?.shown?.() ?? [] }), // workers have the keys from here
  });
}

/** Takes both doors into `doors`, one after the other, so that what was taken can be given up. */
async function takeDoors(doors: Doors, settings: Settings, { local, inherited }: { readonly local: boolean; readonly inherited: Inherited }): Promise<void> {
  for (const scheme of ['https', 'http'] as const) {
    const door = await openPlaces({ ...doorPlace(scheme, settings, local), inherited: inherited[scheme] }, take);
    if (door !== undefined) doors[scheme] = door;
  }
}

/** What a service manager listens on is kept as it is. */
async function take({ address, fd }: Place): Promise<Bound> {
  if (fd === undefined) return await bind(address);
  return { address, fd, close: () => { closeSync(fd); return Promise.resolve(); } };
}

/** The doors as a worker has them: by its own numbers of their descriptors. */
function handed(doors: Doors): Inherited {
  let fd = FIRST_FD;
  return Object.fromEntries(Object.entries(doors).map(([scheme, { listeners }]) => [scheme, listeners.map(({ address }) => ({ address, fd: fd++ }))]));
}
