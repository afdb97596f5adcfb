import { Id, Nullable, Page, ParticipantRole, Room } from '@watchparty/protocol';
import Type from 'typebox';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';

/** What decides whether a person may read what lives in a room. */
export const CachedStanding = Type.Object({
  ownerId: Id,
  isPrivate: Type.Boolean(),
  hasPassword: Type.Boolean(),
  /** Null: takes no part. */
  role: Nullable(ParticipantRole),
}, { additionalProperties: false });
export type CachedStanding = Type.Static<typeof CachedStanding>;

export const roomPolicies = {
  list: declarePolicy<{ page: number; limit: number }>()({
    name: 'rooms.list', key: 'cache:rooms:page:{page}:limit:{limit}', tags: ['rooms'], ttl: 'rooms', freshness: 'strict',
    shape: Page(Room),
  }),
  one: declarePolicy<{ id: number }>()({
    name: 'rooms.one', key: 'cache:room:{id}', tags: ['room:{id}'], ttl: 'room', freshness: 'strict', shape: Room,
  }),
  /** For reads alone: whoever changes something looks under the room's lock. */
  standing: declarePolicy<{ id: number; userId: number }>()({
    name: 'rooms.standing', key: 'cache:room:{id}:standing:{userId}', tags: ['room:{id}'], ttl: 'room', freshness: 'strict',
    shape: CachedStanding,
  }),
};

/** Something that the room's view shows has changed; the lists show it too. */
export const roomChanged = (roomId: number): Effect => roomsChanged([roomId]);

export const roomsChanged = (roomIds: readonly number[]): Effect => invalidated('rooms', ...roomIds.map((id) => `room:${id}`));

/** Somebody takes part as another than before; the room's view shows nothing of it. */
export const roleChanged = (roomId: number): Effect => invalidated(`room:${roomId}`);
