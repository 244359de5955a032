import { CODINGS } from '../core/policy/codings.ts';
import { COMPRESSIBLE } from '../core/policy/compress.ts';
import type { CheckSettings, CompressSettings, LeastRates, Timeouts, TrustHeaders, UpstreamSettings } from './settings/settings.ts';

/** What counts where a configuration is silent. The reasons are in docs and in the schema's descriptions. */
export const DEFAULT_TIMEOUTS: Timeouts = {
  handshake: 10_000,
  head: 30_000,
  body: 60_000,
  keepAlive: 75_000,
  connect: 5_000,
  answer: 60_000,
  answerIdle: 300_000,
  tunnelIdle: 3_600_000,
  send: 60_000,
  queue: 10_000,
};

/** As Apache's mod_reqtimeout has it for bodies: far below any line that is in use, and far above what a slow attack sends. */
export const DEFAULT_LEAST_RATES: LeastRates = { body: 500, send: 500 };

/** Host and port headers count only when named: most proxies pass a client's through untouched. */
export const DEFAULT_TRUST_HEADERS: TrustHeaders = {
  scheme: 'X-Forwarded-Proto',
  client: 'X-Forwarded-For',
  host: undefined,
  port: undefined,
};

export const DEFAULT_GRACE_SECONDS = 30;
/**
 * An idle TLS connection costs Node about 50 KiB (docs/speed.md), so this is half a GiB at most; one address has 28,000 ports to come
 * from, and a site that 10,000 people have open at once knows that it does.
 */
export const DEFAULT_MAX_CONNECTIONS = 10_000;
export const DEFAULT_MAX_BODY = 100 * 1024 ** 2;
export const DEFAULT_READ_AHEAD = 1024 ** 2;

export const DEFAULT_COMPRESS: CompressSettings = { codings: CODINGS, types: COMPRESSIBLE, minLength: 1024, cookies: false };

export const DEFAULT_UPSTREAM = {
  maxConcurrent: 4096, queue: 1024, balance: 'least-conn', fails: 3, pause: 1000, lookup: 10_000, check: undefined, sticky: undefined,
} as const satisfies Partial<UpstreamSettings>;
export const DEFAULT_CHECK = { interval: 5000, timeout: 3000, rise: 2, fall: 3 } as const satisfies Partial<CheckSettings>;
