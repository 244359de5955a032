import type { Case } from './case.ts';
import { nginxAndOurs } from './who.ts';
import { wrk } from '../load/wrk.ts';

/** nginx and Sallyport both collect a body before they ask the app; this size goes through a temporary file in both. */
export const uploads: Case = {
  name: 'upload',
  title: '1 MiB uploads',
  unit: 'request',
  compares: 'cpu',
  backend: 'app',
  contestants: nginxAndOurs,
  load: (front, ground, { seconds }) => wrk(front, ground, { path: '/upload', connections: 8, seconds, upload: 1_048_576, count: ground.app.requests }),
};
