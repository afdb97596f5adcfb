import { CursorPage, NearbyEvent, TrendingEvents } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effects } from '../../kernel/write.ts';

/** Carried by lists of public events. An event that is public no more ends them all at once; new ones and answers end none. */
const LISTED_TAG = 'events:listed';

/** What no tag tells, new events and answers, shows after this at the latest; with time to load, half a minute. */
const MAX_AGE_MS = 20_000;

export const discoveryPolicies = {
  nearby: declarePolicy<{ place: string; radiusKm: number; from: string; to: string; cursor: string; limit: number }>()({
    name: 'events.nearby', key: 'cache:events:nearby:{place}:{radiusKm}:from:{from}:to:{to}:after:{cursor}:limit:{limit}',
    tags: [LISTED_TAG], ttl: 'nearbyEvents', freshness: 'strict', maxAgeMs: MAX_AGE_MS, shape: CursorPage(NearbyEvent),
  }),
  trending: declarePolicy<{ region: number | 'everywhere'; limit: number }>()({
    name: 'events.trending', key: 'cache:events:trending:{region}:limit:{limit}',
    tags: [LISTED_TAG], ttl: 'trendingEvents', freshness: 'strict', maxAgeMs: MAX_AGE_MS, shape: TrendingEvents,
  }),
};

export const addRelisted = (effects: Effects): void => effects.add(invalidated(LISTED_TAG));
