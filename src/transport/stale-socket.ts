import { existsSync, linkSync, renameSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import type { ListenAddress } from './wire.ts';

/** Binds; where a Unix socket's file is in the way that nobody listens on (its process died without removing it), takes its place. */
export async function bindOver<Bound>(address: ListenAddress, bind: () => Bound | Promise<Bound>): Promise<Bound> {
  try {
    return await bind();
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!taken || address.kind !== 'unix' || !await isStale(address.path)) throw error;
    await unlink(address.path);
    return await bind();
  }
}

/**
 * Closes a listener whose runtime would take its unix socket's file away, and leaves the file. It is gone for the time
 * between two calls of the system, as no runtime can be told to leave it.
 */
export function closeBeside({ kind, path = '' }: { readonly kind: string; readonly path?: string }, close: () => void): void {
  if (kind !== 'unix' || !existsSync(path)) { close(); return; }
  const aside = `${path}.${process.pid}`;
  linkSync(path, aside);
  close();
  renameSync(aside, path);
}

async function isStale(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return false;
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => { probe.destroy(); resolve(false); });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
