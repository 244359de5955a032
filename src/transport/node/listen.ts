import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Admission, Told } from '../admission.ts';
import type { Endpoint, ListenAddress, Listener, ListenOptions } from '../wire.ts';
import { NodeWire } from './wire.ts';
import { ProxyGate } from './proxy.ts';
import { TlsDoor } from './tls.ts';
import { shownOn } from './tls-server.ts';
import { descriptorOf, peerOf } from './endpoint.ts';
import { bindOver, closeBeside } from '../stale-socket.ts';

/** Opens a door. Rejects with the system's error. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { address, fd, tls, proxyProtocol, admits, onUnaccepted, onConnection } = options;
  let unixPath = address.kind === 'unix' ? address.path : undefined;

  const begin = (wire: NodeWire): void => { wire.begin(onConnection(wire), 'data'); };
  const door = tls && new TlsDoor(tls, (socket, { raw, peer, origin, policy }) => {
    const wire = new NodeWire(socket, raw, peer, origin);
    if (policy !== undefined) wire.tls = { ...wire.tls!, policy, shown: shownOn(socket) };
    begin(wire);
  });
  const arrive = (raw: Socket, peer: Endpoint, told?: Told): void => {
    if (door !== undefined) door.accept(raw, peer, told);
    else begin(new NodeWire(raw, raw, peer, told));
  };
  const waiting = new Set<Admission>();
  let gate = proxyProtocol && new ProxyGate(proxyProtocol, arrive, waiting);
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (raw) => {
    // Reset before it was accepted, as a balancer's port check is: it has no address any more, and nobody to answer.
    if (unixPath === undefined && raw.remoteAddress === undefined) { raw.destroy(); return; }
    const peer = peerOf(raw, unixPath);
    if (admits?.(peer, descriptorOf(raw)) === false) raw.destroy();
    else if (gate === undefined) arrive(raw, peer);
    else gate.admit(raw, peer);
  });

  if (fd !== undefined) await bind(server, { fd });
  else await bindOver(address, () => bind(server, address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }));
  const bound = boundAddress(server, address);
  if (bound.kind === 'unix') unixPath = bound.path;
  // From here on an error is one connection that could not be accepted (ENFILE): the door stays open.
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (onUnaccepted === undefined) process.emitWarning(error);
    else onUnaccepted(error.code ?? 'unknown');
  });
  return {
    address: bound,
    get fd() { return descriptorOf(server); },
    get arriving() { return waiting.size + (door?.size ?? 0); },
    change(terms) {
      const changed = terms.tls && door?.change(terms.tls);
      return () => {
        changed?.();
        gate = terms.proxyProtocol && new ProxyGate(terms.proxyProtocol, arrive, waiting);
      };
    },
    close(keepFile = false) {
      // Its callback would wait for every connection; the port is free at once. Only of a socket that is its own it takes the file away.
      if (keepFile && fd === undefined) closeBeside(bound, () => server.close());
      else server.close();
      door?.close();
      return Promise.resolve();
    },
    abandon() {
      for (const admission of waiting) admission.abandon();
      door?.abandon();
    },
  };
}

type Place = { readonly host: string; readonly port: number } | { readonly path: string } | { readonly fd: number };

function bind(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function boundAddress(server: Server, asked: ListenAddress): ListenAddress {
  const bound = server.address();
  if (bound !== null && typeof bound !== 'string') return { kind: 'ip', host: bound.address, port: bound.port };
  return asked.kind === 'unix' ? asked : { kind: 'unix', path: '' }; // inherited, and nobody knows its path
}
