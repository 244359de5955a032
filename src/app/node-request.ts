import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import { ipPeer, type Peer } from '../core/contract/trust.ts';
import type { Asked } from './asked.ts';
import { fieldsOfRaw } from './fields.ts';

export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** Its target as it came: routers take the prefix they are mounted at off `url`. */
export const targetOfNode = (request: NodeRequest): string => (request as { readonly originalUrl?: string }).originalUrl ?? request.url ?? '/';

/** A request as Node's servers show it. */
export function askedOfNode(request: NodeRequest, target = targetOfNode(request)): Asked {
  const socket = request.socket as Socket & { readonly encrypted?: boolean };
  const { headers } = request;
  return {
    peer: peerOf(socket),
    scheme: socket.encrypted === true ? 'https' : 'http',
    method: request.method ?? 'GET',
    target,
    host: (headers[':authority'] as string | undefined) ?? headers.host ?? '',
    fields: fieldsOfRaw(request.rawHeaders),
  };
}

/**
 * Who is at the other end. A unix socket has no address, and neither has a connection that is gone already: the one is
 * told from the other by where the server listens, since a client could bring about the second.
 */
function peerOf(socket: Socket): Peer | undefined {
  const { remoteAddress } = socket;
  if (remoteAddress !== undefined) return ipPeer(remoteAddress);
  const { server } = socket as { readonly server?: { address(): unknown } };
  return typeof server?.address() === 'string' ? { kind: 'unix' } : undefined;
}
