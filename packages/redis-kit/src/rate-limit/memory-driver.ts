import { decisionOf } from './decisions.ts';
import { Lru } from './lru.ts';
import { SlidingWindow } from './sliding-window.ts';
import type { RateLimitClock, RateLimitDriver } from './types.ts';

interface Deps {
  readonly clock: RateLimitClock;
  /** Of most subjects, those asked about last, windows are kept: at most about 1 kB each. */
  readonly maxSubjects?: number;
}

/** Limits within this process. */
export function createMemoryRateLimitDriver({ clock, maxSubjects = 100_000 }: Deps): RateLimitDriver {
  const windows = new Lru<string, SlidingWindow>(maxSubjects);
  return {
    take(key, rule, cost, decided) {
      const taking = windows.touch(key, newWindow).take(rule, cost, 1, clock.now());
      decided(decisionOf(rule, cost, 0, taking, 'local'));
    },
    async close() {},
  };
}

const newWindow = () => new SlidingWindow();
