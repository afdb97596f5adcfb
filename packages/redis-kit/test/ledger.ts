/** One decision of a rate limiter, in the order of the decisions. */
export interface Entry {
  readonly atMs: number;
  readonly cost: number;
  readonly allowed: boolean;
}

/**
 * Holds decisions to the rule, by looking at all of them: what was admitted in any closed window of `windowMs` is at
 * most `max`, and what was refused did not fit beside what the last `slack × windowMs` admitted. Gives one line for
 * each breach.
 */
export function breaches(entries: readonly Entry[], rule: { max: number; windowMs: number }, slack = 1.02): string[] {
  const { max, windowMs } = rule;
  const found: string[] = [];
  entries.forEach(({ atMs, cost, allowed }, index) => {
    const admittedSince = (sinceMs: number): number => {
      let sum = 0;
      for (let i = index - 1; i >= 0 && entries[i]!.atMs >= sinceMs; i -= 1) {
        if (entries[i]!.allowed) sum += entries[i]!.cost;
      }
      return sum;
    };
    if (allowed) {
      const sum = admittedSince(atMs - windowMs) + cost;
      if (sum > max) found.push(`${sum} admitted within ${windowMs} ms up to ${atMs}, above ${max}`);
    } else {
      const sum = admittedSince(atMs - slack * windowMs);
      if (sum + cost <= max) found.push(`${cost} refused at ${atMs}, with ${sum} of ${max} in ${slack} windows`);
    }
  });
  return found;
}
