import { hstsConflict, hstsLine, parseHsts } from '../core/policy/hsts.ts';
import { compileHosts } from '../core/policy/hosts.ts';
import { allHttps, compileSchemes, type SchemeEntries, type SchemePolicy, type SchemeRules } from '../core/policy/scheme.ts';
import { OptionError, type Options } from './options.ts';

/** What the options say about paths, hosts and answers, compiled. */
export interface Policy {
  readonly schemes: SchemeRules;
  /** Whether this host is served. */
  readonly serves: (host: string) => boolean;
  /** The value of `Strict-Transport-Security`; undefined: the app's own. */
  readonly hsts: string | undefined;
  /** Whether browsers are told to come over https alone: `hsts`, and not to take it back. */
  readonly remembersHttps: boolean;
  /** Whether a cookie that is set on a secure request to a path of this policy gets `Secure`. */
  readonly secures: (policy: SchemePolicy) => boolean;
}

const POLICIES: readonly unknown[] = ['https', 'http', 'either'] satisfies SchemePolicy[];

/** @throws OptionError naming the option. */
export function compilePolicy(options: Options): Policy {
  const entries = schemeEntries(options.https);
  const schemes = attempt('https', () => compileSchemes(entries, options.health ?? []));
  const { secureCookies } = options;
  const unruled = options.https === undefined;
  return {
    schemes,
    serves: compileServes(options.hosts),
    hsts: compileHsts(options, entries),
    remembersHttps: options.hsts !== undefined && parseHsts(String(options.hsts)).maxAge > 0,
    secures: (policy) => secureCookies !== false && (policy === 'https' || (unruled && secureCookies === true)),
  };
}

/** Paths without a rule are `either`: an app that asks for nothing is not redirected. */
function schemeEntries(https: Options['https']): SchemeEntries {
  if (https === undefined) return [['/', 'either']];
  if (typeof https === 'string') return [['/', checked(https)]];
  if (typeof https !== 'object' || https === null) throw new OptionError('https', `${String(https)} is none; expected 'https', 'http', 'either' or an object of path prefixes and these.`);
  return [['/', 'either'], ...Object.entries(https).map(([prefix, policy]) => [prefix, checked(policy)] as const)];
}

function checked(policy: SchemePolicy): SchemePolicy {
  if (!POLICIES.includes(policy)) throw new OptionError('https', `${JSON.stringify(policy)} is no policy; expected 'https', 'http' or 'either'.`);
  return policy;
}

function compileHsts({ hsts, https }: Options, entries: SchemeEntries): string | undefined {
  if (hsts === undefined) return undefined;
  const parsed = attempt('hsts', () => parseHsts(String(hsts)));
  // Without a policy here the front's may be https for every path; with one that is mixed HSTS would break it.
  const conflict = https === undefined || allHttps(entries) ? undefined : hstsConflict(parsed, entries.filter(([prefix]) => prefix !== '/' || entries.length === 1));
  if (conflict !== undefined) throw new OptionError('hsts', conflict);
  return hstsLine(parsed).replace(/^[^:]+: |\r\n$/g, '');
}

function compileServes(hosts: Options['hosts']): Policy['serves'] {
  if (hosts === undefined) return () => true;
  if (hosts.length === 0) throw new OptionError('hosts', 'an empty list would refuse everybody; name at least one host, or leave the option out.');
  const table = compileHosts(hosts.map((host) => [checkedHost(host), true] as const));
  return (host) => table.pick(host) === true;
}

function checkedHost(written: string): string {
  const host = written.toLowerCase().replace(/\.$/, '');
  if (!/^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$|^\[[0-9a-f:.]+\]$/.test(host)) {
    throw new OptionError('hosts', `"${written}" is no host name; expected a name without scheme, port and path, such as shop.example, *.shop.example, 192.0.2.1 or [2001:db8::1] (names with other letters in their xn-- form).`);
  }
  return host;
}

function attempt<T>(option: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new OptionError(option, (error as Error).message);
  }
}
