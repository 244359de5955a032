/** TLS connections: what one costs, with and without a request on it. */
import type { Case } from './case.ts';
import { butFor, nginxAndOurs } from './who.ts';
import { connections } from '../load/s-time.ts';

const common = { unit: 'connection', compares: 'cpu', backend: 'fixed', beside: 1 } as const;

export const newConnections: Case = {
  ...common,
  name: 'new',
  title: 'new TLS connections (full handshakes)',
  contestants: butFor('httpxy', 'fastify-http-proxy'),
  load: (front, ground) => connections(front, ground, {}),
};

export const resumedConnections: Case = {
  ...common,
  fullOnly: true,
  name: 'resumed',
  title: 'resumed TLS connections, a 1 KiB request on each',
  contestants: nginxAndOurs,
  load: (front, ground) => connections(front, ground, { resumed: true, path: '/1k' }),
};

export const perRequest: Case = {
  ...common,
  fullOnly: true,
  name: 'per-request',
  title: 'a new TLS connection for each 1 KiB request',
  contestants: nginxAndOurs,
  load: (front, ground) => connections(front, ground, { path: '/1k' }),
};
