import { Page, Room } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';

export const roomPolicies = {
  list: declarePolicy<{ page: number; limit: number }>()({
    name: 'rooms.list', key: 'cache:rooms:page:{page}:limit:{limit}', tags: ['rooms'], ttl: 'rooms', freshness: 'strict',
    shape: Page(Room),
  }),
  one: declarePolicy<{ id: number }>()({
    name: 'rooms.one', key: 'cache:room:{id}', tags: ['room:{id}'], ttl: 'room', freshness: 'strict', shape: Room,
  }),
};

/** Something that the room's view shows has changed; the lists show it too. */
export const roomChanged = (roomId: number): Effect => invalidated('rooms', `room:${roomId}`);
