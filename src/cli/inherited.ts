/**
 * Sockets that a service manager opened for this process: environment variables and descriptors from 3 on
 * (sd_listen_fds(3)). Whoever starts the process decides them, as he decides its arguments.
 */
import type { DoorSetting, Settings } from '../config/settings/settings.ts';
import type { Scheme } from '../core/contract/truth.ts';
import { addressText } from '../front/doors/doors.ts';
import type { Inherited } from '../front/front.ts';
import type { ListenAddress } from '../transport/wire.ts';
import { listening, socketAt, unixPath } from './proc.ts';
import { RunError, type Terminal } from './terminal.ts';

type Env = Terminal['env'];

const FIRST = 3;

/** How many there are for this process; those of another process, whose variables it was left with, are none of it. */
export function inheritedCount({ LISTEN_PID: pid, LISTEN_FDS: written }: Env): number {
  if (pid !== String(process.pid) || written === undefined) return 0;
  const count = Number(written);
  if (!Number.isSafeInteger(count) || count < 0) throw new RunError(`LISTEN_FDS is ${JSON.stringify(written)}; expected how many sockets were passed, from descriptor ${FIRST} on (sd_listen_fds(3)).`);
  return count;
}

/** Said where sockets were passed, and to another process than this one; else undefined. */
export function passedBy({ LISTEN_PID: pid, LISTEN_FDS: count }: Env): string | undefined {
  if (pid === undefined || count === undefined || pid === String(process.pid)) return undefined;
  return `A service manager passed ${count} sockets to process ${pid}, and this is process ${process.pid}: they are not used. Start sallyport itself and not npm, npx or a shell that starts it (ExecStart=/usr/local/bin/sallyport …).`;
}

interface Socket {
  readonly fd: number;
  readonly name: string;
  /** Undefined where the system does not tell. */
  readonly address: ListenAddress | undefined;
}

/** Where the socket of a descriptor listens, as far as the system tells: not of a socket from another network namespace (`PrivateNetwork=`). */
function addressOf(descriptor: number): ListenAddress | undefined {
  const inode = socketAt(descriptor);
  if (inode === undefined) return undefined;
  const tcp = listening().find((socket) => socket.inode === inode);
  if (tcp !== undefined) return { kind: 'ip', host: tcp.address, port: tcp.port };
  const path = unixPath(inode);
  return path === undefined ? undefined : { kind: 'unix', path };
}

function sockets(env: Env, look: typeof addressOf): Socket[] {
  const names = (env['LISTEN_FDNAMES'] ?? '').split(':');
  return Array.from({ length: inheritedCount(env) }, (_, i) => ({ fd: FIRST + i, name: names[i] ?? '', address: look(FIRST + i) }));
}

/** The ports a door without an address is looked for on. */
const USUAL: Readonly<Record<Scheme, readonly number[]>> = { https: [443, 8443], http: [80, 8080] };
const DOORS = ['https', 'http'] as const;

/**
 * Which sockets are for which door: by name (`https`, `http`), else by where the door is to be, else in order, first https.
 * @throws RunError where a socket is for no door, a door on its own has none, or a door was to be elsewhere.
 */
export function inheritedDoors(settings: Pick<Settings, Scheme>, env: Env = process.env, look = addressOf): Inherited {
  const passed = sockets(env, look);
  if (passed.length === 0) return {};
  const found: Record<Scheme, Socket[]> = { https: [], http: [] };
  const left: Socket[] = [];
  for (const socket of passed) {
    const scheme = DOORS.find((name) => name === socket.name) ?? DOORS.find((name) => isPlaceOf(settings[name], USUAL[name], socket.address));
    if (scheme === undefined) left.push(socket);
    else found[scheme].push(socket);
  }
  for (const socket of left) {
    const scheme = DOORS.find((name) => isOpen(settings[name]) && found[name].length === 0);
    if (scheme === undefined) throw new RunError(`${text(socket)} was passed for no door. ${NAME_THEM}`);
    found[scheme].push(socket);
  }
  for (const scheme of DOORS) check(scheme, settings[scheme], found[scheme]);
  return Object.fromEntries(DOORS.filter((scheme) => found[scheme].length > 0).map((scheme) => [scheme, found[scheme].map(({ fd, address }) => ({ fd, address: address ?? NOT_TOLD }))]));
}

/** The transport finds out more. */
const NOT_TOLD: ListenAddress = { kind: 'ip', host: '::', port: 0 };

const NAME_THEM = 'Name each for its door: FileDescriptorName=https or FileDescriptorName=http in its socket unit.';

/** Whether a door may be anywhere. */
const isOpen = (setting: DoorSetting): boolean => setting.kind === 'auto' || (setting.kind === 'port' && setting.port === 0);

function isPlaceOf(setting: DoorSetting, usual: readonly number[], address: ListenAddress | undefined): boolean {
  if (address === undefined || setting.kind === 'off') return false;
  if (isOpen(setting)) return address.kind === 'ip' && usual.includes(address.port);
  return isAt(setting, address);
}

/** Whether a socket is where the setting says; one whose place is not told is believed. */
function isAt(setting: DoorSetting, address: ListenAddress | undefined): boolean {
  if (address === undefined || isOpen(setting)) return true;
  if (setting.kind === 'port') return address.kind === 'ip' && address.port === setting.port;
  if (setting.kind !== 'at') return false;
  const { address: stated } = setting;
  if (stated.kind === 'unix' || address.kind === 'unix') return stated.kind === 'unix' && address.kind === 'unix' && stated.path === address.path;
  return stated.host === address.host && (stated.port === 0 || stated.port === address.port);
}

function check(scheme: Scheme, setting: DoorSetting, found: readonly Socket[]): void {
  for (const socket of found) {
    if (setting.kind === 'off') throw new RunError(`${text(socket)} was passed for the ${scheme} door, and --${scheme} is off. Take one of them away.`);
    if (!isAt(setting, socket.address)) throw new RunError(`${text(socket)} was passed for the ${scheme} door, and --${scheme} says ${place(setting)}. Leave --${scheme} out: the door is where its socket is.`);
  }
  if (found.length === 0 && setting.kind === 'auto') {
    throw new RunError(`Sockets were passed, and none for the ${scheme} door. Pass one more (ListenStream=${USUAL[scheme][0]} in the socket unit), or do without the door: --${scheme} off. ${NAME_THEM}`);
  }
}

const place = (setting: DoorSetting): string => (setting.kind === 'port' ? `port ${setting.port}` : setting.kind === 'at' ? addressText(setting.address) : setting.kind);

const text = ({ fd, name, address }: Socket): string =>
  `The socket ${address === undefined ? '' : `${addressText(address)} `}(descriptor ${fd}${name === '' || name === 'unknown' ? '' : `, named ${name}`})`;
