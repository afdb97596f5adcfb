import Type from 'typebox';
import { ProfilePicture } from './accounts.ts';
import { Id, Nullable, Time } from './text.ts';

const person = { id: Id, username: Type.String(), displayName: Type.String(), profilePicture: Nullable(ProfilePicture) };

/** How somebody is shown in a list. */
export const Person = Type.Object(person, { additionalProperties: false, title: 'Person' });
export type Person = Type.Static<typeof Person>;

export const Friend = Type.Object(
  {
    ...person,
    since: Time,
    online: Type.Boolean({ description: 'Has a live connection, on whatever node. `friends:presence` tells of changes' }),
  },
  { additionalProperties: false, title: 'Friend' },
);
export type Friend = Type.Static<typeof Friend>;

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 }));
const Cursor = Type.Optional(
  Type.String({ pattern: String.raw`^\d{1,16}(?:\.\d{1,10})?$`, description: 'The `nextCursor` of the page before' }),
);

export const FriendsQuery = Type.Object(
  { cursor: Cursor, limit: Limit, online: Type.Optional(Type.Boolean({ description: 'True: only those who are online' })) },
  { additionalProperties: false },
);
export type FriendsQuery = Type.Static<typeof FriendsQuery>;

export const FriendsPageQuery = Type.Object({ cursor: Cursor, limit: Limit }, { additionalProperties: false });
export type FriendsPageQuery = Type.Static<typeof FriendsPageQuery>;

export const FriendRequestStatus = Type.Enum(['pending', 'accepted', 'rejected', 'cancelled']);

export const FriendRequest = Type.Object(
  { id: Id, from: Person, to: Person, status: FriendRequestStatus, createdAt: Time },
  { additionalProperties: false, title: 'FriendRequest' },
);
export type FriendRequest = Type.Static<typeof FriendRequest>;

export const FriendRequestBody = Type.Object({ userId: Id }, { additionalProperties: false, title: 'FriendRequestBody' });

export const FriendRequestDirection = Type.Enum(['incoming', 'outgoing']);
export type FriendRequestDirection = Type.Static<typeof FriendRequestDirection>;

export const FriendRequestsQuery = Type.Object(
  { direction: Type.Optional(FriendRequestDirection), cursor: Cursor, limit: Limit },
  { additionalProperties: false },
);
export type FriendRequestsQuery = Type.Static<typeof FriendRequestsQuery>;

/** An open request between oneself and somebody. */
const OpenRequest = Type.Object({ id: Id, direction: FriendRequestDirection }, { additionalProperties: false });

export const FriendStanding = Type.Object(
  {
    userId: Id,
    isFriend: Type.Boolean(),
    since: Nullable(Time),
    online: Type.Boolean({ description: 'Always false of somebody who is no friend' }),
    request: Nullable(OpenRequest),
    mutualCount: Type.Integer({ description: 'Friends that both have' }),
  },
  { additionalProperties: false, title: 'FriendStanding' },
);
export type FriendStanding = Type.Static<typeof FriendStanding>;

export const BlockedPerson = Type.Object({ ...person, blockedAt: Time }, { additionalProperties: false, title: 'BlockedPerson' });
export type BlockedPerson = Type.Static<typeof BlockedPerson>;
