/** nginx, HAProxy and Apache as proxies that end TLS before the front, each with the configuration that its page under docs/ shows. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { quietPort } from './ports.ts';
import { startApache } from './apache.ts';
import { makeCertificate } from './certificate.ts';
import { openPage } from './docs.ts';
import { pageText } from './docs-page.ts';
import { startHaproxy } from './haproxy.ts';
import { startNginx } from './nginx.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

/** What there is before the proxy is started: a front needs its ports. */
export interface Plan {
  readonly https: string;
  readonly http: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** The proxy's certificate, PEM, and files. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Certificate and key in one file. */
  readonly both: string;
}

export const SITE = 'shop.example';

export const makePlan = async (scope: Scope): Promise<Plan> => {
  const [httpsPort, httpPort] = [await quietPort(), await quietPort()];
  const { cert, key, pem } = makeCertificate(tempDir(scope), 'shop', [SITE]);
  const both = `${cert}.both`;
  writeFileSync(both, pem + readFileSync(key, 'utf8'));
  return { https: `https://${SITE}:${httpsPort}`, http: `http://${SITE}:${httpPort}`, httpsPort, httpPort, ca: pem, cert, key, both };
};

export interface OuterProxy {
  readonly name: string;
  /** Debian package. */
  readonly part: string;
  /** Its page under docs/, and a word of the page's block that is its configuration. */
  readonly page: string;
  readonly block: string;
  /** The page's words for itself, and the test's. */
  words(plan: Plan): Record<string, string>;
  /** The page's words for where the front listens, on this unix socket. */
  onSocket(path: string): Record<string, string>;
  start(scope: Scope, configuration: string, plan: Plan): Promise<unknown>;
}

export const nginx: OuterProxy = {
  name: 'nginx', part: 'nginx', page: 'behind-nginx', block: 'proxy_pass',
  words: ({ httpPort, httpsPort, cert, key }) => ({
    'listen 80;': `listen 127.0.0.1:${httpPort};`, 'listen 443 ssl;': `listen 127.0.0.1:${httpsPort} ssl;`,
    '/etc/ssl/shop.example.crt': cert, '/etc/ssl/private/shop.example.key': key,
  }),
  onSocket: (path) => ({ 'http://127.0.0.1:8080': `http://unix:${path}:` }),
  start: startNginx,
};

export const haproxy: OuterProxy = {
  name: 'HAProxy', part: 'haproxy', page: 'behind-haproxy', block: 'frontend site',
  words: ({ httpPort, httpsPort, both }) => ({
    'bind :80': `bind 127.0.0.1:${httpPort}`, 'bind :443': `bind 127.0.0.1:${httpsPort}`, '/etc/haproxy/shop.example.pem': both,
  }),
  onSocket: (path) => ({ 'server front 127.0.0.1:8080': `server front unix@${path}` }),
  start: startHaproxy,
};

export const apache: OuterProxy = {
  name: 'Apache', part: 'apache2', page: 'behind-apache', block: 'ProxyPass',
  words: ({ httpPort, httpsPort, cert, key }) => ({
    '*:80': `127.0.0.1:${httpPort}`, '*:443': `127.0.0.1:${httpsPort}`,
    '/etc/ssl/shop.example.crt': cert, '/etc/ssl/private/shop.example.key': key,
  }),
  onSocket: (path) => {
    // Its workers run as another user: in the field the socket is that user's.
    chmodSync(dirname(path), 0o755);
    chmodSync(path, 0o666);
    return { 'http://127.0.0.1:8080/': `unix:${path}|http://localhost/` };
  },
  start: (scope, configuration, { httpPort, httpsPort }) =>
    startApache(scope, `Listen 127.0.0.1:${httpPort}\nListen 127.0.0.1:${httpsPort}\n${configuration}`, { modules: ['ssl', 'socache_shmcb', 'headers', 'proxy', 'proxy_http'] }),
};

/** Starts it as its page has it, before whatever listens on this loopback port. For tests that are not the page's own. */
export const startOuter = (scope: Scope, proxy: OuterProxy, { plan, port }: { readonly plan: Plan; readonly port: number }): Promise<unknown> => {
  const reader = openPage(`docs/${proxy.page}.md`, pageText(proxy.page)).follow(scope, { ...proxy.words(plan), '127.0.0.1:8080': `127.0.0.1:${port}` });
  return proxy.start(scope, reader.text(proxy.block), plan);
};
