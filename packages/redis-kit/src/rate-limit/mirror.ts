import { Lru } from './lru.ts';
import { fitting, SlidingWindow, type Taking } from './sliding-window.ts';
import type { RateLimitClock, Rule } from './types.ts';

interface Mirrored {
  readonly window: SlidingWindow;
  /** Admitted here and unknown to Redis, and by which rule and when last. */
  debt: { amount: number; rule: Rule; atMs: number } | undefined;
}

/** What this node knows of the windows in Redis: enough to go on by itself, and to tell Redis afterwards. RL8, RL9 */
export interface Mirror {
  /** Redis decided `times` checks: its count becomes ours. */
  learn(key: string, rule: Rule, cost: number, times: number, taking: Taking): void;
  /** Decides here; what is admitted is owed to Redis. */
  take(key: string, rule: Rule, cost: number, times: number): Taking;
  /** Redis has counted so much of what is owed after all. */
  forgive(key: string, amount: number): void;
  /** Takes all that is owed and still in its window. */
  collectDebts(): { key: string; rule: Rule; amount: number }[];
  /** What could not be told is owed again. */
  owe(key: string, rule: Rule, amount: number): void;
}

export function createMirror(clock: RateLimitClock, maxSubjects: number): Mirror {
  const subjects = new Lru<string, Mirrored>(maxSubjects);
  const subject = (key: string) => subjects.touch(key, () => ({ window: new SlidingWindow(), debt: undefined }));

  function owe(mirrored: Mirrored, rule: Rule, amount: number): void {
    mirrored.debt = { amount: (mirrored.debt?.amount ?? 0) + amount, rule, atMs: clock.now() };
  }

  return {
    learn(key, rule, cost, times, { free }) {
      const left = free - fitting(free, cost, times) * cost;
      subject(key).window.setTotal(rule.max - left, rule.windowMs, clock.now());
    },
    take(key, rule, cost, times) {
      const mirrored = subject(key);
      const taking = mirrored.window.take(rule, cost, times, clock.now());
      const admitted = fitting(taking.free, cost, times);
      if (admitted > 0) owe(mirrored, rule, admitted * cost);
      return taking;
    },
    forgive(key, amount) {
      const { debt } = subject(key);
      if (debt !== undefined) debt.amount = Math.max(0, debt.amount - amount);
    },
    collectDebts() {
      const debts: { key: string; rule: Rule; amount: number }[] = [];
      for (const [key, mirrored] of subjects) {
        const { debt } = mirrored;
        mirrored.debt = undefined;
        if (debt === undefined || debt.amount === 0 || clock.now() - debt.atMs > debt.rule.windowMs) continue;
        debts.push({ key, rule: debt.rule, amount: debt.amount });
      }
      return debts;
    },
    owe: (key, rule, amount) => owe(subject(key), rule, amount),
  };
}
