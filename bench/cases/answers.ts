/** Answers of an app over kept connections, and uploads to one. */
import type { Case } from './case.ts';
import { all, nginxAndOurs } from './who.ts';
import { wrk } from '../load/wrk.ts';

const answers = (name: string, size: string, connections: number, contestants: Case['contestants']): Case => ({
  name,
  title: `${size} answers, keep-alive`,
  unit: 'request',
  compares: 'cpu',
  backend: 'fixed',
  contestants,
  load: (front, ground, { seconds }) => wrk(front, ground, { path: `/${name}`, connections, seconds, count: ground.fixed.requests }),
});

export const oneKiB = answers('1k', '1 KiB', 64, all);
export const sixtyFourKiB = answers('64k', '64 KiB', 32, nginxAndOurs);
export const oneMiB = answers('1m', '1 MiB', 16, nginxAndOurs);
