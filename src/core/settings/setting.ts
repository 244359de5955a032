import type { ToldProfile } from '../policy/told.ts';

/**
 * One thing to put into an app, so that it takes what the front says for true. In the texts stand {header} and {value} as
 * they are written, {HEADER} in capitals, {meta} the header as a WSGI or CGI variable, {front} the address the front comes
 * from, {proxy} the same for Express and Fastify, {allow} for Uvicorn, {regex} for Tomcat, {options} for `sallyport()`, {withSecret}
 * where that believes a secret alone.
 */
export interface Setting {
  /** The file or the command it belongs into. */
  readonly where: string;
  /** What the lines are written in, as a fence of Markdown names it; `sh` for commands. */
  readonly language: string;
  readonly lines: readonly string[];
  /** What is right afterwards. */
  readonly why: string;
  /** What goes wrong with it, and whom it believes. */
  readonly trap: string;
}

export type ByProfile = Readonly<Partial<Record<ToldProfile, readonly Setting[]>>>;

/** A framework or app server, and how it hears. */
export interface Entry {
  readonly name: string;
  /** By how the app is told. A profile that is not here is one that it cannot read by a setting of its own. */
  readonly by: ByProfile;
  /** The app's half of Sallyport for it, which reads every profile. */
  readonly adapters?: readonly Setting[];
  /** Reads `X-Forwarded-Proto` with nothing set: where the front says that, no line is needed. */
  readonly unasked?: true;
  /** Where it loops although it reads this profile by itself: something between it and the front is to blame. */
  readonly looping?: ByProfile;
  /** Why it cannot read a profile, where that is not plain. */
  readonly unreadable?: Readonly<Partial<Record<ToldProfile, string>>>;
}

/** The profiles that are one header of any name with one value, and the user's own: the same setting reads all of them. */
export const named = (...settings: Setting[]): ByProfile => ({ 'standard': settings, 'legacy': settings, 'ssl-flag': settings, 'front-end-https': settings, 'custom': settings });
