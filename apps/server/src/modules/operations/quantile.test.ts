import { expect, test } from 'vitest';
import { DURATION_BOUNDS_MS, noDurations, observe } from './durations.ts';
import { addedUp, countsSince, quantile } from './quantile.ts';

const countsOf = (...ms: number[]): number[] => {
  const durations = noDurations();
  for (const each of ms) observe(durations, each);
  return [...durations.counts];
};

test('[FG3] A quantile lies in its bucket, and nowhere when there is nothing', () => {
  expect(quantile(countsOf(), 0.5)).toBeNull();
  // All in the bucket from 10 to 25 ms.
  const steady = countsOf(...Array.from({ length: 100 }, () => 20));
  expect(quantile(steady, 0.5)).toBe(17.5);
  expect(quantile(steady, 1)).toBe(25);
  const two = countsOf(...Array.from({ length: 90 }, () => 0.5), ...Array.from({ length: 10 }, () => 300));
  expect(quantile(two, 0.5)).toBeLessThanOrEqual(1);
  expect(quantile(two, 0.95)).toBeGreaterThan(250);
  expect(quantile(countsOf(60_000), 0.5)).toBe(DURATION_BOUNDS_MS.at(-1));
});

test('[FG3] It tells of what came since the last look alone', () => {
  const durations = noDurations();
  observe(durations, 400);
  const before = [...durations.counts];
  observe(durations, 2);
  expect(quantile(countsSince(durations.counts, before), 0.99)).toBeLessThanOrEqual(2.5);
  expect(addedUp([durations, durations]).reduce((sum, count) => sum + count, 0)).toBe(4);
});
