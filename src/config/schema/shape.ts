import type * as z from 'zod';
import { configSchema } from './schema.ts';
import type { Config } from '../types.ts';
import { siteKeys } from './schema-site.ts';
import type { Path, Problem } from '../problems.ts';
import { didYouMean } from '../../core/suggest.ts';

/** What the schema says of a value, in our words: the value, or every problem of shape. */
export function checkShape(written: unknown): { readonly config: Config } | { readonly problems: readonly Problem[] } {
  const result = configSchema.safeParse(written);
  if (result.success) return { config: result.data };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, written)) };
}

function problemsOf(issue: z.core.$ZodIssue, root: unknown): Problem[] {
  if (issue.code === 'invalid_union') { // of several forms the one that was meant says what is wrong inside it
    const meant = issue.errors.find((issues) => issues.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'));
    if (meant !== undefined) return meant.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, root));
  }
  const path = issue.path as Path;
  const seen = path.reduce<unknown>((value, step) => (value as Record<string | number, unknown> | undefined)?.[step], root);
  if (issue.code !== 'unrecognized_keys') return [{ path, seen, expected: issue.message }];
  const known = keysAt(path);
  return issue.keys.map((key) => ({
    path: [...path, key],
    seen: (seen as Record<string, unknown>)[key],
    expected: undefined,
    next: `There is no such key here. ${misplaced(key, path) ?? didYouMean(key, known) ?? `Known are: ${known.join(', ')}`}`,
  }));
}

/** The two names that one would expect in the other's place. */
function misplaced(key: string, path: Path): string | undefined {
  if (path.length === 0 && (key === 'hosts' || key === 'host' || key === 'domain')) return 'At the top of the file the hosts are called domains';
  if (path[0] === 'sites' && path.length === 2 && (key === 'domains' || key === 'domain' || key === 'host')) return 'Inside sites the hosts are called hosts';
  if (path[0] === 'sites' && path.length === 2 && key in configSchema.shape && !(key in siteKeys)) return 'It concerns the whole front: write it at the top of the file';
  return undefined;
}

/** The keys an object at this path may have, from the schema itself. */
function keysAt(path: Path): string[] {
  let at: unknown = configSchema;
  for (const step of path) {
    const schema = unwrap(at);
    at = schema.shape?.[step] ?? schema.element ?? schema.valueType;
  }
  return Object.keys(unwrap(at).shape ?? {});
}

interface Inside { readonly shape?: Record<string | number, unknown>; readonly element?: unknown; readonly valueType?: unknown }

function unwrap(schema: unknown): Inside {
  let inner = schema;
  while (typeof (inner as { unwrap?: unknown }).unwrap === 'function' && !('element' in (inner as object))) {
    inner = (inner as { unwrap(): unknown }).unwrap();
  }
  // Of several forms the object is the one that has keys.
  const { options } = inner as { options?: readonly unknown[] };
  return (Array.isArray(options) ? options.find((option) => (option as Inside | null)?.shape !== undefined) ?? inner : inner) as Inside;
}
