import type {
  BlockedPerson, Friend, FriendRequest, FriendRequestDirection, FriendStanding, Person,
} from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import type { CursorPage } from './page.ts';

export interface FriendsPageQuery {
  /** The `nextCursor` of the page before. */
  readonly cursor?: string;
  /** 1 to 100; 50 by default. */
  readonly limit?: number;
}

export interface FriendsQuery extends FriendsPageQuery {
  /** True: only those who are online. */
  readonly online?: boolean;
}

export interface FriendRequestsQuery extends FriendsPageQuery {
  readonly direction?: FriendRequestDirection;
}

export function friendCalls({ data, create }: Caller) {
  return {
    /** The newest first. `friends:presence` tells who comes and goes, `friends:changed` when to fetch again. */
    list: ({ cursor, limit, online }: FriendsQuery = {}, { signal }: CallOptions = {}): Promise<CursorPage<Friend>> =>
      data({ method: 'GET', path: '/api/friends', query: { cursor, limit, online }, signal }),

    /** How one stands with somebody. */
    standing: (userId: number, { signal }: CallOptions = {}): Promise<FriendStanding> =>
      data({ method: 'GET', path: `/api/friends/${userId}`, signal }),

    remove: (userId: number, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: `/api/friends/${userId}`, signal }),

    /** In order of id. */
    mutual: (userId: number, { cursor, limit }: FriendsPageQuery = {}, { signal }: CallOptions = {}): Promise<CursorPage<Person>> =>
      data({ method: 'GET', path: `/api/friends/mutual/${userId}`, query: { cursor, limit }, signal }),

    /** Open requests to and from oneself, the newest first. */
    requests: (
      { direction, cursor, limit }: FriendRequestsQuery = {}, { signal }: CallOptions = {},
    ): Promise<CursorPage<FriendRequest>> =>
      data({ method: 'GET', path: '/api/friends/requests', query: { direction, cursor, limit }, signal }),

    /** `status` is `accepted` when they had asked too. */
    ask: (userId: number, options?: CreateOptions): Promise<FriendRequest> => create('/api/friends/requests', { userId }, options),

    accept: (requestId: number, { signal }: CallOptions = {}): Promise<FriendRequest> =>
      data({ method: 'POST', path: `/api/friends/requests/${requestId}/accept`, signal }),

    reject: (requestId: number, { signal }: CallOptions = {}): Promise<FriendRequest> =>
      data({ method: 'POST', path: `/api/friends/requests/${requestId}/reject`, signal }),

    /** Takes one's own request back. */
    cancel: (requestId: number, { signal }: CallOptions = {}): Promise<FriendRequest> =>
      data({ method: 'DELETE', path: `/api/friends/requests/${requestId}`, signal }),

    /** Whom one has blocked, in order of id. */
    blocks: ({ cursor, limit }: FriendsPageQuery = {}, { signal }: CallOptions = {}): Promise<CursorPage<BlockedPerson>> =>
      data({ method: 'GET', path: '/api/friends/blocks', query: { cursor, limit }, signal }),

    /** Ends friendship and requests; for who is blocked one does not exist. */
    block: (userId: number, options?: CreateOptions): Promise<BlockedPerson> =>
      create(`/api/friends/blocks/${userId}`, undefined, options),

    unblock: (userId: number, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: `/api/friends/blocks/${userId}`, signal }),
  };
}
