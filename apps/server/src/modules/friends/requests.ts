import type { FriendRequest, FriendRequestsQuery } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { Notices } from '../notices/index.ts';
import * as blocks from './blocks.repo.ts';
import { addStanding } from './friends.effects.ts';
import { dayBefore, KEPT_MS, MOST_FRIENDS, requireFew, requireNotTooSoon } from './friends.policy.ts';
import * as friends from './friends.repo.ts';
import { requestView } from './friends.views.ts';
import * as repo from './requests.repo.ts';

export interface Parting {
  readonly userId: number;
  readonly otherId: number;
  readonly blocked: boolean;
}

export interface RequestDeps {
  readonly queries: Queries;
  readonly notices: Pick<Notices, 'notify' | 'withdraw'>;
  /** What else follows when two are no friends any more, or one blocks the other; under the lock of both. */
  readonly events: { peopleParted(tx: Tx, effects: Effects, parting: Parting): Promise<void> };
  readonly clock: Clock;
  /** Rows of one change of the sweep. */
  readonly batchSize?: number;
}

/** The notice of a request, by which it is withdrawn. */
export const requestSubject = (id: number) => ({ kind: 'friend_request', subject: String(id) }) as const;

/** FR1–FR7 */
export function createRequests({ queries, notices, clock, batchSize = 1000 }: RequestDeps) {
  const now = (): Date => new Date(clock.now());

  const shown = (row: repo.RequestRow, pair: friends.Pair, status = row.status): FriendRequest => {
    const [from, to] = [pair.person(row.from_id), pair.person(row.to_id)];
    if (from === undefined || to === undefined) throw new Problem('friends.request_not_found');
    return requestView({ ...row, status, from, to });
  };

  /** Makes friends of who asked and who was asked; tells who asked. */
  async function accept(tx: Tx, effects: Effects, row: repo.RequestRow, pair: friends.Pair): Promise<FriendRequest> {
    const request = shown(row, pair, 'accepted');
    if (await friends.isFull(tx, row.from_id, row.to_id, MOST_FRIENDS)) throw new Problem('friends.full');
    await repo.answer(tx, row.id, 'accepted', now());
    await friends.befriend(tx, row.from_id, row.to_id, now());
    addStanding(effects, row.from_id, row.to_id);
    const { to } = request;
    await notices.withdraw(tx, effects, requestSubject(row.id));
    await notices.notify(tx, effects, [
      { userId: row.from_id, kind: 'friend_accepted', subject: String(row.id), from: { userId: to.id, username: to.username } },
    ]);
    return request;
  }

  /** The request with both its people held, as it is then; undefined: it is none of this person's. */
  async function hold(
    tx: Tx, id: number, isTheirs: (row: repo.RequestRow) => boolean,
  ): Promise<{ row: repo.RequestRow; pair: friends.Pair } | undefined> {
    const before = await repo.find(tx, id);
    if (before === undefined || !isTheirs(before)) return undefined;
    const pair = await friends.lockPair(tx, before.from_id, before.to_id);
    const row = await repo.find(tx, id);
    return row && { row, pair };
  }

  /** Answers it for who was asked, or takes it back for who asked; nobody is a friend then. */
  function close(write: Write, id: number, isTheirs: (row: repo.RequestRow) => boolean, status: 'rejected' | 'cancelled'): Promise<FriendRequest> {
    return write(async (tx, effects) => {
      const held = await hold(tx, id, isTheirs);
      if (held?.row.status !== 'pending' && held?.row.status !== status) throw new Problem('friends.request_not_found');
      const { row, pair } = held;
      const request = shown(row, pair, status);
      if (row.status === status) return request;
      await repo.answer(tx, id, status, now());
      addStanding(effects, row.from_id, row.to_id);
      await notices.withdraw(tx, effects, requestSubject(id));
      return request;
    });
  }

  return {
    /**
     * Asks somebody; whoever is asked already stays asked. If they have asked too, or do so at this moment, the two are
     * friends: both are held in the order of their ids, so that one of them comes second.
     */
    async send(write: Write, actor: Actor, toId: number): Promise<FriendRequest> {
      if (toId === actor.userId) throw new Problem('friends.self');
      return write(async (tx, effects) => {
        const fromId = actor.userId;
        const pair = await friends.lockPair(tx, fromId, toId);
        const [from, to] = [pair.person(fromId), pair.person(toId)];
        const { aBlocks, bBlocks } = await blocks.between(tx, fromId, toId);
        if (aBlocks) throw new Problem('friends.blocking');
        // Whom one is blocked by cannot be told from nobody. FR8
        if (bBlocks || from === undefined || to === undefined) throw new Problem('accounts.not_found');
        if (await friends.areFriends(tx, fromId, toId)) throw new Problem('friends.already');
        const open = await repo.pendingBetween(tx, fromId, toId);
        if (open !== undefined) return open.from_id === fromId ? shown(open, pair) : accept(tx, effects, open, pair);
        const since = dayBefore(clock.now());
        requireNotTooSoon(await repo.historyOf(tx, fromId, toId, since), clock.now());
        requireFew(await repo.countOf(tx, fromId, since), clock.now());
        const row = await repo.insert(tx, fromId, toId, now());
        addStanding(effects, fromId, toId);
        await notices.notify(tx, effects, [{
          userId: toId, ...requestSubject(row.id), requestId: row.id, from: { userId: fromId, username: from.username },
        }]);
        return shown(row, pair);
      });
    },

    accept: (write: Write, actor: Actor, id: number): Promise<FriendRequest> =>
      write(async (tx, effects) => {
        const held = await hold(tx, id, (row) => row.to_id === actor.userId);
        if (held?.row.status === 'pending') return accept(tx, effects, held.row, held.pair);
        // Answered so before: a second click.
        if (held?.row.status === 'accepted' && (await friends.areFriends(tx, held.row.from_id, held.row.to_id))) return shown(held.row, held.pair);
        throw new Problem('friends.request_not_found');
      }),

    reject: (write: Write, actor: Actor, id: number): Promise<FriendRequest> =>
      close(write, id, (row) => row.to_id === actor.userId, 'rejected'),

    cancel: (write: Write, actor: Actor, id: number): Promise<FriendRequest> =>
      close(write, id, (row) => row.from_id === actor.userId, 'cancelled'),

    async listRequests(userId: number, { direction, cursor, limit = 50 }: FriendRequestsQuery) {
      const before = cursor === undefined ? undefined : Math.min(Math.trunc(Number(cursor)), 2_147_483_647);
      const rows = await repo.list(queries, userId, { direction, before, limit: limit + 1 });
      const kept = rows.slice(0, limit);
      return { items: kept.map(requestView), nextCursor: rows.length > limit ? String(kept.at(-1)!.id) : null };
    },

    /** How many answered requests that no limit asks about were removed. FR7 */
    async sweepRequests(write: Write): Promise<number> {
      const before = new Date(clock.now() - KEPT_MS);
      let removed = 0;
      for (;;) {
        const count = await write((tx) => repo.removeAnswered(tx, before, batchSize));
        removed += count;
        if (count < batchSize) return removed;
      }
    },
  };
}
