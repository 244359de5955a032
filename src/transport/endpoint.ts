import { canonical, parseAddress } from '../core/contract/address.ts';
import type { ConnectAddress, Endpoint, WireError } from './wire.ts';

/** One end of a TCP socket. One that is gone before it was asked has no address any more; nobody is told one that is not its own. */
export function ipEndpoint(address = '::', port = 0): Endpoint {
  return { kind: 'ip', address: canonicalText(address), port };
}

/** Whom a connection to an app is with. */
export function peerAt(address: ConnectAddress): Endpoint {
  return address.kind === 'unix' ? address : ipEndpoint(address.host, address.port);
}

/**
 * The one text of an address, so that a client has one name: an IPv4 client on an IPv6 socket is told as IPv4
 * (RFC 4291 §2.5.5.2), and without the zone, which means nothing outside this machine. A host name stays as it is.
 */
export function canonicalText(address: string): string {
  if (!address.includes(':')) return address; // what the system writes for IPv4 is canonical
  const parsed = parseAddress(address, 'drop-zone');
  return parsed === undefined ? address : canonical(parsed);
}

/** The system's words for what went wrong. An error of several attempts (a name with two addresses) is told as the last of them. */
export function wireError(error: unknown): WireError {
  const { code, message, errors, certificate } = error as { code?: unknown; message?: unknown; errors?: unknown; certificate?: unknown };
  if (Array.isArray(errors) && errors.length > 0) return wireError(errors[errors.length - 1]);
  return {
    code: typeof code === 'string' ? code : 'ERR_UNKNOWN',
    message: typeof message === 'string' ? message : String(error),
    ...(typeof certificate === 'string' && { certificate }),
  };
}
