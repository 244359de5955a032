import type { Numbers } from './messages.ts';

/** Name by name. */
export function addUp(all: readonly Numbers[]): Numbers {
  const sum: Record<string, number> = {};
  for (const numbers of all) for (const [name, value] of Object.entries(numbers)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}
