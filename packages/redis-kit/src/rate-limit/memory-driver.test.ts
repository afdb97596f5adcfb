import { expect, test } from 'vitest';
import { describeRateLimitDriver, START_MS } from './contract-suite.ts';
import { createRateLimiter } from './limiter.ts';
import { createMemoryRateLimitDriver } from './memory-driver.ts';

describeRateLimitDriver('memory', async () => {
  const time = { nowMs: START_MS };
  return { time, driver: createMemoryRateLimitDriver({ clock: { now: () => time.nowMs } }) };
});

test('RL4 keeps the subjects asked about last, and no more', async () => {
  const driver = createMemoryRateLimitDriver({ clock: { now: () => START_MS }, maxSubjects: 3 });
  const { check } = createRateLimiter({ max: 1, windowMs: 1000, prefix: 'test' }, { driver });
  for (const subject of ['a', 'b', 'c', 'a', 'd']) await check(subject);
  const known = [];
  for (const subject of ['a', 'c', 'd']) known.push((await check(subject)).allowed);
  expect(known).toEqual([false, false, false]);
  expect((await check('b')).allowed).toBe(true);
});
