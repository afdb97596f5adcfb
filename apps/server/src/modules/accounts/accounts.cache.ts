import { OwnProfile } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';

/** Carried by whatever shows names of many people; a name changes rarely. */
export const USERNAMES_TAG = 'usernames';
/** Carried by lists that show more of people than that: what they call themselves, their picture. */
export const PEOPLE_TAG = 'people';

export const accountPolicies = {
  profile: declarePolicy<{ id: number }>()({
    name: 'accounts.profile', key: 'cache:user:{id}:profile', tags: ['user:{id}'], ttl: 'profile', freshness: 'strict',
    shape: OwnProfile,
  }),
};

/** `looks`: what lists of people show of one. */
export const profileChanged = (userId: number, changes: { readonly username: boolean; readonly looks: boolean }): Effect =>
  invalidated(
    `user:${userId}`, ...(changes.username ? [USERNAMES_TAG] : []), ...(changes.username || changes.looks ? [PEOPLE_TAG] : []),
  );
