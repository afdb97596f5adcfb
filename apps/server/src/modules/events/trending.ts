import type { Event, TrendingQuery } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import { addRelisted } from './discovery.cache.ts';
import { cellOf, cellsAround, regionGrid } from './discovery-grid.ts';
import { eventView } from './events.views.ts';
import type { Move } from './tally.ts';
import * as repo from './trending.repo.ts';

const REMOVED_AT_ONCE = 1000;

/** Moves what answers weigh; to be called before they are written, under the events' locks. ED6, ED7 */
export async function trendMoved(tx: Tx, moves: readonly Move[], now: Date): Promise<void> {
  const weighty = moves.filter(({ before, after }) => weightOf(before) !== weightOf(after));
  if (weighty.length > 0) await repo.move(tx, weighty, now);
}

const weightOf = (status: Move['before']): number => (status === null ? 0 : repo.WEIGHTS[status]);

/** Events themselves have changed, or are no more: no list shows them as they were. ED10, ED11 */
export async function relisted(tx: Tx, effects: Effects, eventIds: readonly number[], now: Date): Promise<void> {
  addRelisted(effects);
  if (eventIds.length > 0) await repo.renew(tx, eventIds, now);
}

/** What place one asks about: a region with those around it, or everywhere. */
export function regionOf({ lat, lng }: TrendingQuery): number | 'everywhere' {
  if ((lat === undefined) !== (lng === undefined)) throw new Problem('events.place_incomplete');
  return lat === undefined || lng === undefined ? 'everywhere' : cellOf(regionGrid, { lat, lng });
}

interface Deps {
  readonly queries: Queries;
  readonly clock: Clock;
}

/** ED6–ED10 */
export function createTrending({ queries, clock }: Deps) {
  return {
    async trending(region: number | 'everywhere', limit: number): Promise<{ items: Event[] }> {
      const now = new Date(clock.now());
      const rows = region === 'everywhere'
        ? await repo.top(queries, now, limit)
        : await repo.topOf(queries, cellsAround(regionGrid, region), now, limit);
      return { items: rows.map(eventView) };
    },

    /** Takes off what is over; answers how many events that were. */
    async sweepTrends(write: Write): Promise<number> {
      let removed = 0;
      for (let count = REMOVED_AT_ONCE; count === REMOVED_AT_ONCE; removed += count) {
        count = await write((tx) => repo.removeOver(tx, new Date(clock.now()), REMOVED_AT_ONCE));
      }
      return removed;
    },
  };
}
