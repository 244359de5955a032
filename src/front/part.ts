import type { Certificates } from '../certs/store.ts';
import type { Fellows } from './fellows.ts';
import type { Limiter } from './limiter/limiter.ts';
import type { OpenLog } from './log/open-log.ts';

/** Reads a file whole. Throws the system's error. */
export type ReadFile = (path: string) => Uint8Array;

/** What a process that is one of several is given for one configuration. */
export type Share = Pick<Part, 'certificates' | 'fellows' | 'readFile'>;

/** What a front has from the process that keeps it as one of several: together they are one front to everybody outside. */
export interface Part {
  /** Undefined where the https door is off. */
  readonly certificates: Certificates | undefined;
  readonly log: OpenLog;
  /** 32 bytes that all of them have, for what one makes and another reads. */
  readonly secret: Uint8Array;
  readonly fellows: Fellows;
  /** Reads a file that the other process has read for it, or else the disk. */
  readonly readFile: ReadFile;
  /** Counts for all of them. */
  readonly limiter: Limiter;
}
