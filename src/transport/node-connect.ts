import { connect as netConnect } from 'node:net';
import type { NetConnectOpts, OnReadOpts } from 'node:net';
import type { ConnectOptions, Endpoint, Wire } from './wire.ts';
import { NodeWire } from './node-wire.ts';
import { canonicalText } from './node-endpoint.ts';

/**
 * One buffer for what all apps send. Lent bytes die with the call they are told in, and the runtime fills it only just
 * before that call, so no two connections ever use it at once; a paused one does not read at all.
 */
const lent = Buffer.allocUnsafeSlow(64 * 1024);

/** Connects to an app. What is written before the connection is up waits in the socket. */
export function connect(options: ConnectOptions): Wire {
  const { address } = options;
  const onread: OnReadOpts = {
    buffer: lent,
    callback: (length) => {
      wire.handler.onData(lent.subarray(0, length)); // never before the next turn of the loop: `wire` is there
      return true; // pausing goes through `pause()`, which stops the handle at once
    },
  };
  const where = address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
  const socket = netConnect({ ...where, onread, noDelay: true, allowHalfOpen: true } as NetConnectOpts);
  const peer: Endpoint = address.kind === 'unix' ? address : { kind: 'ip', address: canonicalText(address.host), port: address.port };
  const wire = new NodeWire(socket, socket, peer);
  if (options.prelude !== undefined) {
    // So that it leaves in one packet with a request that is written in this turn of the loop. (TLS over this socket
    // would write past the socket's own queue: the prelude could not wait there.)
    socket.cork();
    wire.write(options.prelude);
    process.nextTick(() => socket.uncork());
  }
  wire.begin(options.handler, 'onread');
  socket.once('connect', options.onConnect);
  return wire;
}
