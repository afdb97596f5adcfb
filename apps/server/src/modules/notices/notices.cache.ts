import { NoticesPage } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';

export const noticePolicies = {
  /** The newest; those before them are read by cursor, seldom. */
  newest: declarePolicy<{ userId: number; limit: number }>()({
    name: 'notices.newest', key: 'cache:user:{userId}:notices:limit:{limit}', tags: ['user:{userId}:notices'], ttl: 'notices',
    freshness: 'strict', shape: NoticesPage,
  }),
};

export const noticesChanged = (userIds: Iterable<number>): Effect =>
  invalidated(...[...new Set(userIds)].map((userId) => `user:${userId}:notices`));
