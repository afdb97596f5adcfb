import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { CursorPage } from '@watchparty/client';
import type { BlockedPerson, Friend, FriendRequest, Person } from '@watchparty/protocol';
import { useHttp } from '../session/context.tsx';
import { usePending } from './actions.ts';
import { BLOCKED, FRIEND_LIST, FRIENDS_ONLINE, INCOMING, OUTGOING } from './keys.ts';
import { type Pages, usePages } from './use-pages.ts';

const MOST_ONLINE = 100;
/** Told live; asked again now and then, should a word be lost. */
const REFRESH_MS = 60_000;

/** Those one has, the newest first, without whom one is just removing. */
export function useFriendList(): Pages<Friend> {
  const http = useHttp();
  const leaving = idsOf(usePending(), 'remove', 'block');
  const pages = usePages(FRIEND_LIST, (cursor, signal) => http.friends.list(from(cursor), { signal }));
  return { ...pages, items: pages.items?.filter(({ id }) => !leaving.has(id)) };
}

export function useFriendsOnline(enabled = true): UseQueryResult<CursorPage<Friend>> {
  const http = useHttp();
  const leaving = idsOf(usePending(), 'remove', 'block');
  return useQuery({
    queryKey: FRIENDS_ONLINE, enabled, refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => http.friends.list({ online: true, limit: MOST_ONLINE }, { signal }),
    select: (page) => ({ ...page, items: page.items.filter(({ id }) => !leaving.has(id)) }),
  });
}

export function useIncoming(): Pages<FriendRequest> {
  const http = useHttp();
  const answered = idsOf(usePending(), 'accept', 'reject', 'block');
  const pages = usePages(INCOMING, (cursor, signal) => http.friends.requests({ direction: 'incoming', ...from(cursor) }, { signal }));
  return { ...pages, items: pages.items?.filter(({ from }) => !answered.has(from.id)) };
}

export function useOutgoing(): Pages<FriendRequest> {
  const http = useHttp();
  const taken = idsOf(usePending(), 'cancel', 'block');
  const pages = usePages(OUTGOING, (cursor, signal) => http.friends.requests({ direction: 'outgoing', ...from(cursor) }, { signal }));
  return { ...pages, items: pages.items?.filter(({ to }) => !taken.has(to.id)) };
}

export function useBlocked(enabled: boolean): Pages<BlockedPerson> {
  const http = useHttp();
  const lifted = idsOf(usePending(), 'unblock');
  const pages = usePages(BLOCKED, (cursor, signal) => http.friends.blocks(from(cursor), { signal }), enabled);
  return { ...pages, items: pages.items?.filter(({ id }) => !lifted.has(id)) };
}

function idsOf(pending: ReturnType<typeof usePending>, ...kinds: readonly string[]): ReadonlySet<Person['id']> {
  return new Set(pending.filter(({ kind }) => kinds.includes(kind)).map(({ person }) => person.id));
}

const from = (cursor: string | undefined): { cursor?: string } => (cursor === undefined ? {} : { cursor });
