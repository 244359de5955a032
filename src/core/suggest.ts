/** The candidate a person most likely meant, or undefined where none is near (Levenshtein distance, at most a third of the length). */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const candidate of candidates) {
    const d = distance(written.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}

/** `Did you mean X?`, or undefined. */
export function didYouMean(written: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(written, candidates);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

/** Up to three that a person may have meant, the nearest first: one that begins what was written, or is begun by it, is nearest. */
export function nearestNames(written: string, candidates: Iterable<string>): string[] {
  const text = written.toLowerCase();
  const most = Math.max(1, Math.ceil(text.length / 3));
  const score = (candidate: string): number =>
    text.length >= 2 && (candidate.startsWith(text) || text.startsWith(candidate)) ? 0 : distance(text, candidate.toLowerCase());
  return [...candidates].map((candidate) => [score(candidate), candidate] as const)
    .filter(([d]) => d <= most).sort(([a], [b]) => a - b).slice(0, 3).map(([, candidate]) => candidate);
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
