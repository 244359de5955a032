/** What to put into an app so that it hears the front: one table for the loops' explanations, the command and the documents. */
import { PROFILES, type ProfileName } from '../contract/profiles.ts';
import { parseAddress } from '../contract/address.ts';
import { nearestNames } from '../suggest.ts';
import { howTold, TOLD, type Told, type ToldProfile } from '../policy/told.ts';
import { choose } from './choose.ts';
import * as node from './node.ts';
import * as python from './python.ts';
import * as servers from './servers.ts';
import type { Entry, Setting } from './setting.ts';

export const FRAMEWORKS = {
  django: python.django, flask: python.flask, fastapi: python.fastapi, gunicorn: python.gunicorn, uwsgi: python.uwsgi,
  rails: servers.rails, laravel: servers.laravel, symfony: servers.symfony, wordpress: servers.wordpress, php: servers.php,
  spring: servers.spring, aspnet: servers.aspnet, phoenix: servers.phoenix,
  express: node.express, fastify: node.fastify, koa: node.koa, hono: node.hono, next: node.next, nest: node.nest, node: node.node,
} as const satisfies Readonly<Record<string, Entry>>;

export type FrameworkName = keyof typeof FRAMEWORKS;
export type SettingsProfile = Exclude<ProfileName, 'none'>;

export interface SettingsOptions {
  /** What the front speaks (`--speaks`). Default `standard`. */
  readonly profile?: SettingsProfile | undefined;
  /** A header of one's own instead, as `--tell` has it: `Name: value`. */
  readonly tell?: string | undefined;
  /** The address that the front's connections come from, as the app sees it, or `unix`. Default: this machine's loopback. */
  readonly front?: string | undefined;
}

export interface FrameworkSettings {
  readonly framework: FrameworkName;
  /** As its makers write it. */
  readonly name: string;
  /** What the front speaks, for these settings to be right; `custom` for a header of one's own. */
  readonly speaks: ToldProfile;
  /** The header by which the app knows https, and its value then. */
  readonly header: string;
  readonly value: string;
  /** Every profile there are settings for; `custom` is any header of one's own. */
  readonly reads: readonly ToldProfile[];
  /** Where the profile that was asked for cannot be read, and another is spoken instead: why. */
  readonly unreadable: string | undefined;
  readonly settings: readonly Setting[];
}

/** A framework, profile or address that there are no settings for. The message names what can be written instead. */
export class SettingsError extends TypeError {
  constructor(message: string) {
    super(message);
    this.name = 'SettingsError';
  }
}

/**
 * The lines that make an app hear the front, with the reason and the trap of each.
 * @throws SettingsError for an unknown framework, a profile that does not exist, or what is no address.
 */
export function settings(framework: FrameworkName | (string & {}), { profile = 'standard', tell, front }: SettingsOptions = {}): FrameworkSettings {
  const key = keyOf(framework);
  const entry: Entry = FRAMEWORKS[key];
  if (front !== undefined && front !== 'unix' && parseAddress(front) === undefined) throw new SettingsError(`front: "${front}" is no address; expected an IP address such as 10.0.0.5, or unix.`);
  const asked = tell === undefined ? profileOf(profile) : ownHeader(tell);
  const { told, settings: own, unreadable } = choose(entry, readable(entry), asked, front);
  return {
    framework: key, name: entry.name, speaks: told.profile, header: told.header, value: told.value, unreadable, settings: own,
    reads: (Object.keys({ ...TOLD, custom: true }) as ToldProfile[]).filter((name) => readable(entry)[name] !== undefined),
  };
}

/** The app's half first, then what the framework has itself. */
function readable({ adapters, by }: Entry): Entry['by'] {
  if (adapters === undefined) return by;
  const profiles: readonly ToldProfile[] = ['standard', 'rfc7239', 'legacy', 'ssl-flag', 'front-end-https', 'custom'];
  return Object.fromEntries(profiles.map((profile) => [profile, [...adapters, ...by[profile] ?? []]]));
}

function profileOf(profile: string): Told {
  if (Object.hasOwn(TOLD, profile)) return TOLD[profile as SettingsProfile];
  throw new SettingsError(profile === 'none'
    ? 'The profile "none" tells the app nothing: name the header in which the front says it (tell).'
    : `There is no profile "${profile}"; expected ${Object.keys(PROFILES).filter((name) => name !== 'none').join(', ')}.`);
}

/** The lines are made to be copied into code: a name and a value that mean something there are refused. */
function ownHeader(tell: string): Told {
  const [, name, value] = /^([A-Za-z0-9][A-Za-z0-9-]*): *([\w{} .:/-]*[\w}])$/.exec(tell) ?? [];
  const told = name === undefined ? undefined : howTold('none', [{ name, value: value! }]);
  if (told === undefined) throw new SettingsError(`tell: "${tell}" does not say the scheme; expected a name and a value, such as X-Is-Secure: yes or X-Scheme-Is: {scheme}.`);
  return told;
}

/** By name as the table has it, or as its makers write it: `Next.js`, `ASP.NET Core`. */
function keyOf(written: string): FrameworkName {
  const keys = Object.keys(FRAMEWORKS) as FrameworkName[];
  const folded = fold(written);
  const key = keys.find((key) => key === folded || fold(FRAMEWORKS[key].name) === folded) ?? keys.find((key) => `${key}js` === folded);
  if (key !== undefined) return key;
  const near = nearestNames(written, keys);
  throw new SettingsError(`There are no settings for "${written}". ${near.length === 0 ? '' : `Did you mean ${near.join(' or ')}? `}There are for ${keys.join(', ')}.`);
}

const fold = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

export type { Setting } from './setting.ts';
