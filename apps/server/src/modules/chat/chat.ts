import {
  type ChatChanges, chatDeleted, chatEdited, type ChatMessage, type ChangesQuery, excerptOf, type RecentChat, type SeqQuery,
} from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import { broadcasted } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Rooms } from '../rooms/index.ts';
import { chatChanged } from './chat.cache.ts';
import { mayDelete, mayRead } from './chat.policy.ts';
import * as repo from './chat.repo.ts';
import { messageView } from './chat.views.ts';
import { createReactions } from './reactions.ts';
import { createSending, type SendingDeps } from './sending.ts';

export interface ChatDeps extends SendingDeps {
  readonly rooms: Pick<Rooms, 'readerStanding' | 'standing' | 'hold' | 'holdFree' | 'holdRoom' | 'named' | 'noteActivity'>;
}

export interface ChatPage {
  readonly items: ChatMessage[];
  readonly nextCursor: string | null;
}

export type Chat = ReturnType<typeof createChat>;

/** As many messages whoever enters a room is given at once. */
const RECENT = 50;

export function createChat(deps: ChatDeps) {
  const { queries, rooms, notices, clock } = deps;
  const now = (): Date => new Date(clock.now());
  const { send, mentionsIn, notify } = createSending(deps);

  async function requireReader(actor: Actor, roomId: number): Promise<void> {
    if (!mayRead(await rooms.readerStanding(actor, roomId))) throw new Problem('rooms.not_participant');
  }

  return {
    /** Throws unless the actor may read the room's chat. CH2 */
    requireReader,

    /** CH4. `nextCursor`: the seq to go on from in the same direction, null where that end is reached. */
    async list(roomId: number, { before, after, limit = RECENT }: SeqQuery): Promise<ChatPage> {
      const window = { limit: limit + 1, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
      const rows = await repo.list(queries, roomId, window);
      const more = rows.length > limit;
      const kept = after === undefined ? rows.slice(-limit) : rows.slice(0, limit);
      const edge = after === undefined ? kept[0] : kept.at(-1);
      return { items: kept.map(messageView), nextCursor: more && edge !== undefined ? String(edge.seq) : null };
    },

    /**
     * What whoever enters the room needs of its chat: what was said after `lastSeq`, or without it the newest. The
     * change cursor is read first, so that nothing that changed meanwhile is missed by going on from it. CH10
     */
    async recent(actor: Actor, roomId: number, lastSeq?: number): Promise<RecentChat> {
      await requireReader(actor, roomId);
      const changeCursor = await repo.lastChange(queries, roomId);
      const window = { limit: RECENT + 1, ...(lastSeq !== undefined && { after: lastSeq }) };
      const rows = await repo.list(queries, roomId, window);
      const kept = lastSeq === undefined ? rows.slice(-RECENT) : rows.slice(0, RECENT);
      return { items: kept.map(messageView), hasMore: rows.length > RECENT, changeCursor };
    },

    /** What changed after the change numbered `after`, each message as it is now. CH8 */
    async changes(actor: Actor, roomId: number, { after, limit = RECENT }: ChangesQuery): Promise<ChatChanges> {
      await requireReader(actor, roomId);
      const rows = await repo.listChanged(queries, roomId, after, limit + 1);
      const kept = rows.slice(0, limit);
      return { items: kept.map(messageView), changeCursor: kept.at(-1)?.change ?? after, hasMore: rows.length > limit };
    },

    send,
    ...createReactions(deps),

    /** CH5, CH7 */
    async edit(write: Write, actor: Actor, roomId: number, id: string, content: string): Promise<ChatMessage> {
      const standing = await rooms.standing(actor, roomId);
      if (!mayRead(standing)) throw new Problem('rooms.not_participant');
      return write(async (tx, effects) => {
        const held = await rooms.hold(tx, { roomId, userId: actor.userId });
        const row = await repo.lock(tx, roomId, id);
        if (row === undefined || row.deleted_at !== null) throw new Problem('chat.message_not_found');
        if (row.user_id !== actor.userId) throw new Problem('chat.not_author');
        if (held === undefined) throw new Problem('rooms.not_participant');
        const [mentions = []] = await mentionsIn(tx, [{ roomId, content }]);
        const editedAt = now();
        const change = await repo.edit(tx, row, { content, mentions, now: editedAt });
        const message: ChatMessage = { ...messageView(row), content, mentions, change, editedAt: editedAt.toISOString() };
        effects.add(chatChanged(roomId));
        effects.add(broadcasted(`room:${roomId}`, chatEdited, { roomId, items: [message] }));
        const notice = { kind: 'mention', subject: id } as const;
        const named = new Set(mentions.map(({ userId }) => userId));
        const before = messageView(row).mentions.map(({ userId }) => userId);
        await notices.withdraw(tx, effects, notice, before.filter((userId) => !named.has(userId)));
        await notices.revise(tx, effects, notice, { excerpt: excerptOf(content) });
        await notify(tx, effects, [message]);
        return message;
      });
    },

    /** CH5. Deleting again changes nothing and succeeds. */
    async remove(write: Write, actor: Actor, roomId: number, id: string): Promise<ChatMessage> {
      const standing = await rooms.standing(actor, roomId);
      if (!mayRead(standing)) throw new Problem('rooms.not_participant');
      return write(async (tx, effects) => {
        const row = await lockIn(tx, roomId, id);
        if (!mayDelete(standing, row.user_id)) throw new Problem('chat.may_not_delete');
        if (row.deleted_at !== null) return messageView(row);
        const deletedAt = now();
        const change = await repo.erase(tx, row, deletedAt);
        const message: ChatMessage = {
          ...messageView(row), content: '', mentions: [], reactions: [], change, deletedAt: deletedAt.toISOString(),
        };
        await notices.withdraw(tx, effects, { kind: 'mention', subject: id });
        effects.add(chatChanged(roomId));
        effects.add(broadcasted(`room:${roomId}`, chatDeleted, { roomId, items: [message] }));
        return message;
      });
    },
  };

  /** The message, under the room's lock first, as whoever removes the room takes them. */
  async function lockIn(tx: Tx, roomId: number, id: string): Promise<repo.ChatRow> {
    await rooms.holdRoom(tx, roomId);
    const row = await repo.lock(tx, roomId, id);
    if (row === undefined) throw new Problem('chat.message_not_found');
    return row;
  }
}
