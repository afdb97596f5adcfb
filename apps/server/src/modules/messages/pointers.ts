import { messageDelivered, type MessagePointers, messageRead } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import { createGroupedWrite } from '../../kernel/grouped-write.ts';
import { broadcasted } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import { otherOf, pairKey, pairOf } from './pair.ts';
import * as repo from './pointers.repo.ts';
import { lockConversations, type LockedConversation } from './sending.repo.ts';

/** How far somebody says they have got. */
interface Reached {
  readonly userId: number;
  readonly peerId: number;
  readonly seq: number;
  readonly read: boolean;
}

const NOTHING: MessagePointers = { deliveredSeq: 0, readSeq: 0 };

function pointersOf(row: LockedConversation, userId: number): MessagePointers {
  return userId === row.lowerId
    ? { deliveredSeq: row.lowerDeliveredSeq, readSeq: row.lowerReadSeq }
    : { deliveredSeq: row.higherDeliveredSeq, readSeq: row.higherReadSeq };
}

function withPointers(row: LockedConversation, userId: number, { deliveredSeq, readSeq }: MessagePointers): LockedConversation {
  return userId === row.lowerId
    ? { ...row, lowerDeliveredSeq: deliveredSeq, lowerReadSeq: readSeq }
    : { ...row, higherDeliveredSeq: deliveredSeq, higherReadSeq: readSeq };
}

/** Nothing goes back, nothing goes beyond what there is, and what was read was delivered. DM7 */
function movedBy(row: LockedConversation, { userId, seq, read }: Reached): LockedConversation {
  const { deliveredSeq, readSeq } = pointersOf(row, userId);
  const reached = Math.min(seq, row.lastSeq);
  return withPointers(row, userId, {
    deliveredSeq: Math.max(deliveredSeq, reached), readSeq: read ? Math.max(readSeq, reached) : readSeq,
  });
}

/** What devices have got and people have read, of many at once in few statements. DM7 */
export function createPointers({ write }: { readonly write: Write }) {
  async function moveAll(tx: Tx, effects: Effects, all: readonly Reached[]): Promise<MessagePointers[]> {
    const pairs = new Map(all.map(({ userId, peerId }) => pairOf(userId, peerId)).map((pair) => [pairKey(pair), pair]));
    const before = await lockConversations(tx, [...pairs.values()]);
    const after = new Map(before);
    for (const reached of all) {
      const key = pairKey(pairOf(reached.userId, reached.peerId));
      const row = after.get(key);
      if (row !== undefined) after.set(key, movedBy(row, reached));
    }
    const moved = [...after.values()].filter((row) => [row.lowerId, row.higherId].some((id) => isMoved(before.get(pairKey(row))!, row, id)));
    if (moved.length > 0) {
      await repo.setPointers(tx, moved);
      const areApart = await repo.apart(tx, moved);
      for (const row of moved) tell(effects, before.get(pairKey(row))!, row, areApart(row));
    }
    return all.map(({ userId, peerId }) => {
      const row = after.get(pairKey(pairOf(userId, peerId)));
      return row === undefined ? NOTHING : pointersOf(row, userId);
    });
  }

  const isMoved = (before: LockedConversation, after: LockedConversation, userId: number): boolean =>
    pointersOf(before, userId).deliveredSeq !== pointersOf(after, userId).deliveredSeq
    || pointersOf(before, userId).readSeq !== pointersOf(after, userId).readSeq;

  /** To all devices of both; but across a block nobody learns what the other does. */
  function tell(effects: Effects, before: LockedConversation, after: LockedConversation, areApart: boolean): void {
    for (const userId of [after.lowerId, after.higherId]) {
      const peerId = otherOf(after, userId);
      const [was, is] = [pointersOf(before, userId), pointersOf(after, userId)];
      for (const hearer of areApart ? [userId] : [userId, peerId]) {
        const items = (seq: number) => ({ items: [{ userId, peerId, seq }] });
        if (is.readSeq !== was.readSeq) effects.add(broadcasted(`user:${hearer}`, messageRead, items(is.readSeq)));
        else if (is.deliveredSeq !== was.deliveredSeq) effects.add(broadcasted(`user:${hearer}`, messageDelivered, items(is.deliveredSeq)));
      }
    }
  }

  const together = createGroupedWrite(write, moveAll);

  async function move(reached: Reached): Promise<MessagePointers> {
    if (reached.userId === reached.peerId) throw new Problem('messages.self');
    return together(reached);
  }

  return {
    /** One has read what there is up to `seq`; answers how far one has got. Again, or less, changes nothing. */
    read: (userId: number, peerId: number, seq: number): Promise<MessagePointers> => move({ userId, peerId, seq, read: true }),
    /** One of one's devices has got it. */
    delivered: (userId: number, peerId: number, seq: number): Promise<MessagePointers> => move({ userId, peerId, seq, read: false }),
  };
}
