/** A figure over the rounds: the middle one, and how far the others lay apart. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The middle of the values (of an even number: between the two middle ones). Throws where there is none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('no values to take the median of');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export function figure(values: readonly number[]): Figure {
  return { median: rounded(median(values)), min: rounded(Math.min(...values)), max: rounded(Math.max(...values)) };
}

/** The value that `share` (0 to 1) of the values do not exceed, by nearest rank. Throws where there is none. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('no values to take a percentile of');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

/** Four significant digits: more would only be noise in the results file. */
export function rounded(value: number): number {
  return value === 0 || !Number.isFinite(value) ? value : Number(value.toPrecision(4));
}

/** As people read it: 15.6, 381, 1.25; large numbers whole. */
export function shown(value: number): string {
  if (value < 0) return `-${shown(-value)}`;
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
