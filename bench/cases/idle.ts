import type { Case } from './case.ts';
import { nginxAndOurs } from './who.ts';
import { idleConnections } from '../load/idle.ts';

/** Each front is started anew: what was freed is rarely given back, and would hide what the next ones take. */
export const idle: Case = {
  name: 'idle',
  title: 'idle TLS connections',
  unit: 'connection',
  compares: 'memoryEach',
  backend: 'fixed',
  contestants: nginxAndOurs,
  fresh: true,
  atMost: 1,
  beside: 15,
  besideQuick: 4,
  load: (front, ground, { quick }) => idleConnections(front, ground, quick ? 2000 : 10_000),
  note: () => 'held open after one request on each',
};
