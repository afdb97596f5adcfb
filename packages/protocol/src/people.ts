import Type from 'typebox';
import { User } from './accounts.ts';
import { FriendRequestDirection } from './friends.ts';
import { Id, Nullable, Time } from './text.ts';

export const PeopleQuery = Type.Object(
  {
    q: Type.String({ minLength: 2, maxLength: 60, pattern: String.raw`\S`, description: 'A name or a part of one, in Latin or Cyrillic' }),
    page: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 10 })),
  },
  { additionalProperties: false },
);
export type PeopleQuery = Type.Static<typeof PeopleQuery>;

export const FoundPerson = Type.Object(
  {
    ...User.properties,
    isFriend: Type.Boolean(),
    request: Nullable(Type.Object({ id: Id, direction: FriendRequestDirection }, { additionalProperties: false })),
  },
  { additionalProperties: false, title: 'FoundPerson' },
);
export type FoundPerson = Type.Static<typeof FoundPerson>;

const figures = {
  roomsJoined: Type.Integer({ description: 'How often rooms were joined, own new ones included' }),
  minutesWatched: Type.Integer({ description: 'While the film played and one’s player followed it' }),
  messages: Type.Integer({ description: 'Said in rooms, without those deleted' }),
  events: Type.Integer({ description: 'That one went to or goes to, in the week in which they begin' }),
  friends: Type.Integer({ description: 'Friends that one has; of a week, those who have come' }),
};
export const ActivityFigures = Type.Object(figures, { additionalProperties: false, title: 'ActivityFigures' });
export type ActivityFigures = Type.Static<typeof ActivityFigures>;

export const UserAnalytics = Type.Object(
  {
    userId: Id,
    totals: ActivityFigures,
    weeks: Type.Array(
      Type.Object(
        { weekStart: Type.String({ format: 'date', description: 'Its Monday, UTC' }), ...figures },
        { additionalProperties: false },
      ),
      { description: 'The last 26, the oldest first; the last one is not over yet' },
    ),
    at: Time,
  },
  { additionalProperties: false, title: 'UserAnalytics' },
);
export type UserAnalytics = Type.Static<typeof UserAnalytics>;
