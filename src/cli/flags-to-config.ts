import { resolve } from 'node:path';
import { parseGuardFlag } from '../config/resolve/guards.ts';
import { parseTrustHeader } from '../config/values/names.ts';
import { splitRule } from '../config/values/prefix.ts';
import { pathText, Problems, type Path } from '../config/problems.ts';
import type { Flags } from './flags.ts';

/** What flags say, as a configuration file would say it, and what each key's flag is called. */
export interface FlagConfig {
  /** Keys of the whole front. */
  readonly front: Readonly<Record<string, unknown>>;
  /** Keys of one site. */
  readonly site: Readonly<Record<string, unknown>>;
  readonly problems: Problems;
}

/** Flags in the file's words. Relative paths count from `cwd`, wherever the configuration file beside them stands. */
export function configFromFlags(app: string | undefined, flags: Flags, cwd: string): FlagConfig {
  const problems = new Problems();
  const rules = <T>(flag: string, lines: readonly string[] | undefined, example: string, value: (text: string) => T): Record<string, T> | undefined =>
    lines && byPrefix({ problems, flag, example, value }, lines);
  const file = (path: string | undefined): string | undefined => path && resolve(cwd, path);
  const place = (text: string | undefined): string | undefined => text?.replace(/^((?:uwsgi\+|fastcgi\+)?unix:)([^/].*)$/i, (_, scheme: string, path: string) => scheme + resolve(cwd, path));
  const places = (text: string | undefined): string | undefined => text?.split(',').map((one) => place(one.trim())).join(',');
  if (flags.static === undefined) refuseStaticOptions(flags, problems);
  return {
    problems,
    front: given({
      https: place(flags.https),
      http: place(flags.http),
      publicHttpsPort: digits(flags.publicHttpsPort),
      publicHttpPort: digits(flags.publicHttpPort),
      certificates: certificates(flags, problems, file),
      tls: group(given({ min: flags.tlsMin, ciphers: flags.tlsCiphers })),
      trust: flags.trust,
      trustHeaders: trustHeaders(flags, problems),
      acceptProxy: flags.acceptProxy,
      secretFile: file(flags.secretFile),
      allowHeaders: flags.allowHeader,
      log: flags.log,
      workers: digits(flags.workers),
      user: flags.user,
      logFile: file(flags.logFile),
      logHide: flags.logHide?.flatMap((names) => names.split(',').map((name) => name.trim())),
      admin: digits(place(flags.admin)),
      adminPasswordFile: file(flags.adminPasswordFile),
      adminHosts: flags.adminHost,
      maxConnections: digits(flags.maxConnections),
      grace: flags.grace,
      reloadGrace: flags.reloadGrace,
      bodyRate: flags.bodyRate,
      sendRate: flags.sendRate,
      timeouts: rules('--timeout', flags.timeout, '--timeout answer=2m', (text) => text),
    }),
    site: given({
      app: places(app),
      root: file(flags.root),
      upstream: upstream(flags, file),
      domains: flags.domain,
      routes: rules('--static', flags.static, '--static /media/=./media', (dir) => given({
        static: file(dir), missing: flags.staticMissing, cacheControl: flags.staticCache, fallback: flags.staticFallback, precompressed: flags.staticPrecompressed,
      })),
      scheme: rules('--scheme', flags.scheme, "--scheme '/checkout/=https'", (policy) => policy),
      guards: rules('--guard', flags.guard, "--guard '/=basic:staging.htpasswd'", (text) => parseGuardFlag(text, (path) => resolve(cwd, path))),
      rates: rules('--rate', flags.rate, '--rate /login/=5/m', (text) => text),
      health: flags.health,
      www: flags.www,
      hsts: flags.hsts,
      clientCertificates: clientCertificates(flags, problems, file),
      speaks: flags.speaks,
      tell: flags.tell,
      secureCookies: onOff(flags.secureCookies),
      compress: flags.compress,
      maxBody: flags.maxBody,
      streamBodies: flags.streamBodies,
      readAhead: flags.readAhead,
    }),
  };
}

