import * as z from 'zod';

/** The pieces the schema is made of. Each error completes the sentence "expected …". */
export const text = (expected: string) => z.string({ error: expected }).min(1, { error: expected });

export const list = <T extends z.ZodType>(item: T, expected: string) => z.array(item, { error: expected });

const PORT = 'a port from 1 to 65535';
export const portNumber = z.int({ error: PORT }).min(1, { error: PORT }).max(65535, { error: PORT });

/** A whole number in a range, or text that is read later. Each part has the error: a union tells the one that came nearest. */
export const numberOr = (least: number, most: number, expected: string) =>
  z.union([z.int({ error: expected }).min(least, { error: expected }).max(most, { error: expected }), text(expected)], { error: expected });

const DURATION = 'a duration: seconds as a number, or text such as "30s", "500ms" or "5m"';
export const duration = z.union([z.number({ error: DURATION }).min(0, { error: DURATION }), text(DURATION)], { error: DURATION });

/** A number of things from `least` to a million. */
export const howMany = (least: 0 | 1) => {
  const error = `a number from ${least} to 1000000`;
  return z.int({ error }).min(least, { error }).max(1_000_000, { error });
};

export const size = numberOr(1, Number.MAX_SAFE_INTEGER, 'a size: bytes as a number, or text such as "100MiB" or "64k"');

export const flag = z.boolean({ error: 'true or false' });
