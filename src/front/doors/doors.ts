import { isIP } from 'node:net';
import type { DoorSetting } from '../../config/settings/settings.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import type { ListenAddress, Listener, ListenOptions, Transport } from '../../transport/wire.ts';

/** An address that is taken, whoever accepts there. */
type Taken = Omit<Listener, 'arriving' | 'change' | 'abandon'>;

/** One of the two doors, open. */
export interface Door<L extends Taken = Listener> {
  readonly listeners: readonly L[];
  /** The port it listens on; undefined on a unix socket. */
  readonly port: number | undefined;
  /** As a person would type it. */
  readonly url: string;
  /** The port that was wanted, where there was no right to it. */
  readonly insteadOf: number | undefined;
}

/** A socket that listens already; port 0 where its address is not told. */
export interface InheritedSocket { readonly address: ListenAddress; readonly fd: number }

/** An address, and the descriptor that is there already. */
export type Place = Pick<ListenOptions, 'address' | 'fd'>;

/** A door that could not be opened; `code` is the system's (EADDRINUSE, EACCES, EADDRNOTAVAIL …). */
export class DoorError extends Error {
  readonly scheme: Scheme;
  readonly code: string;
  readonly address: ListenAddress;
  /** The descriptor that was to listen there already. */
  readonly fd: number | undefined;
  /** The port that was wanted first, and that there is no right to. */
  insteadOf: number | undefined;
  /** It is the admin address, and no door of the sites. */
  admin = false;

  constructor(scheme: Scheme, { address, fd }: Place, cause: NodeJS.ErrnoException) {
    super(`The ${scheme} door could not be opened on ${addressText(address)}: ${cause.message}`, { cause });
    this.fd = fd;
    this.scheme = scheme;
    this.code = cause.code ?? 'unknown';
    this.address = address;
  }
}

export interface DoorPlan {
  readonly scheme: Scheme;
  readonly setting: DoorSetting;
  /** Sockets that listen for this door already; then the setting opens none. */
  readonly inherited?: readonly InheritedSocket[] | undefined;
  /** A bare port is for this machine only, since only this machine's people trust the certificate. */
  readonly loopback: boolean;
  /** The host to show, where the site has a name. */
  readonly name: string | undefined;
  readonly listen: Omit<ListenOptions, 'address' | 'fd'>;
}

/** Where a door is to be, whoever listens there. */
export type DoorPlace = Omit<DoorPlan, 'listen'>;

/** Opens a place of a door. Rejects with the system's error. */
type Open<L extends Taken> = (place: Place) => Promise<L>;

const PORTS: Readonly<Record<Scheme, readonly [wanted: number, unprivileged: number]>> = { https: [443, 8443], http: [80, 8080] };

/** Opens a door; undefined where it is off. */
export async function openDoor({ listen, ...plan }: DoorPlan, transport: Transport): Promise<Door | undefined> {
  return await openPlaces(plan, (place) => transport.listen({ ...listen, ...place }));
}

/** Takes the places of a door, by whatever can be given up again. */
export async function openPlaces<L extends Taken>(plan: DoorPlace, open: Open<L>): Promise<Door<L> | undefined> {
  const { setting, scheme, inherited } = plan;
  if (inherited !== undefined) return door(plan, await Promise.all(inherited.map((socket) => openOne(scheme, open, socket))));
  switch (setting.kind) {
    case 'off': return undefined;
    case 'at': return door(plan, [await openOne(scheme, open, { address: setting.address })]);
    case 'port': return door(plan, await openPort(plan, open, setting.port));
    case 'auto': {
      const [wanted, unprivileged] = PORTS[scheme];
      try {
        return door(plan, await openPort(plan, open, wanted));
      } catch (error) {
        if (!(error instanceof DoorError) || (error.code !== 'EACCES' && error.code !== 'EPERM')) throw error;
        return door(plan, await openUnprivileged(plan, open, [wanted, unprivileged]), wanted);
      }
    }
  }
}

async function openUnprivileged<L extends Taken>(plan: DoorPlace, open: Open<L>, [wanted, port]: readonly [number, number]): Promise<L[]> {
  try {
    return await openPort(plan, open, port);
  } catch (error) {
    if (error instanceof DoorError) error.insteadOf = wanted; // nobody asked for this port: the message says where it comes from
    throw error;
  }
}

/** A port without an address: loopback for a local site, every address otherwise; IPv4 and IPv6 where the machine has both. */
async function openPort<L extends Taken>(plan: DoorPlace, open: Open<L>, port: number): Promise<L[]> {
  for (let tries = 1; ; tries++) {
    const listeners: L[] = [];
    let missing: unknown;
    for (const host of plan.loopback ? ['127.0.0.1', '::1'] : ['::', '0.0.0.0']) {
      const first = listeners[0];
      if (first !== undefined && host === '0.0.0.0') break; // :: takes IPv4 as well
      const address: ListenAddress = { kind: 'ip', host, port: first?.address.kind === 'ip' ? first.address.port : port };
      try {
        listeners.push(await openOne(plan.scheme, open, { address }));
      } catch (error) {
        if (error instanceof DoorError && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL')) { missing = error; continue; }
        await Promise.all(listeners.map((listener) => listener.close()));
        // A free port of one address may be taken on the other.
        if (port === 0 && tries < 10 && error instanceof DoorError && error.code === 'EADDRINUSE') { missing = undefined; listeners.length = 0; break; }
        throw error;
      }
    }
    if (listeners.length > 0) return listeners;
    if (missing !== undefined) throw missing;
  }
}

async function openOne<L extends Taken>(scheme: Scheme, open: Open<L>, place: Place): Promise<L> {
  try {
    return await open(place);
  } catch (error) {
    throw new DoorError(scheme, place, error as NodeJS.ErrnoException);
  }
}

function door<L extends Taken>(plan: DoorPlace, listeners: readonly L[], insteadOf?: number): Door<L> {
  const { address } = listeners[0]!;
  if (address.kind === 'unix') return { listeners, port: undefined, url: `unix:${address.path}`, insteadOf };
  const everywhere = address.host === '::' || address.host === '0.0.0.0';
  const stated = plan.setting.kind === 'at' || (plan.inherited !== undefined && !/^127\.|^::1$/.test(address.host));
  const host = plan.name ?? (everywhere || !stated ? 'localhost' : isIP(address.host) === 6 ? `[${address.host}]` : address.host);
  const port = address.port === (plan.scheme === 'https' ? 443 : 80) ? '' : `:${address.port}`;
  return { listeners, port: address.port, url: `${plan.scheme}://${host}${port}`, insteadOf };
}

export function addressText(address: ListenAddress): string {
  if (address.kind === 'unix') return address.path;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
