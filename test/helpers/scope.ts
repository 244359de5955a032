import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Whatever ends what was started: a test's context, or {@link scope} for a whole file or `describe`. */
export interface Scope {
  after(fn: () => void | Promise<void>): void;
}

/**
 * A scope that ends with the file or `describe` in whose body this is called, last started first ended. An `after`
 * called inside a `before` hook would end with that hook.
 */
export const scope = (): Scope => {
  const ends: (() => void | Promise<void>)[] = [];
  after(async () => { for (const end of ends.reverse()) await end(); });
  return { after: (fn) => { ends.push(fn); } };
};

/** A folder of its own, gone with the scope. */
export const tempDir = (scope: Scope): string => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  scope.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Waits until `look` gives something other than undefined or false. Rejects with `what` after `ms`. */
export const eventually = async <T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>, ms = 5000): Promise<T> => {
  const end = Date.now() + ms;
  // Most of what is waited for is there in a moment, and the tests wait thousands of times.
  for (let pause = 1; ; pause = Math.min(pause * 2, 20)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await sleep(pause);
  }
};

/** Rejects with `what` where the promise takes longer than `ms`. */
export const within = async <T>(ms: number, what: string, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
