import type { Server, Socket } from 'node:net';
import { ipEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../wire.ts';
import { handleOf } from './handle.ts';

/** How the two ends of a socket are told. `unixPath`: where the socket is a Unix one, whose peers have no name of their own. */
export function peerOf(socket: Socket, unixPath: string | undefined): Endpoint {
  return unixPath === undefined ? ipEndpoint(socket.remoteAddress, socket.remotePort) : { kind: 'unix', path: unixPath };
}

export function localOf(socket: Socket, unixPath: string | undefined): Endpoint {
  return unixPath === undefined ? ipEndpoint(socket.localAddress, socket.localPort) : { kind: 'unix', path: unixPath };
}

/** A socket's descriptor, where it has one; on Windows -1. */
export function descriptorOf(socket: Socket | Server): number | undefined { return handleOf(socket)?.fd; }
