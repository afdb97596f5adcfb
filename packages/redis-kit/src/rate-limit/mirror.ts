import { FORCE, type Item, RAISE } from './calls.ts';
import { Lru } from './lru.ts';
import { fitting, SlidingWindow, type Taking } from './sliding-window.ts';
import type { RateLimitClock, Rule } from './types.ts';

interface Mirrored {
  readonly window: SlidingWindow;
  /** The last one that was asked for. */
  rule: Rule;
  /** Admitted here and unknown to Redis, and when last. */
  debt: number;
  debtAtMs: number;
}

/** What this node knows of the windows in Redis: enough to go on by itself, and to tell Redis afterwards. RL8, RL9 */
export interface Mirror {
  /** Redis decided `times` checks: its count becomes ours. */
  learn(key: string, rule: Rule, cost: number, times: number, taking: Taking): void;
  /** Decides here; what is admitted is owed to Redis. */
  take(key: string, rule: Rule, cost: number, times: number): Taking;
  /**
   * What Redis should be told when it is back: what is owed to it, which is then owed no more, and after that how
   * much each subject had at least, in case Redis has lost its data.
   */
  news(): Item[];
  /** So much more is owed; negative: Redis has counted it after all. */
  owe(key: string, rule: Rule, amount: number): void;
}

export function createMirror(clock: RateLimitClock, maxSubjects: number): Mirror {
  const subjects = new Lru<string, Mirrored>(maxSubjects);
  function subject(key: string, rule: Rule): Mirrored {
    const mirrored = subjects.touch(key, () => ({ window: new SlidingWindow(), rule, debt: 0, debtAtMs: 0 }));
    mirrored.rule = rule;
    return mirrored;
  }

  function owe(key: string, rule: Rule, amount: number): void {
    const mirrored = subject(key, rule);
    mirrored.debt = Math.max(0, mirrored.debt + amount);
    mirrored.debtAtMs = clock.now();
  }

  return {
    learn(key, rule, cost, times, { free }) {
      const left = free - fitting(free, cost, times) * cost;
      subject(key, rule).window.setTotal(rule.max - left, rule.windowMs, clock.now());
    },
    take(key, rule, cost, times) {
      const taking = subject(key, rule).window.take(rule, cost, times, clock.now());
      const admitted = fitting(taking.free, cost, times);
      if (admitted > 0) owe(key, rule, admitted * cost);
      return taking;
    },
    owe,
    news() {
      const nowMs = clock.now();
      const items: Item[] = [];
      for (const [key, mirrored] of subjects) {
        const { window, rule, debt, debtAtMs } = mirrored;
        mirrored.debt = 0;
        const total = window.total(rule.windowMs, nowMs);
        if (debt > 0 && nowMs - debtAtMs <= rule.windowMs) items.push({ key, rule, cost: debt, times: FORCE });
        if (total > 0) items.push({ key, rule, cost: total, times: RAISE });
      }
      return items;
    },
  };
}
