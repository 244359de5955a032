import { latin1 } from '../../core/bytes.ts';
import type { Truth } from '../../core/contract/truth.ts';
import type { ProxyHeader, ProxyVersion } from '../../core/proxy-protocol/header.ts';
import { writeProxy } from '../../core/proxy-protocol/writer.ts';
import type { Wire } from '../../transport/wire.ts';

/** The client's connection, as far as a PROXY header tells of it. */
export type ClientLine = Pick<Wire, 'peer' | 'local' | 'tls' | 'proxied'>;

/**
 * The PROXY header that a connection to an app begins with, in latin1, for requests with this truth. Without a request it
 * is the front itself that asks (a health check): LOCAL, in version 1 UNKNOWN (proxy-protocol.txt §2). So it is where the
 * client or the door has no address: on unix sockets.
 *
 * It tells the truth and nothing else: who the client is and whether the request was secure come from there, so a trusted
 * proxy's word counts here exactly where it counts in a header. What only the handshake knows is told where the scheme is
 * the connection's own.
 */
export function proxyHeader(version: ProxyVersion, client: { readonly truth: Truth; readonly line: ClientLine } | undefined): string {
  const bytes = writeProxy(version, client === undefined ? { kind: 'local' } : headerFor(client.truth, client.line));
  return latin1(bytes, 0, bytes.length);
}

function headerFor(truth: Truth, { peer, local, tls, proxied }: ClientLine): ProxyHeader {
  if (truth.client === 'unix' || local.kind === 'unix') return { kind: 'local' };
  const header = {
    kind: 'proxied',
    // Of a client that a trusted proxy named nobody knows the port.
    source: { address: truth.client, port: truth.by.client === 'connection' && peer.kind === 'ip' ? peer.port : 0 },
    destination: local,
    secure: truth.scheme === 'https',
  } as const;
  if (truth.by.scheme !== 'connection') return header;
  const { alpn, version: tlsVersion } = tls ?? { alpn: proxied?.alpn, version: proxied?.tlsVersion };
  const authority = tls?.serverName ?? proxied?.authority;
  return { ...header, ...(alpn !== undefined && { alpn }), ...(authority !== undefined && { authority }), ...(tlsVersion !== undefined && { tlsVersion }) };
}
