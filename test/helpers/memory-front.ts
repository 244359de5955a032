/** A whole front on a transport without sockets: its doors are wires that the test holds, and so are its apps. */
import { createContext, createSite, type Parts } from '../../src/front/compose.ts';
import type { Fellows } from '../../src/front/fellows.ts';
import { ClientConnection } from '../../src/front/downstream/http1.ts';
import type { FrontContext } from '../../src/front/context.ts';
import type { Door } from '../../src/front/doors/doors.ts';
import { Live } from '../../src/front/live.ts';
import type { Limiter } from '../../src/front/limiter/limiter.ts';
import { createLog, type Log } from '../../src/front/log/index.ts';
import type { Tracing } from '../../src/front/tracing/tracing.ts';
import type { Counters } from '../../src/front/metrics/counters.ts';
import { Sites } from '../../src/front/sites/sites.ts';
import { DEFAULT_LEAST_RATES, DEFAULT_MAX_BODY, DEFAULT_MAX_CONNECTIONS, DEFAULT_READ_AHEAD, DEFAULT_TIMEOUTS, DEFAULT_TRUST_HEADERS, DEFAULT_UPSTREAM } from '../../src/config/defaults.ts';
import type { AppRoute, ServerSettings, Settings, SiteSettings, UpstreamSettings } from '../../src/config/settings/settings.ts';
import { MemoryTransport, MemoryWire, type Defer, type MemoryWireOptions } from './memory-transport.ts';

/** Servers on 127.0.0.1, by port. */
export const servers = (...ports: number[]): ServerSettings[] =>
  ports.map((port) => ({ written: `127.0.0.1:${port}`, addresses: [{ kind: 'ip', host: '127.0.0.1', port }] }));

export const upstream = (changes: Partial<UpstreamSettings> = {}): UpstreamSettings => {
  const all = changes.servers ?? servers(8000);
  return { written: all.map(({ written }) => written).join(','), protocol: 'http', servers: all, ...DEFAULT_UPSTREAM, ...changes };
};

export const appRoute = (changes: Partial<AppRoute> = {}): AppRoute => ({
  kind: 'app', path: '/', app: upstream(),
  maxBody: DEFAULT_MAX_BODY, streamBodies: false, readAhead: DEFAULT_READ_AHEAD, ...changes,
});

export const siteSettings = (changes: Partial<SiteSettings> = {}): SiteSettings => ({
  hosts: [], schemes: [], health: [], hsts: undefined, speaks: 'standard', tell: [], secureCookies: undefined, routes: [appRoute()], ...changes,
});

export const settings = (changes: Partial<Settings> = {}): Settings => ({
  https: { kind: 'port', port: 8443 }, http: { kind: 'port', port: 8080 }, publicHttpsPort: undefined, publicHttpPort: undefined,
  certificates: [], trust: [], acceptProxy: false, trustHeaders: DEFAULT_TRUST_HEADERS, secretFile: undefined, allowHeaders: [], log: 'json', workers: 1, maxConnections: DEFAULT_MAX_CONNECTIONS, grace: 30, timeouts: DEFAULT_TIMEOUTS, leastRates: DEFAULT_LEAST_RATES,
  sites: [siteSettings()], ...changes,
});

export class MemoryFront {
  readonly transport: MemoryTransport;
  readonly live: Live;
  readonly context: FrontContext;
  readonly upstreams: Parameters<typeof createSite>[2]['upstreams'] = [];
  /** Everything that was logged, one object a line. */
  readonly logged: string[] = [];

  constructor(given: Settings = settings(), { real = false, clients, counters, limiter, defer, tracing, fellows }: { readonly fellows?: Fellows; readonly real?: boolean; readonly limiter?: Limiter; readonly counters?: Counters; readonly clients?: Parts['clients']; readonly defer?: Defer; readonly tracing?: (log: Log) => Tracing } = {}) {
    this.transport = new MemoryTransport(defer);
    const log = createLog('json', { write: (text: string) => { this.logged.push(text); } });
    const door = (port: number): Door => ({ listeners: [], port, url: '', insteadOf: undefined });
    const doors = { https: door(8443), http: door(8080) };
    const certificates = { pick: () => undefined, real, names: [], shown: () => [], authorityFiles: [], close: () => undefined };
    this.live = new Live({ transport: this.transport, log, counters, limiter, tracing: tracing?.(log) });
    this.context = this.live.context = createContext(given, this.live, { certificates, clients, doors, fellows });
    const { upstreams } = this;
    this.context.serve(new Sites(given.sites.map((site) => createSite(site, this.context, { doors, upstreams }))));
    for (const group of upstreams) group.begin();
    this.live.begin();
  }

  client(options: MemoryWireOptions = { tls: true }): MemoryWire {
    const wire = new MemoryWire(options);
    wire.handler = new ClientConnection(wire, this.live);
    return wire;
  }

  /** The newest connection to the app, up. */
  app(): MemoryWire { return this.transport.app(); }

  events(): Record<string, unknown>[] {
    this.context.log.flush();
    return this.logged.join('').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
