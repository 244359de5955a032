import { closeSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { placeError } from './errors.ts';
import { boundAddress, placeOf } from './listen.ts';
import { bun } from './runtime.ts';
import type { BunListener } from './runtime.ts';
import { bindOver, closeBeside } from '../stale-socket.ts';
import type { Bound, ListenAddress } from '../wire.ts';

/** Where the system's C library is: GNU's, musl's, macOS's. */
const C_LIBRARIES = ['libc.so.6', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`, 'libSystem.B.dylib'];

/**
 * Listens, keeps a second descriptor of the socket and closes the first, all before Bun could accept anything: the address
 * is this process's, and only what gets the descriptor accepts on it.
 */
export async function bind(address: ListenAddress): Promise<Bound> {
  return await bindOver(address, () => bindOnce(address));
}

function bindOnce(address: ListenAddress): Bound {
  const listener = listen(address);
  const bound = address.kind === 'unix' ? address : boundAddress(listener);
  const fd = duplicate(listener.fd);
  closeBeside(address, () => { listener.stop(); });
  return {
    address: bound,
    fd,
    close(keepFile = false) {
      closeSync(fd);
      if (address.kind === 'unix' && !keepFile) rmSync(address.path, { force: true });
      return Promise.resolve();
    },
  };
}

function listen(address: ListenAddress): BunListener {
  try {
    return bun!.listen({ ...placeOf(address), allowHalfOpen: true, socket: { data() {} } });
  } catch (error) {
    throw placeError('listen', address, error);
  }
}

interface Library { readonly symbols: { dup(fd: number): number } }
interface Ffi { dlopen(name: string, functions: object): Library }

let dup: ((fd: number) => number) | undefined;

/** dup(2), which Bun has no function of its own for. */
function duplicate(fd: number): number {
  dup ??= library().symbols.dup;
  const second = dup(fd);
  if (second < 0) throw Object.assign(new Error('no descriptor is left for a second one of a door'), { code: 'EMFILE' });
  return second;
}

function library(): Library {
  const { dlopen } = createRequire(import.meta.url)('bun:ffi') as Ffi;
  let failure: unknown;
  for (const name of C_LIBRARIES) {
    try {
      return dlopen(name, { dup: { args: ['i32'], returns: 'i32' } });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
