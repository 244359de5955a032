import type { Timeouts, TrustHeaders } from './settings.ts';

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
};

/** Host and port headers count only when named: most proxies pass a client's through untouched. */
export const DEFAULT_TRUST_HEADERS: TrustHeaders = {
  scheme: 'X-Forwarded-Proto',
  client: 'X-Forwarded-For',
  host: undefined,
  port: undefined,
};

export const DEFAULT_GRACE_SECONDS = 30;
export const DEFAULT_MAX_BODY = 100 * 1024 ** 2;
export const DEFAULT_READ_AHEAD = 1024 ** 2;
