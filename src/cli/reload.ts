import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '../certs/events.ts';
import { watchFiles } from '../certs/watch.ts';
import { unchangeable, type Unchangeable } from '../config/changes.ts';
import type { Settings } from '../config/settings/settings.ts';
import { flagOf } from './flags-to-config.ts';
import { inheritedCount } from './inherited.ts';
import type { Serving } from './serve.ts';
import type { ReadSettings, Watched } from './settings.ts';
import { RunError } from './terminal.ts';

/** What a front runs by, and how to read that anew. */
export interface Origin {
  readonly settings: Settings;
  /** Rejects with a ConfigError. */
  readonly read: () => Promise<ReadSettings>;
  /** The file whose changes reload. */
  readonly watched?: Watched | undefined;
}

/** Reads the configuration anew and lets it count; gives what was done. Rejects, with the one from before in force, where that cannot be. */
export type Reload = () => Promise<string>;

/**
 * One reload at a time; who asks while one runs gets the next, which sees all that is written by then. Where one is refused
 * the log says why, whoever asked.
 */
export function createReload(front: Pick<Serving, 'log' | 'reload'>, { settings, read }: Origin): Reload {
  let current = settings;
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<string> | undefined;
  const reload = async (): Promise<string> => {
    try {
      const { settings: wanted, file } = await read();
      refuse(unchangeable(current, wanted, arePlaced(current)));
      await front.reload(wanted);
      const message = said(file, isDeepStrictEqual(current, wanted));
      current = wanted;
      front.log.event({ event: 'reloaded', level: 'info', message });
      return message;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      front.log.event({ event: 'reload-refused', level: 'error', message: `${REFUSED} ${reason.replaceAll(/\.?\n/g, '; ')}` });
      throw new RunError(`${REFUSED}\n${reason.replace(/^/gm, '  ')}`);
    }
  };
  return () => next ??= last = last.then(begin, begin);
  function begin(): Promise<string> {
    next = undefined;
    return reload();
  }
}

const REFUSED = 'The configuration was read anew and is refused; the one from before stays in force:';

function said(file: string | undefined, same: boolean): string {
  if (file === undefined) return 'There is no configuration file; the files that the flags name were read anew, and count for every new request.';
  return same ? `Nothing has changed in ${file}. The files that it names were read anew.` : `${file} was read anew and counts for every new request.`;
}

const NEXT = {
  upgrade: 'sallyport upgrade takes the whole configuration over without a gap',
  restart: 'stop the front and start it anew: where its doors are is settled at its start',
} as const;

function refuse(found: readonly Unchangeable[]): void {
  if (found.length === 0) return;
  const how = found.some((one) => one.how === 'restart') ? 'restart' : 'upgrade';
  const lines = found.map(({ key, because }) => `${key} (${flagOf(key)}) has changed, which a reload cannot do${because === undefined ? '' : `: ${because}`}.`);
  throw new RunError([...lines, `Next: ${NEXT[how]}.`].join('\n'));
}

/** Whether doors are where they were told to be, so that nothing else in the configuration moves them. */
function arePlaced(settings: Settings): boolean {
  return inheritedCount(process.env) > 0 || (['https', 'http'] as const).every((door) => settings[door].kind === 'at' || settings[door].kind === 'off');
}

/** Milliseconds between looks at a watched file. One that is as it was at the look before is whole: whoever writes it is through. */
const LOOK_EVERY = 500;

/** Reloads when the file was changed; once for each state of it, whatever comes of that. Gives what ends it. */
export function watch({ path, seen }: Watched, reload: Reload): () => void {
  return watchFiles({
    files: [path], clock: systemClock, interval: LOOK_EVERY, patience: 0,
    load: async () => { await reload(); },
    onBroken: () => {}, // the log has said why
  }, seen);
}
