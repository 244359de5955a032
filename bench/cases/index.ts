import type { Case } from './case.ts';
import { accessLog } from './access-log.ts';
import { oneKiB, oneMiB, sixtyFourKiB } from './answers.ts';
import { newConnections, perRequest, resumedConnections } from './connections.ts';
import { largeFiles, smallFiles } from './files.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { uploads } from './uploads.ts';
import { webSocket } from './websocket.ts';
import { twoWorkers } from './workers.ts';

/** Every case but the soak, in the order of the table. */
export const CASES: readonly Case[] = [
  oneKiB, latency, sixtyFourKiB, oneMiB, uploads, newConnections, resumedConnections, perRequest, idle, webSocket, smallFiles, largeFiles, accessLog, twoWorkers,
];
