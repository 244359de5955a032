/** Proxies from npm, each in a small program as its own documents show it, on the Node that runs this. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Peer } from './peer.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const peer = (name: string, title: string): Peer => ({
  name: title.replace('@', '').replace('/', '-'),
  title,
  can: [],
  compiles: true,
  needs: { file: at(`../node_modules/${title}/package.json`), from: 'npm ci in bench/' },
  version: () => (JSON.parse(readFileSync(at(`../node_modules/${title}/package.json`), 'utf8')) as { version: string }).version,
  prepare: ({ place, port, backend }) => ({ line: [process.execPath, at(`node/${name}.mjs`), String(port), String(backend), place.cert, place.key], env: { NODE_ENV: 'production' } }),
});

export const httpProxy3 = peer('http-proxy-3', 'http-proxy-3');
export const httpxy = peer('httpxy', 'httpxy');
export const fastifyHttpProxy = peer('fastify-http-proxy', '@fastify/http-proxy');
