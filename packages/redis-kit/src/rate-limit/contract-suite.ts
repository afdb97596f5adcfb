import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { breaches, type Entry } from '../../test/ledger.ts';
import { createRateLimiter, type RateLimiterOptions } from './limiter.ts';
import type { Decision, RateLimitDriver } from './types.ts';

export interface DriverUnderTest {
  readonly driver: RateLimitDriver;
  /** Empty of all subjects; decides by this time. */
  readonly time: { nowMs: number };
}

export const START_MS = 1_800_000_000_000;

/** Steps of a history: wait so long, then ask so often for so much. */
export const schedules = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 1500 }), fc.constantFrom(999, 1000, 1001)),
    times: fc.integer({ min: 1, max: 12 }),
    cost: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** The rules of SPEC.md that hold for every driver. */
export function describeRateLimitDriver(name: string, open: () => Promise<DriverUnderTest>): void {
  const setUp = async (options: Partial<RateLimiterOptions> = {}) => {
    const { driver, time } = await open();
    time.nowMs = START_MS;
    onTestFinished(() => driver.close());
    const limiter = (more: Partial<RateLimiterOptions> = {}) =>
      createRateLimiter({ max: 3, windowMs: 1000, prefix: 'test', ...options, ...more }, { driver });
    return { time, limiter, check: limiter().check };
  };

  describe(`rate limit contract: ${name}`, () => {
    test('RL1 admits max in a window, and again when the window has moved on', async () => {
      const { time, check } = await setUp();
      const ask = async (): Promise<boolean> => (await check('ann')).allowed;
      expect([await ask(), await ask(), await ask(), await ask()]).toEqual([true, true, true, false]);
      time.nowMs = START_MS + 1000;
      expect(await ask()).toBe(false);
      time.nowMs = START_MS + 1001;
      expect([await ask(), await ask(), await ask(), await ask()]).toEqual([true, true, true, false]);
    });

    test('RL1 a burst on both sides of any border is one burst', async () => {
      const { time, check } = await setUp({ max: 10 });
      for (let at = 0; at < 2000; at += 500) {
        time.nowMs = START_MS + at;
        const burst = await Promise.all(Array.from({ length: 10 }, () => check('ann')));
        expect(burst.filter(({ allowed }) => allowed)).toHaveLength(at === 0 || at === 1500 ? 10 : 0);
      }
    });

    test('RL1 RL2 over random schedules no window holds more than max, and what fits is admitted', async () => {
      const { time, limiter } = await setUp();
      let run = 0;
      const anyWindow = fc.constantFrom(50, 64, 100, 127, 128, 500, 1000);
      await fc.assert(
        fc.asyncProperty(schedules, fc.integer({ min: 1, max: 40 }), anyWindow, async (steps, max, windowMs) => {
          const { check } = limiter({ max, windowMs, prefix: `random-${run += 1}` });
          const entries: Entry[] = [];
          for (const { waitMs, times, cost } of steps) {
            time.nowMs += Math.ceil((waitMs * windowMs) / 1000);
            const decisions = await Promise.all(Array.from({ length: times }, () => check('ann', cost)));
            for (const { allowed } of decisions) entries.push({ atMs: time.nowMs, cost, allowed });
          }
          expect(breaches(entries, { max, windowMs })).toEqual([]);
        }),
        { numRuns: 60 },
      );
    });

    test('RL2 wherever two checks fall into slices, the first counts no longer than 1.02 windows', async () => {
      const { time, limiter } = await setUp();
      for (let offset = 0; offset < 40; offset += 4) {
        for (let apart = 0; apart < 40; apart += 1) {
          const { check } = limiter({ max: 2, prefix: `slices-${offset}-${apart}` });
          time.nowMs = START_MS + offset;
          await check('ann');
          time.nowMs += apart;
          await check('ann');
          time.nowMs = START_MS + offset + 1021;
          expect((await check('ann')).allowed, `${offset}, ${apart}`).toBe(true);
        }
      }
    });

    test('RL3 what is refused is not counted', async () => {
      const { time, check } = await setUp();
      await check('ann', 2);
      expect((await check('ann', 2)).allowed).toBe(false);
      expect(await check('ann')).toMatchObject({ allowed: true, remaining: 0 });
      for (let i = 0; i < 10; i += 1) {
        time.nowMs = START_MS + i * 100;
        expect((await check('ann')).allowed).toBe(false);
      }
      time.nowMs = START_MS + 1001;
      expect((await check('ann')).allowed).toBe(true);
    });

    test('RL5 checks made together are decided in their order', async () => {
      const { check } = await setUp({ max: 10 });
      const costs = [4, 4, 4, 1, 1, 1, 4];
      const decisions = await Promise.all(costs.map((cost) => check('ann', cost)));
      expect(decisions.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
        [true, 6], [true, 2], [false, 2], [true, 1], [true, 0], [false, 0], [false, 0],
      ]);
    });

    test('RL6 counts each subject and each prefix by itself', async () => {
      const { limiter } = await setUp({ max: 1 });
      const [one, other] = [limiter({ prefix: 'one' }), limiter({ prefix: 'other' })];
      const checks = [one.check('ann'), one.check('bob'), other.check('ann'), one.check('ann')];
      expect((await Promise.all(checks)).map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
    });

    test('RL7 tells what remains, and when it is worth asking again', async () => {
      const { time, check } = await setUp({ max: 3 });
      const full = { limit: 3, remaining: 0 };
      expect(await check('ann')).toMatchObject({
        allowed: true, limit: 3, remaining: 2, resetMs: 1001, retryAfterMs: 0,
      });
      time.nowMs += 400;
      expect(await check('ann', 2)).toMatchObject({ ...full, allowed: true, resetMs: 601, retryAfterMs: 0 });
      time.nowMs += 100;
      expect(await check('ann')).toMatchObject({ ...full, allowed: false, resetMs: 501, retryAfterMs: 501 });
      expect(await check('ann', 3)).toMatchObject({ ...full, allowed: false, resetMs: 501, retryAfterMs: 901 });
    });

    test('RL7 after retryAfterMs the same check is allowed, and not a millisecond before', async () => {
      const { time, limiter } = await setUp();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(schedules, fc.integer({ min: 9, max: 40 }), async (steps, max) => {
          const { check } = limiter({ max, prefix: `retry-${run += 1}` });
          for (const { waitMs, times, cost } of steps) {
            time.nowMs += waitMs;
            let decision: Decision | undefined;
            for (let i = 0; i < times; i += 1) decision = await check('ann', cost);
            if (decision?.allowed !== false) continue;
            time.nowMs += decision.retryAfterMs - 1;
            expect((await check('ann', cost)).allowed).toBe(false);
            time.nowMs += 1;
            expect((await check('ann', cost)).allowed).toBe(true);
          }
        }),
        { numRuns: 30 },
      );
    });

    test('RL10 a cost above max is always refused', async () => {
      const { check } = await setUp();
      expect(await check('ann', 4)).toMatchObject({ allowed: false, remaining: 3, resetMs: 0, retryAfterMs: 1000 });
      expect((await check('ann', 3)).allowed).toBe(true);
    });

    test('RL11 a stricter or longer rule goes on with what was counted', async () => {
      const { time, limiter } = await setUp({ max: 10 });
      const longer = limiter({ windowMs: 5000 });
      await limiter().check('ann', 6);
      const stricter = limiter({ max: 4 });
      expect(await stricter.check('ann')).toMatchObject({ allowed: false, remaining: 0, retryAfterMs: 1001 });
      time.nowMs += 900;
      expect(await longer.check('ann', 4)).toMatchObject({ allowed: true, remaining: 0, resetMs: 4101 });
      time.nowMs += 4000;
      expect((await longer.check('ann')).allowed).toBe(false);
      time.nowMs += 101;
      expect((await longer.check('ann', 6)).allowed).toBe(true);
    });

    test('RL12 a clock that goes back admits nothing twice, and stops nobody for longer than a window', async () => {
      const { time, check } = await setUp();
      await check('ann', 3);
      time.nowMs -= 700;
      expect(await check('ann')).toMatchObject({ allowed: false, resetMs: 1701, retryAfterMs: 1701 });
      time.nowMs += 1700;
      expect((await check('ann')).allowed).toBe(false);
      time.nowMs += 1;
      expect((await check('ann', 3)).allowed).toBe(true);
      time.nowMs -= 1001;
      expect((await check('ann', 3)).allowed).toBe(true);
    });
  });
}
