/** nginx, HAProxy and Apache as proxies that end TLS before the front, each configured as its page under docs/ shows. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../src/cli/run/accepts.ts';
import { startApache } from './apache.ts';
import { makeCertificate } from './certificate.ts';
import { startHaproxy } from './haproxy.ts';
import { startNginx } from './nginx.ts';
import { blockOf } from './page.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

export const SITE = 'shop.example';

/** What there is before the proxy is started: a front needs its ports, and it the front's. */
export interface Plan {
  readonly https: string;
  readonly http: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** The proxy's certificate, PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Certificate and key in one file. */
  readonly both: string;
}

/** Where the front listens: a port on loopback, or a unix socket's path. */
export type Door = number | string;

export interface OuterProxy {
  readonly name: string;
  /** Debian package. */
  readonly part: string;
  start(scope: Scope, plan: Plan, door: Door): Promise<unknown>;
}

export const makePlan = async (scope: Scope): Promise<Plan> => {
  const [httpsPort, httpPort] = [await freePort(), await freePort()];
  const { cert, key, pem } = makeCertificate(tempDir(scope), 'site', [SITE]);
  const both = `${cert}.both`;
  writeFileSync(both, pem + readFileSync(key, 'utf8'));
  return { https: `https://${SITE}:${httpsPort}`, http: `http://${SITE}:${httpPort}`, httpsPort, httpPort, ca: pem, cert, key, both };
};

const PAGE_DOOR = '127.0.0.1:8080';

export const OUTER_PROXIES: readonly OuterProxy[] = [
  {
    name: 'nginx', part: 'nginx',
    start: (scope, plan, door) => startNginx(scope, blockOf('behind-nginx', 'nginx', {
      'listen 80;': `listen 127.0.0.1:${plan.httpPort};`, 'listen 443 ssl;': `listen 127.0.0.1:${plan.httpsPort} ssl;`,
      '/etc/ssl/shop.example.crt': plan.cert, '/etc/ssl/private/shop.example.key': plan.key,
      [`http://${PAGE_DOOR}`]: typeof door === 'number' ? `http://127.0.0.1:${door}` : `http://unix:${door}:`,
    })),
  },
  {
    name: 'HAProxy', part: 'haproxy',
    start: (scope, plan, door) => startHaproxy(scope, blockOf('behind-haproxy', 'haproxy', {
      'bind :80': `bind 127.0.0.1:${plan.httpPort}`, 'bind :443': `bind 127.0.0.1:${plan.httpsPort}`, '/etc/haproxy/shop.example.pem': plan.both,
      [PAGE_DOOR]: typeof door === 'number' ? `127.0.0.1:${door}` : `unix@${door}`,
    })),
  },
  {
    name: 'Apache', part: 'apache2',
    start: (scope, plan, door) => {
      // Its workers run as another user: in the field the socket is that user's.
      if (typeof door === 'string') { chmodSync(join(door, '..'), 0o755); chmodSync(door, 0o666); }
      const listen = `Listen 127.0.0.1:${plan.httpPort}\nListen 127.0.0.1:${plan.httpsPort}\n`;
      return startApache(scope, listen + blockOf('behind-apache', 'apache', {
        '*:80>': `127.0.0.1:${plan.httpPort}>`, '*:443>': `127.0.0.1:${plan.httpsPort}>`,
        '/etc/ssl/shop.example.crt': plan.cert, '/etc/ssl/private/shop.example.key': plan.key,
        [`http://${PAGE_DOOR}/`]: typeof door === 'number' ? `http://127.0.0.1:${door}/` : `unix:${door}|http://localhost/`,
      }), { modules: ['ssl', 'socache_shmcb', 'headers', 'proxy', 'proxy_http'] });
    },
  },
];
