import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ClientAuthorities } from '../certs/client-authorities.ts';
import { createCertificates, type Certificates, type CertificateOptions } from '../certs/store.ts';
import { readSecretFile } from '../config/values/secret.ts';
import type { AppRoute, Settings, SiteSettings } from '../config/settings/settings.ts';
import { createClassifier } from '../core/contract/classify.ts';
import { createReader } from '../core/contract/read.ts';
import { createIdReader, ID_HEADER } from '../core/contract/request-id.ts';
import { compileTeller } from '../core/contract/tell.ts';
import { compileTrust } from '../core/contract/trust.ts';
import type { Scheme } from '../core/contract/truth.ts';
import { DEFAULT_PORT } from '../core/policy/urls.ts';
import { createAuthorityDownload } from './own/authority-download.ts';
import { createClaimLog } from './log/claim-log.ts';
import { createCrowd } from './doors/crowd.ts';
import type { FrontContext } from './context.ts';
import type { Door } from './doors/doors.ts';
import type { Fellows } from './fellows.ts';
import type { Live } from './live.ts';
import type { Log } from './log/index.ts';
import type { ReadFile } from './part.ts';
import { Site } from './sites/site.ts';
import type { Sites } from './sites/sites.ts';
import type { Asked } from './sites/targets.ts';
import { uncheckedWarning } from './upstream/app-tls.ts';
import { createAsk } from './upstream/check-request.ts';
import { ServerGroup } from './upstream/group.ts';

export type Doors = Partial<Record<Scheme, Door>>;

export interface Parts {
  readonly certificates: Certificates | undefined;
  /** Those of the sites that ask for client certificates; left out where none does. */
  readonly clients?: Pick<ClientAuthorities, 'policy'> | undefined;
  /** Filled as the doors open. */
  readonly doors: Doors;
  readonly fellows?: Fellows | undefined;
  /** Left out: from the disk. */
  readonly readFile?: ReadFile | undefined;
}

export interface CertificatesFrom {
  /** Where the local authority lives. */
  readonly dataDir?: string | undefined;
  /** Those until now, where this is a reload: they may go on as they are. */
  readonly former?: { readonly settings: Settings; readonly certificates: Certificates | undefined } | undefined;
}

/** Certificates for the https door; undefined where it is off. */
export async function openCertificates(settings: Settings, log: Log, { dataDir, former }: CertificatesFrom = {}): Promise<Certificates | undefined> {
  const { https } = settings;
  if (https.kind === 'off') return undefined;
  if (former !== undefined && signsAlike(former.settings, settings)) return former.certificates;
  return createCertificates({
    pairs: settings.certificates, known: former?.certificates?.pairs,
    domains: settings.sites.flatMap((site) => site.hosts),
    ...(https.kind === 'at' && https.address.kind === 'ip' && { addresses: [https.address.host] }),
    ...(dataDir !== undefined && { dataDir }),
    on: inLog(log),
  });
}

/** A local authority signs under both, and for the same names. */
function signsAlike(a: Settings, b: Settings): boolean {
  const names = ({ sites }: Settings): readonly (readonly string[])[] => sites.map(({ hosts }) => hosts);
  return a.certificates.length === 0 && b.certificates.length === 0 && isDeepStrictEqual([a.https, names(a)], [b.https, names(b)]);
}

/** Undefined where no site asks for client certificates. Rejects with a CertificateError. */
export async function openClientAuthorities({ sites }: Settings, log: Log, former?: ClientAuthorities): Promise<ClientAuthorities | undefined> {
  const wanted = sites.flatMap(({ clientCertificates }) => clientCertificates ?? []);
  return wanted.length === 0 ? undefined : await ClientAuthorities.open({ wanted, former, on: inLog(log) });
}

const inLog = (log: Log): CertificateOptions['on'] => ({ level, ...event }) => { log.event({ ...event, level: level === 'warning' ? 'warn' : level }); };

