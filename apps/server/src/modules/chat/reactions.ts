import { type ChatMessage, chatReacted, isEmoji } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import { broadcasted } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Rooms } from '../rooms/index.ts';
import { chatChanged } from './chat.cache.ts';
import { mayRead } from './chat.policy.ts';
import * as repo from './chat.repo.ts';
import { messageView } from './chat.views.ts';

interface Deps {
  readonly rooms: Pick<Rooms, 'standing' | 'hold'>;
}

/** All who gave a reaction are shown with each message. */
const MOST = 1000;
const MOST_KINDS = 20;

/** CH11 */
export function createReactions({ rooms }: Deps) {
  function refuseMore(message: ChatMessage, emoji: string): void {
    const kinds = message.reactions.length;
    const known = message.reactions.some((reaction) => reaction.emoji === emoji);
    const all = message.reactions.reduce((sum, { count }) => sum + count, 0);
    if (all >= MOST || (!known && kinds >= MOST_KINDS)) throw new Problem('chat.reactions_exhausted');
  }

  return {
    /** Gives the message an emoji or takes it back; without `on` the other of what is. Again it changes nothing. */
    async react(
      write: Write, actor: Actor, roomId: number, id: string, { emoji, on }: { readonly emoji: string; readonly on?: boolean },
    ): Promise<ChatMessage> {
      if (!isEmoji(emoji)) throw new Problem('chat.emoji_invalid');
      if (!mayRead(await rooms.standing(actor, roomId))) throw new Problem('rooms.not_participant');
      const { userId } = actor;
      return write(async (tx, effects) => {
        if ((await rooms.hold(tx, { roomId, userId })) === undefined) throw new Problem('rooms.not_participant');
        const row = await repo.lock(tx, roomId, id);
        if (row === undefined || row.deleted_at !== null) throw new Problem('chat.message_not_found');
        const before = messageView(row);
        const isOn = before.reactions.some((reaction) => reaction.emoji === emoji && reaction.userIds.includes(userId));
        const gives = on ?? !isOn;
        if (gives === isOn) return before;
        if (gives) refuseMore(before, emoji);
        await (gives ? repo.addReaction : repo.removeReaction)(tx, row, { userId, emoji });
        const message = messageView(await repo.find(tx, id));
        const count = message.reactions.find((reaction) => reaction.emoji === emoji)?.count ?? 0;
        effects.add(chatChanged(roomId));
        const reacted = { id, seq: row.seq, change: message.change!, emoji, userId, on: gives, count };
        effects.add(broadcasted(`room:${roomId}`, chatReacted, { roomId, items: [reacted] }));
        return message;
      });
    },
  };
}