/** Undefined where no flag says anything of it. */
function upstream(flags: Flags, file: (path: string | undefined) => string | undefined): Record<string, unknown> | undefined {
  return group(given({ ca: file(flags.upstreamCa), serverName: flags.upstreamName, insecure: flags.upstreamInsecure, sendProxy: flags.sendProxy, maxConcurrent: digits(flags.maxConcurrent), queue: digits(flags.queue) }));
}

const group = (keys: Record<string, unknown>): Record<string, unknown> | undefined => (Object.keys(keys).length === 0 ? undefined : keys);

const given = (keys: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));

/** Digits become the number they are; anything else stays for the schema to refuse. */
const digits = (text: string | undefined): string | number | undefined => (text !== undefined && /^\d+$/.test(text) ? Number(text) : text);

const onOff = (text: string | undefined): boolean | string | undefined => (text === 'on' ? true : text === 'off' ? false : text);

interface RuleFlag<T> { readonly problems: Problems; readonly flag: string; readonly example: string; readonly value: (text: string) => T }

function byPrefix<T>({ problems, flag, example, value }: RuleFlag<T>, lines: readonly string[]): Record<string, T> {
  const found: Record<string, T> = {};
  for (const line of lines) {
    const rule = problems.at([flag], line, () => {
      const [prefix, text] = splitRule(line, example);
      return [prefix, value(text)] as const;
    });
    if (rule === undefined) continue;
    if (Object.hasOwn(found, rule[0])) problems.add({ path: [flag], seen: line, expected: `${rule[0]} once`, next: 'Keep one of them' });
    found[rule[0]] = rule[1];
  }
  return found;
}

function certificates({ cert = [], key = [], keyPassFile = [] }: Flags, problems: Problems, file: (path: string) => string | undefined): unknown {
  if (cert.length === 0 && key.length === 0) {
    if (keyPassFile.length > 0) problems.add({ path: ['--key-pass-file'], seen: keyPassFile.join(', '), expected: 'a --key that it is for', next: 'Example: --cert site.pem --key site.key --key-pass-file pass' });
    return undefined;
  }
  if (cert.length !== key.length) {
    const [more, less] = cert.length > key.length ? ['--cert', '--key'] : ['--key', '--cert'];
    problems.add({ path: [more], seen: (more === '--cert' ? cert : key).join(', '), expected: `one ${less} for each ${more}`, next: `There are ${cert.length} --cert and ${key.length} --key; they go together in the order given` });
    return undefined;
  }
  if (keyPassFile.length > 1 && keyPassFile.length !== key.length) {
    problems.add({ path: ['--key-pass-file'], seen: keyPassFile.join(', '), expected: 'one, or one for each --key', next: `There are ${keyPassFile.length} and ${key.length} --key; one that is for all of them is enough` });
  }
  return cert.map((path, i) => {
    const pass = keyPassFile.length > 1 ? keyPassFile[i] : keyPassFile[0];
    return given({ cert: file(path), key: file(key[i]!), passFile: pass && file(pass) });
  });
}

function clientCertificates({ clientCa, clientCertOptional }: Flags, problems: Problems, file: (path: string | undefined) => string | undefined): unknown {
  if (clientCa === undefined && clientCertOptional === true) {
    problems.add({ path: ['--client-cert-optional'], seen: undefined, expected: 'a --client-ca beside it', next: 'Example: --client-ca clients.pem --client-cert-optional' });
    return undefined;
  }
  return group(given({ ca: file(clientCa), optional: clientCertOptional }));
}

function trustHeaders({ trustHeader }: Flags, problems: Problems): Record<string, string> | undefined {
  if (trustHeader === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const written of trustHeader) {
    const read = problems.at(['--trust-header'], written, () => parseTrustHeader(written));
    for (const fact of read?.facts ?? []) {
      if (headers[fact] !== undefined) problems.add({ path: ['--trust-header'], seen: written, expected: `one header for the ${fact}`, next: `${headers[fact]} is named for it already; only one counts, and there is no fallback` });
      headers[fact] = read!.name;
    }
  }
  return headers;
}

