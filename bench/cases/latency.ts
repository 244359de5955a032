import type { Case } from './case.ts';
import { butFor } from './who.ts';
import { latency as atRate } from '../load/latency.ts';
import { wrk } from '../load/wrk.ts';

/** All fronts at the same rate: half of what the slowest of them takes. */
export const latency: Case = {
  name: 'latency',
  title: '1 KiB answers at a fixed rate',
  unit: 'request',
  compares: 'p99',
  backend: 'fixed',
  beside: 0.8,
  contestants: butFor('httpxy', 'hitch'),
  warmUp: (front, ground, { seconds }) => wrk(front, ground, { path: '/1k', connections: 16, seconds, count: ground.fixed.requests }),
  load: (front, ground, { seconds, slowest }) => atRate(front, ground, { path: '/1k', seconds, rate: slowest / 2 }),
  note: ({ slowest }) => `at ${Math.round(slowest / 2)} requests/s, half of what the slowest takes`,
};
