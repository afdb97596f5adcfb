import type { Event, NearbyEvent, NearbyQuery, TrendingQuery } from '@watchparty/protocol';
import type { Caller, CallOptions } from './caller.ts';
import type { CursorPage } from './page.ts';

/** To 11 cm: a number with an exponent is none in an address. */
const degrees = (value: number): number => Number(value.toFixed(6));

export function discoveryCalls({ data }: Caller) {
  return {
    /**
     * What takes place around a place, the nearest first; half a minute old at most. With two decimals of a degree neighbours
     * share cached answers, and the server does not learn where exactly one is.
     */
    nearby: (query: NearbyQuery, { signal }: CallOptions = {}): Promise<CursorPage<NearbyEvent>> =>
      data({ method: 'GET', path: '/api/events/nearby', query: { ...query, lat: degrees(query.lat), lng: degrees(query.lng) }, signal }),

    /** What many people go to of late: everywhere, or around a place. */
    trending: ({ lat, lng, limit }: TrendingQuery = {}, { signal }: CallOptions = {}): Promise<{ items: Event[] }> =>
      data({
        method: 'GET', path: '/api/events/trending', signal,
        query: { lat: lat === undefined ? undefined : degrees(lat), lng: lng === undefined ? undefined : degrees(lng), limit },
      }),
  };
}
