import { OwnProfile } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';

/** Carried by whatever shows names of many people; a name changes rarely. */
export const USERNAMES_TAG = 'usernames';

export const accountPolicies = {
  profile: declarePolicy<{ id: number }>()({
    name: 'accounts.profile', key: 'cache:user:{id}:profile', tags: ['user:{id}'], ttl: 'profile', freshness: 'strict',
    shape: OwnProfile,
  }),
};

export const profileChanged = (userId: number, changes: { readonly username: boolean }): Effect =>
  changes.username ? invalidated(`user:${userId}`, USERNAMES_TAG) : invalidated(`user:${userId}`);
