import type { Taking } from './sliding-window.ts';
import type { Decision, Rule } from './types.ts';

/** What came of the `index`-th of a run of equal checks: the first ones get what is free. */
export function decisionOf(
  rule: Rule, cost: number, index: number, { free, resetMs, retryAfterMs }: Taking, source: Decision['source'],
): Decision {
  const before = free - index * cost;
  const allowed = before >= cost;
  // Once one of a run is refused, so are the rest, and what was free for the first of them stays.
  const remaining = allowed ? before - cost : Math.max(0, free < cost ? free : free % cost);
  return { allowed, limit: rule.max, remaining, resetMs, retryAfterMs: allowed ? 0 : retryAfterMs, source };
}
