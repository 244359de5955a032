import type { Case } from './case.ts';
import { oneKiB, oneMiB, sixtyFourKiB } from './answers.ts';
import { newConnections, perRequest, resumedConnections } from './connections.ts';

/** Every case, in the order of the table. */
export const CASES: readonly Case[] = [oneKiB, sixtyFourKiB, oneMiB, newConnections, resumedConnections, perRequest];
