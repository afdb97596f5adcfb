import type { BlockedPerson, FriendsPageQuery } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import * as repo from './blocks.repo.ts';
import { addStanding } from './friends.effects.ts';
import * as friends from './friends.repo.ts';
import { blockView } from './friends.views.ts';
import { type RequestDeps, requestSubject } from './requests.ts';
import * as requests from './requests.repo.ts';

/** FR8–FR10 */
export function createBlocks({ queries, notices, events, clock }: RequestDeps) {
  return {
    /** Ends what is between the two. Whoever is blocked learns of nothing but that they are no friend any more, if they were one. */
    async block(write: Write, { userId }: Actor, otherId: number): Promise<BlockedPerson> {
      if (otherId === userId) throw new Problem('friends.self');
      return write(async (tx, effects) => {
        const pair = await friends.lockPair(tx, userId, otherId);
        const other = pair.person(otherId);
        if (other === undefined) throw new Problem('accounts.not_found');
        const now = new Date(clock.now());
        const blockedAt = await repo.insert(tx, userId, otherId, now);
        const wereFriends = await friends.part(tx, userId, otherId);
        const ended = await requests.cancelBetween(tx, userId, otherId, now);
        if (ended !== undefined) await notices.withdraw(tx, effects, requestSubject(ended.id));
        await events.peopleParted(tx, effects, { userId, otherId, blocked: true });
        addStanding(effects, userId, otherId, wereFriends || ended !== undefined ? [userId, otherId] : [userId]);
        return blockView({ ...other, blocked_at: blockedAt });
      });
    },

    async unblock(write: Write, { userId }: Actor, otherId: number): Promise<null> {
      return write(async (tx, effects) => {
        await friends.lockPair(tx, userId, otherId);
        if (!(await repo.remove(tx, userId, otherId))) throw new Problem('friends.not_blocking');
        addStanding(effects, userId, otherId, [userId]);
        return null;
      });
    },

    async listBlocks(userId: number, { cursor, limit = 50 }: FriendsPageQuery) {
      const after = cursor === undefined ? 0 : Math.min(Math.trunc(Number(cursor)), 2_147_483_647);
      const rows = await repo.list(queries, userId, after, limit + 1);
      const kept = rows.slice(0, limit);
      return { items: kept.map(blockView), nextCursor: rows.length > limit ? String(kept.at(-1)!.id) : null };
    },
  };
}
