/** The process that answers the admin address, so that its parent, who has the keys and may be root, reads no HTTP at all. */
import { openAdmin } from '../../front/admin/admin.ts';
import { adminScheme } from '../../front/admin/place.ts';
import type { Front } from '../../front/front.ts';
import type { Snapshot } from '../../front/metrics/snapshot.ts';
import { nativeTransport, runtime } from '../../transport/runtime.ts';
import { inWords } from '../open-front.ts';
import { version } from '../version.ts';
import type { ToParent } from './channel.ts';
import type { Start } from './messages.ts';
import type { Share } from './part.ts';

/** Opens it, on the descriptor that it was handed, with the figures that it is told from time to time: when the first are there. It counts nothing itself. */
export async function openStatus({ settings, doors, figures }: Start, part: Share, line: ToParent): Promise<Pick<Front, 'prepare' | 'snapshot' | 'stop'>> {
  const own = settings.admin!;
  let newest = figures ?? await new Promise<Snapshot>((resolve) => { line.hear('figures', resolve); });
  line.hear('figures', (next) => { newest = next; });
  const admin = await inWords(settings, () => openAdmin(settings, own, {
    transport: nativeTransport, log: part.log.log, certificates: part.certificates, readFile: part.readFile,
    inherited: doors[adminScheme(settings, own)], snapshot: () => newest, build: { version: version(), runtime },
  }));
  return {
    prepare: (next, share) => Promise.resolve({ commit: () => { admin.renew(next, share?.certificates); }, drop: () => {} }),
    snapshot: () => undefined,
    stop: () => admin.close(),
  };
}
