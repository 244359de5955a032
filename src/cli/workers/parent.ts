/** The process that keeps workers: it has the ports, the keys and the log, and never a client's connection: it reads no HTTP at all. */
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import type { NamedPair } from '../../certs/table.ts';
import type { Settings } from '../../config/settings/settings.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import { doorPlace } from '../../front/doors/door-plan.ts';
import { addressText, openPlaces, type Door, type Place } from '../../front/doors/doors.ts';
import { readyEvent, socketsOf, tellUnprivileged, type Inherited } from '../../front/front.ts';
import { adminPlace, adminScheme, openWhenFree } from '../../front/admin/place.ts';
import type { Snapshot } from '../../front/metrics/snapshot.ts';
import { openLog } from '../../front/log/open-log.ts';
import { bind } from '../../transport/runtime.ts';
import type { Bound } from '../../transport/wire.ts';
import { inheritedDoors } from '../inherited.ts';
import { inWords } from '../open-front.ts';
import { accountFor } from '../privilege/account.ts';
import { refuseOpenFolder } from '../privilege/log-folder.ts';
import type { Serving } from '../serve.ts';
import { ADMIN, FIRST_FD } from './child.ts';
import { Gathered } from './gathered.ts';
import { openKeys } from './keys.ts';
import { openLender } from './lender.ts';
import { Sealing } from './sealing.ts';
import { configuredFor, showsCertificates, wholeOf } from './whole.ts';
import { Workers } from './workers.ts';

type Doors = Partial<Record<Scheme, Door<Bound>>>;

/** Takes the doors and starts workers behind them. Rejects with a RunError where a door is taken or a worker cannot start. */
export async function openWorkers(settings: Settings, count: number): Promise<Serving> {
  const account = settings.user && accountFor(settings.user);
  if (account !== undefined) refuseOpenFolder(settings, account);
  const { log, ...logs } = await inWords(settings, () => openLog(settings, undefined));
  let tried = 1;
  const replacedIn = (generation: number) => (what: readonly NamedPair[]): void => { workers.say('certificates', { generation, what }, (worker) => showsCertificates(worker, whole.settings)); };
  let whole = wholeOf(tried, await inWords(settings, () => openKeys(settings, { log, replaced: replacedIn(1) })));
  const doors: Doors = {};
  const adminDoors: Doors = {};
  const doorsOf = (worker: number): Doors => (worker === ADMIN ? adminDoors : doors);
  const share = {
    account,
    secret: randomBytes(32).toString('base64'),
    colours: process.stdout.isTTY && settings.logFile === undefined,
    figures: undefined,
  };
  const lendTo = openLender(count);
  const gathered = new Gathered();
  const figures = (): Snapshot | undefined => gathered.whole && { ...gathered.whole, certificates: whole.keys.certificates?.shown?.() ?? [] }; // workers have the keys from here
  const workers = new Workers({
    count, log,
    get patience() { return whole.settings.grace * 1000 + 5000; },
    fds: (worker) => Object.values(doorsOf(worker)).flatMap(({ listeners }) => listeners.map(({ fd }) => fd)),
    share: (worker) => ({ ...share, ticketKey: sealing.current, ...(worker === ADMIN && { ticketKey: '', secret: '', figures: figures() }), ...configuredFor(worker, whole), doors: handed(doorsOf(worker)) }),
    greet: (line) => { line.answer('certificate', (name) => whole.keys.pick(name)); lendTo(line); },
  });
  const sealing = new Sealing((key) => { workers.say('ticketKey', key); });
  let forgetAdmin = (): void => {};
  const letGo = (): void => {
    sealing.close();
    gathered.close();
    forgetAdmin();
    void close(adminDoors);
    void close(doors);
    whole.keys.close();
    logs.close();
  };
  try {
    const inherited = await inWords(settings, () => inheritedDoors(settings));
    await inWords(settings, () => takeDoors(doors, settings, { local: whole.keys.local, inherited }));
    const { admin } = settings;
    const status = admin && inWords(settings, () => openWhenFree(async () => {
      adminDoors[adminScheme(settings, admin)] = (await openPlaces(adminPlace(settings, admin), take))!;
      await workers.startAdmin();
    }, { log, patient: Object.keys(inherited).length > 0 }));
    status?.catch(() => {}); // it starts beside the workers, and whether it serves is asked below
    await workers.start();
    if (status !== undefined) {
      await gathered.begin(() => workers.ask('snapshot', null), () => { const now = figures(); if (now !== undefined) workers.say('figures', now, (worker) => worker === ADMIN); });
      forgetAdmin = await status;
    }
  } catch (error) {
    workers.kill();
    letGo();
    throw error;
  }
  tellUnprivileged(doors, log);
  workers.failed.catch(() => { workers.kill(); letGo(); });
  return {
    log,
    ready: { ...readyEvent(settings, doors, Object.values(adminDoors)[0]?.url ?? (settings.admin && addressText(settings.admin.address))), workers: count },
    failed: workers.failed,
    answers: () => workers.ask('alive', null),
    reopenLog: logs.reopen,
    async reload(next) {
      const generation = ++tried;
      const made = await inWords(next, () => openKeys(next, { log, replaced: replacedIn(generation), former: whole.keys }));
      try {
        const wanted = wholeOf(generation, made);
        await workers.reload(generation, (worker) => configuredFor(worker, wanted), () => {
          whole.keys.close(made);
          whole = wanted;
        });
      } catch (error) {
        if (whole.keys !== made) made.close(whole.keys);
        throw error;
      }
    },
    sockets: () => socketsOf(doors),
    async stop(handedOver) {
      sealing.close();
      forgetAdmin();
      const ended = workers.stop(handedOver);
      await close(doors, handedOver);
      if (handedOver === true) await close(adminDoors); // the one that takes over waits for it
      await ended;
      gathered.close();
      await close(adminDoors);
      whole.keys.close();
      await logs.drained();
      logs.close();
    },
    stopNow() {
      workers.kill();
      letGo();
    },
  };
}

/** Gives doors up. */
async function close(doors: Doors, keepFiles = false): Promise<void> {
  const open = Object.values(doors).flatMap(({ listeners }) => listeners);
  delete doors.https; // a descriptor's number may be another's once it is closed
  delete doors.http;
  await Promise.all(open.map((listener) => listener.close(keepFiles)));
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
