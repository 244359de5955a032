import { connect as netConnect } from 'node:net';
import type { NetConnectOpts, OnReadOpts, Socket, SocketConstructorOpts } from 'node:net';
import type { ConnectAddress, ConnectOptions, ConnectTls, Wire } from '../wire.ts';
import { AppSocket } from './app-socket.ts';
import { NodeWire } from './wire.ts';
import { secure } from './secure.ts';
import { SecureAppWire } from './secure-wire.ts';
import { peerAt } from '../endpoint.ts';

/**
 * One buffer for what all apps send in the clear. Lent bytes die with the call they are told in, and the runtime fills it only just
 * before that call, so no two connections ever use it at once; a paused one does not read at all.
 *
 * Room for 64 KiB, which apps like to send at once, with the head before it: in a buffer of 64 KiB that is two reads here
 * and two writes to the client. Not much more: what is read is copied for TLS, and from 128 KiB on the C library takes
 * each such copy's memory from the kernel and gives it back.
 */
const lent = Buffer.allocUnsafeSlow(80 * 1024);

/** Connects to an app. What is written before the connection is up waits in the socket. */
export function connect(options: ConnectOptions): Wire {
  return options.tls === undefined ? connectPlain(options) : connectSecure(options, options.tls);
}

function connectPlain(options: ConnectOptions): Wire {
  const onread: OnReadOpts = {
    buffer: lent,
    callback: (length) => {
      wire.handler.onData(lent.subarray(0, length)); // never before the next turn of the loop: `wire` is there
      return true; // pausing goes through `pause()`, which stops the handle at once
    },
  };
  const socket = new AppSocket({ ...MODE, onread } as SocketConstructorOpts);
  socket.connect(place(options.address));
  const wire = new NodeWire(socket, socket, peerAt(options.address));
  socket.lastWords = wire;
  if (options.prelude !== undefined) {
    // So that it leaves in one packet with a request that is written in this turn of the loop.
    socket.cork();
    wire.write(options.prelude);
    process.nextTick(() => socket.uncork());
  }
  wire.begin(options.handler, 'onread');
  socket.once('connect', options.onConnect);
  return wire;
}

function connectSecure({ address, handler, prelude, onConnect }: ConnectOptions, tls: ConnectTls): Wire {
  const raw = netConnect({ ...place(address), ...MODE } as NetConnectOpts);
  if (prelude !== undefined) raw.once('connect', () => { writeAhead(raw, prelude); }); // before TLS hears of it and begins
  const socket = secure(raw, tls, onConnect);
  const wire = new SecureAppWire(socket, raw, peerAt(address));
  wire.begin(handler, 'data'); // a TLS socket over another one has no `onread`
  return wire;
}

const MODE = { noDelay: true, allowHalfOpen: true } as const;

const place = (address: ConnectAddress): { path: string } | { host: string; port: number } =>
  (address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port });

/**
 * Writes below TLS, which writes past this socket's own queue: so it has to leave at once. It does: a connection that has
 * just come up takes the few bytes of a prelude. Were it ever not so, none of it may be mixed with what TLS writes.
 */
function writeAhead(raw: Socket, prelude: Uint8Array | string): void {
  if (typeof prelude === 'string') raw.write(prelude, 'latin1');
  else raw.write(prelude);
  if (raw.writableLength > 0) raw.destroy(new Error('the system did not take the PROXY header at once'));
}
