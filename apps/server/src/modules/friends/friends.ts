import type { Friend, FriendsPageQuery, FriendsQuery, FriendStanding, Person } from '@watchparty/protocol';
import type { Static } from 'typebox';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Reads } from '../../kernel/cache-policy.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import * as blocks from './blocks.repo.ts';
import { createBlocks } from './blocks.ts';
import { type CachedFriend, friendPolicies } from './friends.cache.ts';
import { addStanding } from './friends.effects.ts';
import * as repo from './friends.repo.ts';
import { friendView, personView } from './friends.views.ts';
import * as requestsRepo from './requests.repo.ts';
import { createRequests, type RequestDeps } from './requests.ts';

export interface FriendsDeps extends RequestDeps {
  readonly reads: Pick<Reads, 'value'>;
  /** Whether somebody has a live connection, on whatever node. */
  readonly isOnline: (userId: number) => boolean;
}

type PageOf<T> = { items: T[]; nextCursor: string | null };
export type Friends = ReturnType<typeof createFriends>;

/** How one stands with somebody, as lists of people show it. */
export interface Relation {
  readonly isFriend: boolean;
  readonly request: FriendStanding['request'];
}

export function createFriends(deps: FriendsDeps) {
  const { queries, reads, isOnline } = deps;

  const circle = (userId: number): Promise<{ friendIds: number[]; blockedIds: number[] }> =>
    reads.value(friendPolicies.circle, { id: userId }, () => repo.circle(queries, userId));

  const includes = (ids: readonly number[], id: number): boolean => ids.includes(id);

  async function listFrom(db: Queries, userId: number, { cursor, limit = 50 }: FriendsPageQuery, among?: readonly number[]) {
    const rows = await repo.list(db, userId, { before: beforeOf(cursor), limit: limit + 1, ...(among && { among }) });
    const kept = rows.slice(0, limit);
    return { items: kept.map(friendView), nextCursor: rows.length > limit ? cursorOf(kept.at(-1)!) : null };
  }

  /** Throws unless there is such a person, and the two may know of one another. FR8 */
  async function requireVisible(userId: number, otherId: number): Promise<void> {
    const { blockedIds } = await circle(userId);
    if (includes(blockedIds, otherId)) {
      const { aBlocks } = await blocks.between(queries, userId, otherId);
      throw new Problem(aBlocks ? 'friends.blocking' : 'accounts.not_found');
    }
    if (!(await repo.isAccount(queries, otherId))) throw new Problem('accounts.not_found');
  }

  const withPresence = (friend: Static<typeof CachedFriend>): Friend => ({ ...friend, online: isOnline(friend.id) });

  return {
    ...createRequests(deps),
    ...createBlocks(deps),
    requireVisible,

    /** As fresh as the last answered change; whoever changes something asks `blockedAmong` in their transaction. */
    areFriends: async (a: number, b: number): Promise<boolean> => includes((await circle(a)).friendIds, b),
    isBlockedBetween: async (a: number, b: number): Promise<boolean> => includes((await circle(a)).blockedIds, b),
    /** In order. */
    friendIds: async (userId: number): Promise<readonly number[]> => (await circle(userId)).friendIds,
    /** Whom a block stands between, whoever made it; in order. */
    blockedIds: async (userId: number): Promise<readonly number[]> => (await circle(userId)).blockedIds,
    /** Of these people, those between whom and the person a block stands, as the transaction sees it. */
    blockedAmong: (db: Queries, userId: number, others: readonly number[]): Promise<ReadonlySet<number>> =>
      blocks.among(db, userId, others),

    /** How the person stands with each of these. */
    async relations(userId: number, others: readonly number[]): Promise<(id: number) => Relation> {
      const [{ friendIds }, open] = await Promise.all([circle(userId), requestsRepo.pendingAmong(queries, userId, others)]);
      const friends = new Set(friendIds);
      const requests = new Map(open.map((row): [number, Relation['request']] =>
        row.from_id === userId ? [row.to_id, { id: row.id, direction: 'outgoing' }] : [row.from_id, { id: row.id, direction: 'incoming' }]));
      return (id) => ({ isFriend: friends.has(id), request: requests.get(id) ?? null });
    },

    /** FR11 */
    async list(userId: number, { online, ...query }: FriendsQuery): Promise<PageOf<Friend>> {
      const { cursor = 'newest', limit = 50 } = query;
      const page = online === true
        ? await listFrom(queries, userId, query, (await circle(userId)).friendIds.filter(isOnline))
        : await reads.value<{ id: number; cursor: string; limit: number }, PageOf<Static<typeof CachedFriend>>>(
          friendPolicies.list, { id: userId, cursor, limit }, () => listFrom(queries, userId, query),
        );
      return { ...page, items: page.items.map(withPresence) };
    },

    async standing({ userId }: Actor, otherId: number): Promise<FriendStanding> {
      if (userId === otherId) throw new Problem('friends.self');
      const [since, request, { friendIds }, theirs] = await Promise.all([
        repo.since(queries, userId, otherId), requestsRepo.pendingBetween(queries, userId, otherId), circle(userId), circle(otherId),
      ]);
      const mine = new Set(friendIds);
      const mutualCount = theirs.friendIds.filter((id) => mine.has(id)).length;
      return {
        userId: otherId, isFriend: since !== undefined, since: since?.toISOString() ?? null,
        online: since !== undefined && isOnline(otherId), mutualCount,
        request: request === undefined ? null : { id: request.id, direction: request.from_id === userId ? 'outgoing' : 'incoming' },
      };
    },

    /** FR12 */
    async mutual(a: number, b: number, { cursor, limit = 50 }: FriendsPageQuery): Promise<PageOf<Person>> {
      const after = cursor === undefined ? 0 : Math.min(Math.trunc(Number(cursor)), 2_147_483_647);
      const rows = await repo.mutual(queries, a, b, { after, limit: limit + 1 });
      const kept = rows.slice(0, limit);
      return { items: kept.map(personView), nextCursor: rows.length > limit ? String(kept.at(-1)!.id) : null };
    },

    /** FR4 */
    remove: (write: Write, { userId }: Actor, otherId: number): Promise<null> =>
      write(async (tx, effects) => {
        await repo.lockPair(tx, userId, otherId);
        if (!(await repo.part(tx, userId, otherId))) throw new Problem('friends.not_friends');
        await deps.events.peopleParted(tx, effects, { userId, otherId, blocked: false });
        addStanding(effects, userId, otherId);
        return null;
      }),
  };
}

/** `1760000000000.7`: when they became friends, ms, and whose row it is. */
const cursorOf = ({ since, id }: repo.FriendRow): string => `${since.getTime()}.${id}`;

function beforeOf(cursor: string | undefined): { readonly at: Date; readonly id: number } | undefined {
  if (cursor === undefined) return undefined;
  const [ms, id = '0'] = cursor.split('.');
  return { at: new Date(Math.min(Number(ms), 8e15)), id: Math.min(Number(id), 2_147_483_647) };
}
