import type { ActivityFigures, UserAnalytics } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import * as repo from './analytics.repo.ts';

interface Deps {
  readonly queries: Queries;
  readonly clock: Clock;
}

export type Analytics = ReturnType<typeof createAnalytics>;

const DAY_MS = 24 * 60 * 60 * 1000;
const WEEKS = 26;

/** The Mondays (UTC) of the last weeks, `YYYY-MM-DD`, the present week's last. */
export function mondays(nowMs: number, count = WEEKS): string[] {
  const today = new Date(nowMs);
  const sinceMonday = (today.getUTCDay() + 6) % 7;
  const mondayMs = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() - sinceMonday);
  return Array.from({ length: count }, (_, nth) => new Date(mondayMs - (count - 1 - nth) * 7 * DAY_MS).toISOString().slice(0, 10));
}

/** PE5 */
export function createAnalytics({ queries, clock }: Deps) {
  return {
    async of(userId: number): Promise<UserAnalytics> {
      if (!(await repo.isAccount(queries, userId))) throw new Problem('accounts.not_found');
      const nowMs = clock.now();
      const weekOf = (weekStart: string) => ({ weekStart, ...figuresOf(rows.get(weekStart)) });
      const rows = new Map((await repo.activityOf(queries, userId)).map((row) => [row.weekStart, row]));
      return {
        userId, totals: figuresOf(rows.get(null)), at: new Date(nowMs).toISOString(),
        weeks: mondays(nowMs).map(weekOf),
      };
    },
  };
}

function figuresOf(row: repo.ActivityRow | undefined): ActivityFigures {
  const { roomsJoined = 0, watchedMs = 0, messages = 0, events = 0, friends = 0 } = row ?? {};
  return { roomsJoined, minutesWatched: Math.round(watchedMs / 60_000), messages, events, friends };
}
