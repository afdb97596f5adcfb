import type { ChatMessage, SendChatBody, SeqQuery } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Rooms } from '../rooms/index.ts';
import { chatChanged } from './chat.cache.ts';
import { mayDelete, mayRead, mayWrite } from './chat.policy.ts';
import * as repo from './chat.repo.ts';

interface Deps {
  readonly queries: Queries;
  readonly rooms: Pick<Rooms, 'readerStanding' | 'standing' | 'hold'>;
  readonly clock: Clock;
}

export interface ChatPage {
  readonly items: ChatMessage[];
  readonly nextCursor: string | null;
}

export type Chat = ReturnType<typeof createChat>;

export function createChat({ queries, rooms, clock }: Deps) {
  const now = (): Date => new Date(clock.now());

  /** The message that already carries this sender's clientMessageId. CH3 */
  async function alreadySent(actor: Actor, roomId: number, clientMessageId: string): Promise<ChatMessage | undefined> {
    const row = await repo.findByClientId(queries, actor.userId, clientMessageId);
    if (row === undefined) return undefined;
    if (row.room_id !== roomId) throw new Problem('chat.client_message_id_reused');
    return view(row);
  }

  return {
    /** Throws unless the actor may read the room's chat. CH2 */
    async requireReader(actor: Actor, roomId: number): Promise<void> {
      if (!mayRead(await rooms.readerStanding(actor, roomId))) throw new Problem('rooms.not_participant');
    },

    /** CH4. `nextCursor`: the seq to go on from in the same direction, null where that end is reached. */
    async list(roomId: number, { before, after, limit = 50 }: SeqQuery): Promise<ChatPage> {
      const window = { limit: limit + 1, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
      const rows = await repo.list(queries, roomId, window);
      const more = rows.length > limit;
      const kept = after === undefined ? rows.slice(-limit) : rows.slice(0, limit);
      const edge = after === undefined ? kept[0] : kept.at(-1);
      return { items: kept.map(view), nextCursor: more && edge !== undefined ? String(edge.seq) : null };
    },

    /** CH1–CH3, CH6 */
    async send(write: Write, actor: Actor, roomId: number, body: SendChatBody): Promise<ChatMessage> {
      const { clientMessageId = null, content } = body;
      if (clientMessageId !== null) {
        const sent = await alreadySent(actor, roomId, clientMessageId);
        if (sent !== undefined) return sent;
      }
      const standing = await rooms.standing(actor, roomId);
      if (!mayWrite(standing)) throw new Problem('rooms.not_participant');
      await standing.noteActivity();
      const playbackPositionSeconds = await standing.positionSeconds();
      try {
        return await write(async (tx, effects) => {
          effects.add(chatChanged(roomId));
          if (!(await rooms.hold(tx, roomId, actor.userId))) throw new Problem('rooms.not_participant');
          const createdAt = now();
          const id = uuidv7(createdAt.getTime());
          const seq = await repo.insert(tx, {
            id, roomId, userId: actor.userId, content, playbackPositionSeconds, clientMessageId, now: createdAt,
          });
          return {
            id, roomId, seq, userId: actor.userId, username: actor.username, content, playbackPositionSeconds, clientMessageId,
            createdAt: createdAt.toISOString(), editedAt: null, deletedAt: null,
          };
        });
      } catch (error) {
        // Put out, or the room removed, since we looked: looking again says which. Not in the transaction, which would
        // keep one connection while it waits for another.
        if (error instanceof Problem && error.code === 'rooms.not_participant') await rooms.standing(actor, roomId);
        if (clientMessageId === null || !repo.isClientIdTaken(error)) throw error;
        // Sent twice at the same moment: the other one won.
        const sent = await alreadySent(actor, roomId, clientMessageId);
        if (sent === undefined) throw error;
        return sent;
      }
    },

    /** CH5 */
    async edit(write: Write, actor: Actor, roomId: number, id: string, content: string): Promise<ChatMessage> {
      const standing = await rooms.standing(actor, roomId);
      if (!mayRead(standing)) throw new Problem('rooms.not_participant');
      return write(async (tx, effects) => {
        effects.add(chatChanged(roomId));
        const row = await repo.lock(tx, roomId, id);
        if (row === undefined || row.deleted_at !== null) throw new Problem('chat.message_not_found');
        if (row.user_id !== actor.userId) throw new Problem('chat.not_author');
        if (!mayWrite(standing)) throw new Problem('rooms.not_participant');
        const editedAt = now();
        await repo.edit(tx, id, content, editedAt);
        return view({ ...row, content, edited_at: editedAt });
      });
    },

    /** CH5. Deleting again changes nothing and succeeds. */
    async remove(write: Write, actor: Actor, roomId: number, id: string): Promise<ChatMessage> {
      const standing = await rooms.standing(actor, roomId);
      if (!mayRead(standing)) throw new Problem('rooms.not_participant');
      return write(async (tx, effects) => {
        const row = await repo.lock(tx, roomId, id);
        if (row === undefined) throw new Problem('chat.message_not_found');
        if (!mayDelete(standing, row.user_id)) throw new Problem('chat.may_not_delete');
        if (row.deleted_at !== null) return view(row);
        effects.add(chatChanged(roomId));
        const deletedAt = now();
        await repo.erase(tx, id, deletedAt);
        return view({ ...row, content: '', deleted_at: deletedAt });
      });
    },
  };
}

const view = (row: repo.ChatRow): ChatMessage => ({
  id: row.id,
  roomId: row.room_id,
  seq: row.seq,
  userId: row.user_id,
  username: row.username,
  content: row.content,
  playbackPositionSeconds: row.playback_position_seconds,
  clientMessageId: row.client_message_id,
  createdAt: row.created_at.toISOString(),
  editedAt: row.edited_at?.toISOString() ?? null,
  deletedAt: row.deleted_at?.toISOString() ?? null,
});
