import Type from 'typebox';
import { Event } from './events.ts';
import { Time } from './text.ts';

const Latitude = Type.Number({ minimum: -90, maximum: 90, description: 'Degrees' });
const Longitude = Type.Number({ minimum: -180, maximum: 180, description: 'Degrees' });
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 }));

export const NearbyQuery = Type.Object(
  {
    lat: Latitude,
    lng: Longitude,
    radiusKm: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 500, default: 50 })),
    from: Type.Optional({ ...Time, description: 'Events that are over by then are left out; now, where it is missing or past' }),
    to: Type.Optional({ ...Time, description: 'Events that begin later are left out; 30 days after `from` by default, a year at most' }),
    scope: Type.Optional(Type.Enum(['public', 'visible'], {
      default: 'public',
      description: '`visible`: also those of friends and private ones that one may see, without those of people between '
        + 'whom and oneself there is a block; asks for a user and is not cached',
    })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 50, description: 'The `nextCursor` of the page before' })),
    limit: Limit,
  },
  { additionalProperties: false },
);
export type NearbyQuery = Type.Static<typeof NearbyQuery>;

/** Both coordinates, or neither: everywhere. */
export const TrendingQuery = Type.Object(
  { lat: Type.Optional(Latitude), lng: Type.Optional(Longitude), limit: Limit }, { additionalProperties: false },
);
export type TrendingQuery = Type.Static<typeof TrendingQuery>;

export const NearbyEvent = Type.Object(
  { ...Event.properties, distanceKm: Type.Number({ minimum: 0, description: 'Great circle' }) },
  { additionalProperties: false, title: 'NearbyEvent' },
);
export type NearbyEvent = Type.Static<typeof NearbyEvent>;

/** A list of a few, which has no further page. */
export const TrendingEvents = Type.Object({ items: Type.Array(Event) }, { additionalProperties: false, title: 'TrendingEvents' });
export type TrendingEvents = Type.Static<typeof TrendingEvents>;
