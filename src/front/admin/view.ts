import { BOUNDS, type Histogram, type SiteCounts, type Snapshot } from '../metrics/snapshot.ts';
import type { Moment } from './history.ts';

/** What is called "now": milliseconds that rates and times are of. */
const RECENT = 60_000;

/** What a site, or all of them, did lately and since the start. */
export interface Activity {
  /** Requests, and content sent, a second. */
  readonly rate: number;
  readonly sentRate: number;
  /** Since the start, by the first digit of the status; `0`: cut. */
  readonly total: number;
  readonly classes: readonly number[];
  /** The share of 5xx and cut answers lately, 0 to 1. */
  readonly failing: number;
  /** Seconds that half, and 95 of 100, of the requests took at most; undefined where there was none lately. */
  readonly half: number | undefined;
  readonly most: number | undefined;
  readonly sent: number;
  readonly stripped: number;
  readonly loops: number;
}

const classesOf = ({ statuses }: SiteCounts): number[] => {
  const classes = [0, 0, 0, 0, 0, 0];
  for (const [status, count] of Object.entries(statuses)) classes[Math.floor(Number(status) / 100)]! += count;
  return classes;
};
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** `before` is undefined where the site, or the front, was not there then. */
function activity(now: SiteCounts, before: SiteCounts | undefined, seconds: number): Activity {
  const classes = classesOf(now);
  const fresh = before === undefined ? classes : classesOf(before).map((count, i) => classes[i]! - count);
  const took = before === undefined ? now.took.buckets : now.took.buckets.map((count, i) => count - before.took.buckets[i]!);
  const total = sum(fresh);
  return {
    rate: total / seconds, sentRate: (now.bytesOut - (before?.bytesOut ?? 0)) / seconds,
    total: sum(classes), classes, failing: total === 0 ? 0 : (fresh[5]! + fresh[0]!) / total,
    half: quantile(took, 0.5), most: quantile(took, 0.95),
    sent: now.bytesOut, stripped: now.stripped, loops: now.redirects.loop + now.redirects.contradiction,
  };
}

/** Seconds below which that share of them stays, as far as buckets can tell: evenly spread in each. */
export function quantile(buckets: Histogram['buckets'], share: number): number | undefined {
  const all = sum(buckets);
  if (all === 0) return undefined;
  let below = 0;
  for (const [i, count] of buckets.entries()) {
    if (count > 0 && below + count >= share * all) {
      const from = i === 0 ? 0 : BOUNDS[i - 1]!;
      const to = BOUNDS[i] ?? from;
      return from + (to - from) * (share * all - below) / count;
    }
    below += count;
  }
  return BOUNDS.at(-1);
}

export interface View {
  readonly whole: Activity;
  readonly sites: readonly (readonly [name: string, activity: Activity])[];
  /** Requests a second, and those that failed, between each two samples, oldest first. */
  readonly course: readonly { readonly rate: number; readonly failed: number }[];
}

export function viewOf(moments: readonly Moment[], current: Snapshot): View {
  const newest = moments.at(-1)!;
  const at = performance.now();
  const then = moments.find((moment) => at - moment.at <= RECENT) ?? newest;
  // In the first seconds a rate is what came since the start.
  const seconds = Math.max(1, (at - then.at) / 1000);
  const sites = Object.entries(current.sites).map(([name, site]) => [name, activity(site, then.now.sites[name], seconds)] as const);
  return {
    sites,
    whole: activity(addAll(current), addAll(then.now), seconds),
    course: moments.slice(1).map(({ at: here, now }, i) => {
      const span = Math.max(0.001, (here - moments[i]!.at) / 1000);
      const [a, b] = [classesOf(addAll(moments[i]!.now)), classesOf(addAll(now))];
      return { rate: Math.max(0, sum(b) - sum(a)) / span, failed: Math.max(0, b[5]! + b[0]! - a[5]! - a[0]!) / span };
    }),
  };
}

/** All sites as one. */
function addAll({ sites }: Snapshot): SiteCounts {
  const all = Object.values(sites);
  const statuses: Record<string, number> = {};
  for (const site of all) for (const [status, count] of Object.entries(site.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
  return {
    statuses, faults: {},
    took: { seconds: 0, buckets: Array.from({ length: BOUNDS.length + 1 }, (_, i) => sum(all.map(({ took }) => took.buckets[i]!))) },
    app: { seconds: 0, buckets: [] },
    bytesIn: sum(all.map(({ bytesIn }) => bytesIn)), bytesOut: sum(all.map(({ bytesOut }) => bytesOut)),
    redirects: { loop: sum(all.map(({ redirects }) => redirects.loop)), contradiction: sum(all.map(({ redirects }) => redirects.contradiction)), repaired: 0 },
    stripped: sum(all.map(({ stripped }) => stripped)),
  };
}
