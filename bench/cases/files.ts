/** Files that the fronts serve themselves, under /media/. */
import type { Case } from './case.ts';
import { fileServers } from './who.ts';
import { wrk } from '../load/wrk.ts';

const files = (name: string, file: string, title: string): Case => ({
  name,
  title,
  unit: 'request',
  compares: 'cpu',
  backend: 'fixed',
  contestants: fileServers,
  load: (front, ground, { seconds }) => wrk(front, ground, { path: `/media/${file}`, connections: 16, seconds }),
});

export const smallFiles = files('static-1k', '1k', 'a file of 1 KiB');
export const largeFiles = files('static-1m', '1m', 'a file of 1 MiB');
