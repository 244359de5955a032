import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The garbage collector, which each runtime hides elsewhere. */
export const collector = (): (() => void) => {
  const { Bun: bun } = globalThis as { Bun?: { gc(now: boolean): void } };
  if (bun !== undefined) return () => bun.gc(true);
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
};
