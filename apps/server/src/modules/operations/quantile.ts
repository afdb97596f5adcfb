import { DURATION_BOUNDS_MS, type Durations } from './durations.ts';

/** What was observed between two looks at the same counts. */
export const countsSince = (now: ArrayLike<number>, before: ArrayLike<number> | undefined): number[] =>
  Array.from(now, (count, bucket) => count - (before?.[bucket] ?? 0));

export function addedUp(all: Iterable<Pick<Durations, 'counts'>>): number[] {
  const sum = Array.from({ length: DURATION_BOUNDS_MS.length + 1 }, () => 0);
  for (const { counts } of all) for (const [bucket, count] of counts.entries()) sum[bucket]! += count;
  return sum;
}

/**
 * The duration in ms that `share` (0 to 1) of these stay below, as if those of one bucket lay evenly in it; past all bounds
 * nobody knows, so the last bound is answered. Null: there are none.
 */
export function quantile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const wanted = share * total;
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    const upper = DURATION_BOUNDS_MS[bucket];
    if (upper === undefined) break;
    if (below + count >= wanted && count > 0) {
      const lower = DURATION_BOUNDS_MS[bucket - 1] ?? 0;
      return Math.round((lower + (upper - lower) * ((wanted - below) / count)) * 100) / 100;
    }
    below += count;
  }
  return DURATION_BOUNDS_MS.at(-1)!;
}
