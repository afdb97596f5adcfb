/** Upper bounds in ms: from a hit of the cache to an upload. */
export const DURATION_BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** How often each duration was seen, the last one past all bounds, and the sum of all. */
export interface Durations {
  readonly counts: Float64Array;
  sumMs: number;
}

export const noDurations = (): Durations => ({ counts: new Float64Array(DURATION_BOUNDS_MS.length + 1), sumMs: 0 });

export function observe(durations: Durations, ms: number): void {
  let bucket = 0;
  while (bucket < DURATION_BOUNDS_MS.length && ms > DURATION_BOUNDS_MS[bucket]!) bucket += 1;
  durations.counts[bucket]! += 1;
  durations.sumMs += ms;
}
