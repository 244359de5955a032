import { TOLD, type Told } from '../policy/told.ts';
import { fill } from './fill.ts';
import type { ByProfile, Entry, Setting } from './setting.ts';

/** What makes an app hear; a loop's explanation and the settings a person asks for are both made of it. */
export interface Chosen {
  readonly settings: readonly Setting[];
  /** How the front has to tell the app for these settings: another way than was asked for where the app cannot read that. */
  readonly told: Told;
  /** Why not the way that was asked for; undefined: that one it is. */
  readonly unreadable: string | undefined;
}

/** `by` is the entry's, or what is to be used in its place. `told` undefined: in no way at all. */
export function choose({ name, unreadable }: Pick<Entry, 'name' | 'unreadable'>, by: ByProfile, told: Told | undefined, front?: string): Chosen {
  const found = told === undefined ? undefined : by[told.profile];
  if (told !== undefined && found !== undefined) return { settings: found.map((setting) => fill(setting, told, front)), told, unreadable: undefined };
  return {
    settings: (by.standard ?? []).map((setting) => fill(setting, TOLD.standard, front)),
    told: TOLD.standard,
    unreadable: told === undefined ? 'Tells the app X-Forwarded-Proto, which most frameworks can read.'
      : `${capital(name)} has no setting that reads "${told.header}"${unreadable?.[told.profile] === undefined ? '' : ` (${unreadable[told.profile]})`}; X-Forwarded-Proto it can read.`,
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
