import type { SessionStats } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import * as repo from './statistics.repo.ts';

export interface SessionStatistics {
  /** Sessions that are open now, and what began and ended in the last 30 days. */
  stats(): Promise<SessionStats>;
}

interface Deps {
  readonly queries: Queries;
  readonly clock: Clock;
}

const DAYS = 30;

/** SE13 */
export function createSessionStatistics({ queries, clock }: Deps): SessionStatistics {
  return {
    async stats() {
      const now = new Date(clock.now());
      const [counts, kinds, perDay] = await Promise.all([
        repo.countOpen(queries, now), repo.countOpenByKind(queries, now), repo.countByDay(queries, DAYS, now),
      ]);
      return {
        ...counts, perDay,
        byDevice: sumBy(kinds, ({ device }) => device),
        byPlatform: sumBy(kinds, ({ os }) => os),
      };
    },
  };
}

function sumBy<T extends { readonly sessions: number }>(items: readonly T[], nameOf: (item: T) => string): Record<string, number> {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(nameOf(item), (sums.get(nameOf(item)) ?? 0) + item.sessions);
  return Object.fromEntries([...sums].toSorted(([, a], [, b]) => b - a));
}
