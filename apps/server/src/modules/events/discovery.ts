import type { Event, NearbyEvent, NearbyQuery, TrendingQuery } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { CacheParams, CachePolicyDeclaration, Reads } from '../../kernel/cache-policy.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Write } from '../../kernel/write.ts';
import { discoveryPolicies } from './discovery.cache.ts';
import { createWarming } from './discovery-warming.ts';
import { createNearby } from './nearby.ts';
import { createTrending, regionOf } from './trending.ts';

interface Deps {
  readonly queries: Queries;
  readonly write: Write;
  readonly reads: Pick<Reads, 'refresh' | 'usesOf' | 'available'>;
  readonly clock: Clock;
  readonly log: Log;
}

export type Discovery = ReturnType<typeof createDiscovery>;

/** Half the age at which a cached list ends, so that a busy one is loaded in time. */
const ROUND_MS = 10_000;
const ROUNDS_PER_SWEEP = 6;

/** Finds events that one knows nothing of yet: those around a place, and those that many people go to. */
export function createDiscovery({ queries, write, reads, clock, log }: Deps) {
  const { nearby } = createNearby({ queries, clock });
  const { trending, sweepTrends } = createTrending({ queries, clock });
  const warming = createWarming({ reads, log });

  function loaded<P extends CacheParams, V>(policy: CachePolicyDeclaration<P>, params: P, load: () => Promise<V>): Promise<V> {
    warming.loaded(policy, params, load);
    return load();
  }

  return {
    nearbyParams: (query: NearbyQuery) => nearbyParams(query, clock.now()),

    /** The nearest first. Public ones are the same for everybody. ED1–ED5 */
    async nearby(actor: Actor | undefined, query: NearbyQuery): Promise<{ items: NearbyEvent[]; nextCursor: string | null }> {
      if (query.scope === 'visible') return nearby(actor, query);
      return loaded(discoveryPolicies.nearby, nearbyParams(query, clock.now()), () => nearby(undefined, query));
    },

    /** The most popular first. ED6–ED9 */
    async trending(query: TrendingQuery): Promise<{ items: Event[] }> {
      const params = trendingParams(query);
      return loaded(discoveryPolicies.trending, params, () => trending(params.region, params.limit));
    },

    sweepTrends: () => sweepTrends(write),
    warm: () => warming.warm(),

    /** Keeps what many ask for loaded, and what is over out of the way, until it is closed. ED10, ED13 */
    start(): { close(): Promise<void> } {
      let round = 0;
      let running: Promise<void> | undefined;
      async function tick(): Promise<void> {
        round += 1;
        try {
          await warming.warm();
          if (round % ROUNDS_PER_SWEEP === 0) await sweepTrends(write);
        } catch (err) {
          log.debug({ err }, 'The lists of events could not be looked after; the next round will');
        }
      }
      const timer = setInterval(() => {
        running ??= tick().finally(() => {
          running = undefined;
        });
      }, ROUND_MS);
      timer.unref();
      return {
        async close() {
          clearInterval(timer);
          await running;
        },
      };
    },
  };
}

/** What tells answers apart; a window that begins now or earlier begins now. */
function nearbyParams({ lat, lng, radiusKm = 50, from, to, cursor, limit = 20 }: NearbyQuery, nowMs: number) {
  const fromMs = from === undefined ? nowMs : Date.parse(from);
  return {
    place: `${lat},${lng}`, radiusKm, from: fromMs <= nowMs ? 'now' : `${fromMs}`, to: to === undefined ? 'month' : `${Date.parse(to)}`,
    cursor: cursor ?? 'start', limit,
  };
}

export const trendingParams = (query: TrendingQuery) => ({ region: regionOf(query), limit: query.limit ?? 20 });
