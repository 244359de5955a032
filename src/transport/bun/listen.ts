import type { Admission, Told } from '../admission.ts';
import { placeError } from './errors.ts';
import { BunGreeting } from './greeting.ts';
import { BunAdmission } from './proxy.ts';
import type { ProxyGate } from './proxy.ts';
import { bun, HANDLERS, NOBODY } from './runtime.ts';
import type { BunListener, BunSocket, Place } from './runtime.ts';
import { BunTls } from './tls.ts';
import { BunWire } from './wire.ts';
import { ipEndpoint } from '../endpoint.ts';
import { bindOver, closeBeside } from '../stale-socket.ts';
import type { Endpoint, ListenAddress, Listener, ListenOptions, Terms } from '../wire.ts';

const NOTHING = new Uint8Array(0);

/**
 * Opens a door. Rejects with the system's error.
 *
 * A TLS door listens for plain connections too and puts TLS on each once its first bytes were seen. Measured, that costs
 * as much as a listener of Bun's with TLS of its own, which would show nothing of what came before TLS or in its place.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { address, fd, onConnection } = options;
  let unixPath = address.kind === 'unix' ? address.path : undefined;
  const tls = options.tls && new BunTls(options.tls, (socket, { peer, origin, policy }, shown) => {
    const wire = new BunWire(peer, origin).open(socket, 'tls');
    if (policy !== undefined && shown !== undefined) wire.tls = { ...wire.tls!, policy, shown };
    wire.begin(onConnection(wire));
  });
  const arrive = (socket: BunSocket, peer: Endpoint, told: Told | undefined, rest: Uint8Array): void => {
    if (tls !== undefined) {
      const greeting = new BunGreeting(socket, peer, { tls, origin: told });
      if (rest.length > 0) greeting.heard(rest);
    } else {
      const wire = new BunWire(peer, told).open(socket, 'plain');
      wire.begin(onConnection(wire), rest);
    }
  };
  const waiting = new Set<Admission>();
  const gateFor = ({ proxyProtocol }: Terms): ProxyGate | undefined => proxyProtocol && { options: proxyProtocol, waiting, pass: arrive };
  let gate = gateFor(options);

  const open = (socket: BunSocket): void => {
    if (unixPath === undefined && socket.remoteAddress === undefined) {
      // Reset before it was accepted, as a balancer's port check is: it has no address any more, and nobody to answer.
      socket.data = NOBODY;
      socket.close();
      return;
    }
    const peer: Endpoint = unixPath !== undefined ? { kind: 'unix', path: unixPath } : ipEndpoint(socket.remoteAddress, socket.remotePort);
    if (options.admits?.(peer, socket.fd) === false) {
      socket.data = NOBODY;
      socket.close();
    } else if (gate === undefined) arrive(socket, peer, undefined, NOTHING);
    else new BunAdmission(socket, peer, gate);
  };

  const listener = fd === undefined ? await bindOver(address, () => bind(address, open)) : bind(address, open, fd);
  const bound = address.kind === 'unix' ? address : boundAddress(listener);
  if (bound.kind === 'unix') unixPath = bound.path;
  return {
    address: bound,
    fd: listener.fd,
    get arriving() { return waiting.size + (tls?.greetings.size ?? 0); },
    change(terms) {
      const changed = terms.tls && tls?.change(terms.tls);
      return () => {
        changed?.();
        gate = gateFor(terms);
      };
    },
    close(keepFile = false) {
      if (keepFile && fd === undefined) closeBeside(bound, () => listener.stop());
      else listener.stop();
      return Promise.resolve();
    },
    abandon() {
      for (const admission of waiting) admission.abandon();
      for (const greeting of tls?.greetings ?? []) {
        greeting.done();
        greeting.drop();
      }
    },
  };
}

function bind(address: ListenAddress, open: (socket: BunSocket) => void, fd?: number): BunListener {
  const place = fd !== undefined ? { fd } : placeOf(address);
  try {
    return bun!.listen({ ...place, allowHalfOpen: true, socket: { ...HANDLERS, open } });
  } catch (error) {
    throw placeError('listen', address, error);
  }
}

export const placeOf = (address: ListenAddress): Place => (address.kind === 'unix' ? { unix: address.path } : { hostname: address.host, port: address.port });

export function boundAddress(listener: BunListener): ListenAddress {
  const bound = { address: '', port: 0 };
  listener.getsockname(bound);
  return bound.address === '' ? { kind: 'unix', path: '' } : { kind: 'ip', host: bound.address, port: bound.port }; // '': inherited, and nobody knows its path
}
