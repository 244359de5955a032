import type { Case } from './case.ts';
import { nginxAndOurs } from './who.ts';
import { wrk } from '../load/wrk.ts';

/** On a machine with two cores the load runs on the same two, so that the rate says little, and processor time says what it costs. */
export const twoWorkers: Case = {
  name: 'workers',
  title: '1 KiB answers, 2 workers on 2 cores',
  unit: 'request',
  compares: 'cpu',
  backend: 'fixed',
  contestants: (peers) => nginxAndOurs(peers).filter(({ peer }) => peer.can.includes('workers')).map(({ peer }) => ({ peer, job: { workers: 2 } })),
  load: (front, ground, { seconds }) => wrk(front, ground, { path: '/1k', connections: 64, seconds, count: ground.fixed.requests }),
};
