/**
 * Tells when files have been replaced. It looks every few seconds, because notifications from the system follow an
 * inode and are lost when a name is given to another one, which is how certbot (symbolic links) and Kubernetes
 * (a swapped folder) replace files.
 */
import { stat } from 'node:fs/promises';
import { CertificateError } from './events.ts';
import type { Clock } from './events.ts';

export interface WatchOptions {
  readonly files: readonly string[];
  readonly clock: Clock;
  /** Milliseconds between looks. */
  readonly interval: number;
  /** Milliseconds that files may be unusable before it is reported: a key is often written some time after its certificate. */
  readonly patience: number;
  /** Loads the files; rejects where they cannot be used. */
  readonly load: () => Promise<void>;
  readonly onBroken: (error: CertificateError) => void;
}

/** Begins to watch from the files as they were at `seen` (from {@link fingerprint}, taken before they were read). Gives what ends it. */
export function watchFiles(options: WatchOptions, seen: string): () => void {
  const { clock, interval, patience } = options;
  let loaded = seen;
  let last = seen;
  let broken: { readonly state: string; waited: number; reported: boolean } | undefined;
  let busy = false;
  let stopped = false;

  const look = async (): Promise<void> => {
    const now = await fingerprint(options.files);
    const quiet = now === last; // still being written, if not
    last = now;
    if (now !== broken?.state) broken = undefined;
    if (now === loaded || !quiet || broken?.reported || stopped) return;
    try {
      await options.load();
      loaded = now;
    } catch (error) {
      // Counted in looks: the clock of the day may be set back meanwhile.
      if (broken === undefined) broken = { state: now, waited: 0, reported: false };
      else broken.waited += interval;
      if (broken.waited < patience) return;
      broken.reported = true;
      options.onBroken(error as CertificateError);
    }
  };
  const stop = clock.every(interval, () => {
    if (busy) return;
    busy = true;
    void look().finally(() => { busy = false; });
  });
  return () => { stopped = true; stop(); };
}

/** Changes when any of the files, as their names now resolve, does. Never rejects. */
export async function fingerprint(files: readonly string[]): Promise<string> {
  const parts = files.map((file) => stat(file, { bigint: true }).then(
    ({ dev, ino, size, mtimeNs, ctimeNs }) => [dev, ino, size, mtimeNs, ctimeNs].join(':'),
    (error: NodeJS.ErrnoException) => error.code ?? 'unknown',
  ));
  return (await Promise.all(parts)).join(' ');
}
