import { CursorPage, FriendRequest, Id, Person, Time } from '@watchparty/protocol';
import Type from 'typebox';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';
import { PEOPLE_TAG } from '../accounts/index.ts';

/** A friend as the cache has them: whether they are online is asked each time. */
export const CachedFriend = Type.Object({ ...Person.properties, since: Time }, { additionalProperties: false });

export const friendPolicies = {
  list: declarePolicy<{ id: number; cursor: string; limit: number }>()({
    name: 'friends.list', key: 'cache:user:{id}:friends:{cursor}:{limit}', tags: ['friends:{id}', PEOPLE_TAG], ttl: 'friends',
    freshness: 'strict', shape: CursorPage(CachedFriend),
  }),
  /** Of one person: who their friends are, and whom a block stands between, whoever made it. Never shown as it is. */
  circle: declarePolicy<{ id: number }>()({
    name: 'friends.circle', key: 'cache:user:{id}:friends:circle', tags: ['friends:{id}'], ttl: 'friends', freshness: 'strict',
    shape: Type.Object({ friendIds: Type.Array(Id), blockedIds: Type.Array(Id) }, { additionalProperties: false }),
  }),
  /** The first page, of both directions. */
  requests: declarePolicy<{ id: number }>()({
    name: 'friends.requests', key: 'cache:user:{id}:friend-requests', tags: ['friends:{id}', PEOPLE_TAG], ttl: 'friendRequests',
    freshness: 'strict', shape: CursorPage(FriendRequest),
  }),
  /** The first page. */
  mutual: declarePolicy<{ a: number; b: number }>()({
    name: 'friends.mutual', key: 'cache:friends:mutual:{a}:{b}', tags: ['friends:{a}', 'friends:{b}', PEOPLE_TAG], ttl: 'mutualFriends',
    freshness: 'strict', shape: CursorPage(Person),
  }),
};

/** Friends, requests or blocks of these people have changed. */
export const circlesChanged = (...userIds: readonly number[]): Effect => invalidated(...userIds.map((id) => `friends:${id}`));
