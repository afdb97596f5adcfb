import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { CursorPage } from '@watchparty/client';
import type { Friend, FriendStanding } from '@watchparty/protocol';
import { FRIEND_LIST, FRIENDS_ONLINE, standingOf } from './keys.ts';

type FriendPages = InfiniteData<CursorPage<Friend>>;
type Online = ReadonlyMap<number, boolean>;

/** The same object where nothing in it changes, so that nothing is drawn anew. */
export function withPresence<T extends { readonly id: number; readonly online: boolean }>(friends: T[], online: Online): T[] {
  if (friends.every((friend) => (online.get(friend.id) ?? friend.online) === friend.online)) return friends;
  return friends.map((friend) => ({ ...friend, online: online.get(friend.id) ?? friend.online }));
}

/** Friends have come online, or gone: what was fetched before is older than that. */
export function putPresence(queries: QueryClient, online: Online): void {
  queries.setQueryData<FriendPages>(FRIEND_LIST, (data) =>
    data && { ...data, pages: data.pages.map((page) => ({ ...page, items: withPresence(page.items, online) })) });
  for (const [userId, isOnline] of online) {
    queries.setQueryData<FriendStanding>(standingOf(userId), (standing) => standing && { ...standing, online: isOnline });
  }
  // Who has come is not in it yet, and what is on its way may be from before.
  void queries.invalidateQueries({ queryKey: FRIENDS_ONLINE });
  if (queries.isFetching({ queryKey: FRIEND_LIST }) > 0) void queries.invalidateQueries({ queryKey: FRIEND_LIST });
}
