import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { lstat, unlink } from 'node:fs/promises';
import type { Endpoint, ListenAddress, Listener, ListenOptions } from './wire.ts';
import { NodeWire } from './node-wire.ts';
import { ProxyGate } from './node-proxy.ts';
import type { Told } from './node-proxy.ts';
import { TlsDoor } from './node-tls.ts';
import { peerOf } from './node-endpoint.ts';

/** Opens a door. Rejects with the system's error. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { address, tls, proxyProtocol, onConnection } = options;
  const unixPath = address.kind === 'unix' ? address.path : undefined;
  let closing = false;

  const begin = (socket: Socket, wire: NodeWire): void => {
    if (closing) socket.destroy();
    else wire.begin(onConnection(wire), 'data');
  };
  const door = tls && new TlsDoor(tls, (socket, { raw, peer, origin }) => begin(socket, new NodeWire(socket, raw, peer, origin)));
  const arrive = (raw: Socket, peer: Endpoint, told?: Told): void => {
    if (closing) raw.destroy();
    else if (door !== undefined) door.accept(raw, peer, told);
    else begin(raw, new NodeWire(raw, raw, peer, told));
  };
  const gate = proxyProtocol && new ProxyGate(proxyProtocol, arrive);
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (raw) => {
    // Reset before it was accepted, as a balancer's port check is: it has no address any more, and nobody to answer.
    if (unixPath === undefined && raw.remoteAddress === undefined) { raw.destroy(); return; }
    const peer = peerOf(raw, unixPath);
    if (gate === undefined || closing) arrive(raw, peer);
    else gate.admit(raw, peer);
  });

  await bind(server, address);
  // From here on an error is one connection that could not be accepted (EMFILE): the door stays open.
  server.on('error', (error) => process.emitWarning(error));
  return {
    address: boundAddress(server, address),
    close() {
      closing = true;
      server.close(); // its callback would wait for every connection; the port is free at once
      gate?.close();
      door?.close();
      return Promise.resolve();
    },
  };
}

async function bind(server: Server, address: ListenAddress): Promise<void> {
  try {
    await bindOnce(server, address);
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!taken || address.kind !== 'unix' || !await isStale(address.path)) throw error;
    await unlink(address.path);
    await bindOnce(server, address);
  }
}

function bindOnce(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

/** A Unix socket that nobody listens on: its process died without removing it. */
async function isStale(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return false;
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => { probe.destroy(); resolve(false); });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

function boundAddress(server: Server, asked: ListenAddress): ListenAddress {
  const bound = server.address();
  return bound === null || typeof bound === 'string' ? asked : { kind: 'ip', host: bound.address, port: bound.port };
}
