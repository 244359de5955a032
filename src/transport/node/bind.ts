import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { bindOver, closeBeside } from '../stale-socket.ts';
import type { Bound, ListenAddress } from '../wire.ts';

/** As much of Node's handles as is used here. */
interface Handle {
  readonly fd: number;
  getsockname?(into: { address?: string; port?: number }): number;
  close(): void;
}

/**
 * What node:cluster itself binds with in the process that its workers share a socket of. It has no public name; a
 * net.Server would accept what is for the workers. Gives libuv's number of an error in the place of a handle.
 */
const { _createServerHandle: createHandle } = net as unknown as {
  _createServerHandle(address: string, port: number, kind: 4 | 6 | -1): Handle | number;
};

/** Binds and does not listen: the first child that does opens the door for all. */
export async function bind(address: ListenAddress): Promise<Bound> {
  return await bindOver(address, () => bindOnce(address));
}

function bindOnce(address: ListenAddress): Bound {
  const handle = address.kind === 'unix' ? createHandle(address.path, -1, -1) : createHandle(address.host, address.port, net.isIPv6(address.host) ? 6 : 4);
  if (typeof handle === 'number') throw systemError(handle, address);
  const bound: { address?: string; port?: number } = {};
  // libuv keeps an address that is taken to itself until it is asked for something.
  const failure = handle.getsockname?.(bound) ?? 0;
  if (failure !== 0) {
    handle.close();
    throw systemError(failure, address);
  }
  return {
    address: address.kind === 'unix' ? address : { kind: 'ip', host: bound.address!, port: bound.port! },
    fd: handle.fd,
    close(keepFile = false) {
      if (keepFile) closeBeside(address, () => handle.close());
      else handle.close();
      return Promise.resolve();
    },
  };
}

function systemError(number: number, address: ListenAddress): Error {
  const code = getSystemErrorName(number);
  const where = address.kind === 'unix' ? address.path : `${address.host}:${address.port}`;
  return Object.assign(new Error(`bind ${code} ${where}`), { code });
}