export function createContext(settings: Settings, live: Live, { certificates, clients, doors, fellows, readFile = (path) => readFileSync(path) }: Parts): FrontContext {
  const { transport, clock, log, counters, connections, nextId, stamp, observe, secret } = live;
  const { trustHeaders } = settings;
  const publicPort = (scheme: Scheme): number =>
    (scheme === 'https' ? settings.publicHttpsPort : settings.publicHttpPort) ?? doors[scheme]?.port ?? DEFAULT_PORT[scheme];
  const told = settings.sites.flatMap((site) => compileTeller(site.speaks, site.tell).names);
  const believed = [trustHeaders.scheme, trustHeaders.client, trustHeaders.host, trustHeaders.port, trustHeaders.id].filter((name) => name !== undefined);
  const part = (whole: number): number => Math.ceil(whole / (fellows?.count ?? 1));
  const trust = compileTrust(settings.trust);
  const idOf = createIdReader(trust, trustHeaders.id);
  let sites: Sites | undefined;
  return {
    live, transport, clock, log, counters, connections, nextId, stamp, observe, secret,
    settings, publicPort,
    idFor: idOf === undefined ? nextId : (connection, head) => idOf(connection, head) ?? nextId(),
    classify: createClassifier({ tellNames: [...told, ...believed, ID_HEADER], allowHeaders: settings.allowHeaders }),
    read: createReader({ trust, headers: trustHeaders, publicPort }),
    get sites() { return sites!; },
    serve(opened) { sites = opened; },
    policyOf: ({ clientCertificates }) => clientCertificates && clients?.policy(clientCertificates),
    local: certificates?.real === false,
    authorityDownload: certificates?.real === false ? createAuthorityDownload(certificates.authorityFiles.map((file) => readFile(file))) : undefined,
    realCertificate: certificates?.real === true,
    noteClaim: createClaimLog(log, trustHeaders.scheme, fellows?.notes()),
    fellows, part, readFile,
    admits: createCrowd({ most: part(settings.maxConnections), connections, doors, log, counters }),
  };
}

/** Compiles a site; `upstreams` gets its apps. Routes that reach the same app in the same way share its connections. */
export function createSite(settings: SiteSettings, context: FrontContext, { doors, upstreams }: { readonly doors: Doors; readonly upstreams: ServerGroup[] }): Site {
  if (context.local && settings.hsts !== undefined) {
    context.log.event({ event: 'hsts-not-sent', level: 'warn', message: 'hsts is set, but not sent while the local authority signs: a browser would refuse plain http and any other certificate on these names for as long as it says. It goes out once --cert and --key are given.' });
  }
  const own: ServerGroup[] = [];
  const upstream = ({ app }: AppRoute, asked: Asked): ServerGroup => {
    // Checks are asked as the site's clients ask, so they make an app the site's own.
    const same = (app.check === undefined ? upstreams : own).find((other) => isDeepStrictEqual(other.settings, app));
    if (same !== undefined) return same;
    const made = new ServerGroup(app, context);
    if (app.check !== undefined) made.check(createAsk(asked, app.check, context));
    upstreams.push(made);
    own.push(made);
    const unchecked = uncheckedWarning(app);
    if (unchecked !== undefined) context.log.event({ event: 'upstream-unchecked', level: 'warn', message: unchecked });
    return made;
  };
  const appPorts = settings.routes.flatMap((route) => (route.kind === 'app' ? route.app.servers : [])).flatMap(({ addresses }) => addresses).flatMap((address) => (address.kind === 'ip' ? [address.port] : []));
  const doorPorts = Object.values(doors).flatMap(({ port }) => (port === undefined ? [] : [port]));
  return new Site(settings, {
    upstream,
    local: context.local,
    log: context.log,
    limiter: context.live.limiter,
    readFile: context.readFile,
    policy: context.policyOf(settings),
    explained: context.fellows?.notes() ?? new Set(),
    secret: context.settings.secretFile === undefined ? undefined : readSecretFile(context.settings.secretFile, context.readFile),
    ports: {
      // A door that is off stands behind another proxy's: the world still comes by the scheme's public port.
      httpsPort: context.publicPort('https'),
      httpPort: context.publicPort('http'),
      otherPorts: [...doorPorts, ...appPorts],
    },
  });
}