function refuseStaticOptions(flags: Flags, problems: Problems): void {
  for (const [flag, value] of [['--static-missing', flags.staticMissing], ['--static-cache', flags.staticCache], ['--static-fallback', flags.staticFallback], ['--static-precompressed', flags.staticPrecompressed]] as const) {
    if (value !== undefined) problems.add({ path: [flag], seen: value, expected: 'a --static that it belongs to', next: 'Example: --static /media/=./media' });
  }
}

/** Which flag a key of the configuration came from. */
const FLAG_OF: Readonly<Record<string, string>> = {
  app: 'APP', root: '--root', domains: '--domain', static: '--static', routes: '--static', scheme: '--scheme', guards: '--guard', rates: '--rate', health: '--health', www: '--www', hsts: '--hsts', speaks: '--speaks',
  tell: '--tell', secureCookies: '--secure-cookies', compress: '--compress', maxBody: '--max-body', streamBodies: '--stream-bodies', readAhead: '--read-ahead',
  https: '--https', http: '--http', publicHttpsPort: '--public-https-port', publicHttpPort: '--public-http-port', trust: '--trust',
  acceptProxy: '--accept-proxy', trustHeaders: '--trust-header', allowHeaders: '--allow-header', secretFile: '--secret-file', log: '--log', workers: '--workers', user: '--user', logFile: '--log-file', logHide: '--log-hide', admin: '--admin', adminPasswordFile: '--admin-password-file', adminHosts: '--admin-host', maxConnections: '--max-connections', grace: '--grace', reloadGrace: '--reload-grace', timeouts: '--timeout', bodyRate: '--body-rate', sendRate: '--send-rate',
};

const UPSTREAM_FLAG_OF: Readonly<Record<string, string>> = { ca: '--upstream-ca', serverName: '--upstream-name', insecure: '--upstream-insecure', sendProxy: '--send-proxy', maxConcurrent: '--max-concurrent', queue: '--queue' };

const CLIENT_FLAG_OF: Readonly<Record<string, string>> = { ca: '--client-ca', optional: '--client-cert-optional' };

const TLS_FLAG_OF: Readonly<Record<string, string>> = { min: '--tls-min', ciphers: '--tls-ciphers' };

const ROUTE_FLAG_OF: Readonly<Record<string, string>> = { missing: '--static-missing', cacheControl: '--static-cache', fallback: '--static-fallback', precompressed: '--static-precompressed' };

/** What a wrong value is called: its flag where it came from one, else its path in the file. */
export function namer({ front, site }: FlagConfig, hasFile: boolean): (path: Path) => string {
  const routes = (site['routes'] ?? {}) as Record<string, unknown>;
  const upstreamKeys = (site['upstream'] ?? {}) as Record<string, unknown>;
  return (path) => {
    const [key, second] = path;
    if (typeof key !== 'string' || key.startsWith('--')) return String(key ?? pathText(path));
    const fromFlag = key === 'routes' ? Object.hasOwn(routes, String(second)) : key === 'upstream' ? Object.hasOwn(upstreamKeys, String(second)) : key in front || key in site;
    if (hasFile && !fromFlag) return pathText(path);
    if (key === 'routes') return ROUTE_FLAG_OF[String(path[2])] ?? '--static';
    if (key === 'upstream') return UPSTREAM_FLAG_OF[String(second)] ?? pathText(path);
    if (key === 'certificates') return path[2] === 'key' ? '--key' : path[2] === 'passFile' ? '--key-pass-file' : '--cert';
    if (key === 'clientCertificates') return CLIENT_FLAG_OF[String(second)] ?? '--client-ca';
    if (key === 'tls') return TLS_FLAG_OF[String(second)] ?? pathText(path);
    if (key === 'timeouts' && second !== undefined) return `--timeout ${second}`;
    return FLAG_OF[key] ?? pathText(path);
  };
}

export const flagOf = (key: string): string => FLAG_OF[key] ?? key;
