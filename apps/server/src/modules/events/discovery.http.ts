import { CursorPage, NearbyEvent, NearbyQuery, TrendingEvents, TrendingQuery } from '@watchparty/protocol';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import { discoveryPolicies } from './discovery.cache.ts';
import { type Discovery, trendingParams } from './discovery.ts';

export function discoveryRoutes(discovery: Discovery): Route[] {
  const tag = 'Events';
  return [
    jsonRoute({
      method: 'GET', path: '/api/events/nearby', id: 'listNearbyEvents', tag, access: 'anyone',
      summary: 'Events around a place that are not over, the nearest first',
      description:
        'Public ones by default, at most half a minute old. Coordinates with two decimals (1 km) share cached answers '
        + 'with the neighbours, and tell nobody where exactly one is.',
      query: NearbyQuery, response: CursorPage(NearbyEvent),
      errors: ['events.times_invalid', 'events.cursor_invalid', 'auth.required', 'auth.guest_forbidden'],
      cached: {
        policy: discoveryPolicies.nearby,
        params: ({ query }) => (query.scope === 'visible' ? undefined : discovery.nearbyParams(query)),
      },
      handle: ({ actor, query }) => discovery.nearby(actor, query),
    }),
    jsonRoute({
      method: 'GET', path: '/api/events/trending', id: 'listTrendingEvents', tag, access: 'anyone',
      summary: 'Public events that many people go to of late, the most popular first; everywhere, or around a place',
      description: 'At most half a minute old. Around a place: its region of three degrees, and those that touch it.',
      query: TrendingQuery, response: TrendingEvents, errors: ['events.place_incomplete'],
      cached: {
        policy: discoveryPolicies.trending,
        // Half a place is refused where the load is.
        params: ({ query }) => ((query.lat === undefined) === (query.lng === undefined) ? trendingParams(query) : undefined),
      },
      handle: ({ query }) => discovery.trending(query),
    }),
  ];
}
