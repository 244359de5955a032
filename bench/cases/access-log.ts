import type { Case } from './case.ts';
import { named, nginxAndOurs } from './who.ts';
import { wrk } from '../load/wrk.ts';

/** The same fronts with and without their access log, in the same rounds. */
export const accessLog: Case = {
  name: 'log',
  title: '1 KiB answers, access log as JSON to a file',
  unit: 'request',
  compares: 'cpu',
  backend: 'fixed',
  contestants: (peers) => nginxAndOurs(peers).filter(({ peer }) => peer.can.includes('log')).flatMap(({ peer }) => [{ peer }, { peer, variant: 'log on', job: { logs: true } }]),
  load: (front, ground, { seconds }) => wrk(front, ground, { path: '/1k', connections: 64, seconds, count: ground.fixed.requests }),
  note: ({ rows }) => rows.flatMap((row) => {
    const [on, off] = [row, rows.find(({ peer, variant }) => peer === row.peer && variant === undefined)].map((one) => one?.figures.cpu?.median);
    return row.variant === undefined || on === undefined || off === undefined ? [] : [`${named(row)}: ${(on / off * 100 - 100).toFixed(0)} % more`];
  }).join(', '),
};
