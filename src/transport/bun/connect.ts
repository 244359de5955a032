import { placeError } from './errors.ts';
import { bun, HANDLERS, NOBODY } from './runtime.ts';
import type { BunSocket, Handlers } from './runtime.ts';
import { secure } from './secure.ts';
import { noneLeft } from '../descriptors.ts';
import { BunWire } from './wire.ts';
import { peerAt } from '../endpoint.ts';
import type { ConnectOptions, Wire } from '../wire.ts';

/** Connects to an app. What is written before the connection is up waits in the wire. */
export function connect(options: ConnectOptions): Wire {
  const { address, tls, prelude } = options;
  const wire = new BunWire(peerAt(address));
  wire.handler = options.handler;
  // Where it has no descriptor for a connection, Bun says that the app refused it.
  const failed = (error: unknown): void => wire.onClosed(placeError('connect', address, noneLeft() ? { code: 'EMFILE' } : error));
  const up = (socket: BunSocket): void => {
    socket.data = NOBODY;
    // Bun gives no hold on a connection that is not up yet: one that was given up is dropped now.
    if (wire.gone) socket.terminate();
    else if (tls !== undefined) secure(socket, wire, { tls, prelude, onUp: options.onConnect });
    else {
      wire.open(socket, 'plain');
      options.onConnect();
    }
  };
  if (prelude !== undefined && tls === undefined) wire.write(prelude);
  const place = address.kind === 'unix' ? { unix: address.path } : { hostname: address.host, port: address.port };
  const socket: Handlers = { ...HANDLERS, open: up, connectError(_, error) { failed(error); } };
  bun!.connect({ ...place, allowHalfOpen: true, socket, data: NOBODY }).catch(failed); // told by connectError as well
  return wire;
}
