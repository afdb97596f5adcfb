import type { Tx } from '../../db/index.ts';
import type { Effects } from '../../kernel/write.ts';
import type { Notices } from '../notices/index.ts';
import { addRelisted } from './discovery.cache.ts';
import { addChanged } from './events.cache.ts';
import * as repo from './events.repo.ts';
import * as guests from './guests.repo.ts';
import { eventIdsOf } from './rsvps.repo.ts';
import type { Settle } from './seats.ts';
import { Tally } from './tally.ts';

interface Deps {
  readonly notices: Pick<Notices, 'withdraw'>;
  readonly settle: Settle;
}

/** What follows for events when people stop knowing each other, or go. In the transaction of whoever makes it so. */
export function createCircles({ notices, settle }: Deps) {
  /** Takes people off events that are locked: their answers, and where `uninvited` says so their invitations. EP1, EP2 */
  async function takeOff(
    tx: Tx, effects: Effects,
    leaving: readonly { readonly row: repo.EventRow; readonly userId: number; readonly part: repo.Part; readonly uninvited: boolean }[],
  ): Promise<void> {
    const settlings = leaving.filter(({ part }) => part.status !== null).map(({ row, userId, part }) => {
      const tally = new Tally(row);
      tally.answer(userId, part, null);
      return { row, tally };
    });
    if (settlings.length > 0) await settle(tx, effects, settlings);
    const uninvited = leaving.filter(({ part, uninvited: wanted }) => wanted && part.invited);
    await guests.remove(tx, uninvited.map(({ row, userId }) => ({ eventId: row.id, userId })));
    for (const { row, userId } of uninvited) {
      await notices.withdraw(tx, effects, { kind: 'event_invitation', subject: `${row.id}` }, [userId]);
    }
  }

  return {
    /**
     * Two people are no friends any more, or one blocks the other: they leave each other's events, where `blocked` all of
     * them, else those for friends to which they are not invited. Locks them all first: who answers meanwhile waits, and
     * is then refused. EP1
     */
    async peopleParted(
      tx: Tx, effects: Effects, { userId, otherId, blocked }: { readonly userId: number; readonly otherId: number; readonly blocked: boolean },
    ): Promise<void> {
      const rows = await repo.lockAll(tx, await repo.idsOwnedBy(tx, [userId, otherId]));
      const pairs = rows.map((row) => ({ row, userId: row.owner_id === userId ? otherId : userId }));
      const parts = await repo.partsOf(tx, pairs.map(({ row, userId: guest }) => ({ eventId: row.id, userId: guest })));
      const leaving = pairs.map(({ row, userId: guest }, at) => ({ row, userId: guest, part: parts[at]!, uninvited: blocked }))
        .filter(({ row, part }) => blocked || (row.visibility === 'friends' && !part.invited));
      await takeOff(tx, effects, leaving);
    },

    /** Before an account is removed, which takes its events and answers with it: seats that become free are given on. EP2 */
    async personLeaves(tx: Tx, effects: Effects, userId: number): Promise<void> {
      const own = await repo.idsOwnedBy(tx, [userId]);
      const rows = await repo.lockAll(tx, [...new Set([...own, ...(await eventIdsOf(tx, userId))])]);
      const others = rows.filter((row) => row.owner_id !== userId);
      const parts = await repo.partsOf(tx, others.map((row) => ({ eventId: row.id, userId })));
      await takeOff(tx, effects, others.map((row, at) => ({ row, userId, part: parts[at]!, uninvited: true })));
      addChanged(effects, ...rows.filter((row) => row.owner_id === userId));
      if (own.length > 0) addRelisted(effects);
    },

    /** Before a room is removed, under its lock. EP2 */
    async roomRemoved(tx: Tx, effects: Effects, roomId: number): Promise<void> {
      addChanged(effects, ...(await repo.clearRoom(tx, roomId)));
    },
  };
}
