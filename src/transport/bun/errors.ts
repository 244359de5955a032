import { wireError } from '../endpoint.ts';
import type { ConnectAddress, WireError } from '../wire.ts';

/**
 * Bun's errors in the words that Node's have, so that one log explains both: BoringSSL's lines
 * (`error:1000009c:SSL routines:OPENSSL_internal:HTTP_REQUEST`, all of them EPROTO) end in the reason, whose name is
 * OpenSSL's.
 */
export function bunError(error: unknown): WireError {
  const told = wireError(error);
  const reason = /^error:[0-9a-f]+:[^:]*:[^:]*:([A-Z0-9_]+)/.exec(told.message)?.[1];
  return reason === undefined ? told : { code: `ERR_SSL_${reason}`, message: `TLS: ${reason.toLowerCase().replaceAll('_', ' ')}` };
}

/** `what` could not be done at an address; Bun's own message leaves the reason out. */
export function placeError(what: 'listen' | 'connect', address: ConnectAddress, error: unknown): Error {
  const { code = 'ERR_UNKNOWN', message } = error as { code?: string; message?: string };
  const where = address.kind === 'unix' ? address.path : `${address.host}:${address.port}`;
  return Object.assign(new Error(message?.includes(code) === true ? message : `${what} ${code} ${where}`), { code });
}
