import {
  type ChangesQuery, type Conversation, type Conversations, type ConversationsQuery, type DirectMessage, type MessageChanges,
  messageDeleted, messageEdited, type MessagesQuery, type SearchMessagesQuery,
} from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { Pictures } from '../accounts/index.ts';
import { addChange, requireWriter } from './changing.ts';
import * as conversations from './conversations.repo.ts';
import { isOwnImage } from './message-images.ts';
import { type MessagePage, pageOf } from './message-page.ts';
import { PAGE_LIMIT } from './messages.cache.ts';
import * as repo from './messages.repo.ts';
import { messageView } from './messages.views.ts';
import { type Pair, pairOf } from './pair.ts';
import { createPointers } from './pointers.ts';
import { react } from './reactions.ts';
import { refusalOf } from './messages.policy.ts';
import { createSending, type SendingDeps } from './sending.ts';
import { holdConversation, standings } from './sending.repo.ts';

export interface MessagesDeps extends SendingDeps {
  readonly pictures: Pick<Pictures, 'attach' | 'detach'>;
}

export type Messages = ReturnType<typeof createMessages>;

export function createMessages(deps: MessagesDeps) {
  const { queries, pictures, clock } = deps;
  const now = (): Date => new Date(clock.now());

  function pairWith({ userId }: Pick<Actor, 'userId'>, peerId: number): Pair {
    if (userId === peerId) throw new Problem('messages.self');
    return pairOf(userId, peerId);
  }

  /** One's own message, under its conversation's lock. */
  async function lockOwn(tx: Tx, { userId }: Actor, pair: Pair, id: string): Promise<repo.MessageRow> {
    const row = await repo.lock(tx, pair, id);
    if (row === undefined) throw new Problem('messages.not_found');
    if (row.sender_id !== userId) throw new Problem('messages.not_sender');
    return row;
  }

  async function views(rows: readonly conversations.ConversationRow[]): Promise<Conversation[]> {
    const last = new Map((await repo.findMany(queries, rows.map(({ lastMessageId }) => lastMessageId))).map((row) => [row.id, row]));
    return rows.map(({ lastMessageId, peerId, username, displayName, profilePicture, lastChange, ...row }) => {
      const message = last.get(lastMessageId);
      const { lastSeq, unread, deliveredSeq, readSeq, peerDeliveredSeq, peerReadSeq } = row;
      return {
        lastSeq, unread, deliveredSeq, readSeq, peerDeliveredSeq, peerReadSeq, peer: { id: peerId, username, displayName, profilePicture }, changeCursor: lastChange,
        lastMessage: message === undefined ? null : messageView(message),
      };
    });
  }

  return {
    ...createSending(deps),
    ...createPointers(deps),
    react,

    /** As this moment has it; what is written asks again. DM2 */
    async mayWrite(senderId: number, receiverId: number): Promise<boolean> {
      const [standing] = await standings(queries, [{ senderId, receiverId, clientMessageId: null }]);
      return refusalOf(standing!) === undefined;
    },

    /** DM4. A conversation in which nothing was said is empty, whoever the other is. */
    async list(actor: Pick<Actor, 'userId'>, peerId: number, { before, after, limit = PAGE_LIMIT }: MessagesQuery): Promise<MessagePage> {
      if (before !== undefined && after !== undefined) throw new Problem('messages.query_ambiguous');
      const window = { limit: limit + 1, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
      return pageOf(await repo.list(queries, pairWith(actor, peerId), window), { limit, after });
    },

    /** What changed after the change numbered `after`, each message as it is now. DM6 */
    async changes(actor: Actor, peerId: number, { after, limit = 50 }: ChangesQuery): Promise<MessageChanges> {
      const rows = await repo.listChanged(queries, pairWith(actor, peerId), after, limit + 1);
      const items = rows.slice(0, limit).map(messageView);
      return { items, changeCursor: items.at(-1)?.change ?? after, hasMore: rows.length > limit };
    },

    /** One's conversations, the one with the latest message first. DM5 */
    async conversations({ userId }: Actor, { cursor, limit = 20 }: ConversationsQuery): Promise<Conversations> {
      const before = cursor === undefined ? undefined : placeOf(cursor);
      const [rows, unread] = await Promise.all([
        conversations.list(queries, userId, { limit: limit + 1, ...(before && { before }) }), conversations.countUnread(queries, userId),
      ]);
      const kept = rows.slice(0, limit);
      const edge = kept.at(-1);
      const nextCursor = rows.length > limit && edge !== undefined ? `${edge.lastAt.getTime()}.${edge.peerId}` : null;
      return { items: await views(kept), nextCursor, unread };
    },

    /** One's conversation with somebody; with whom there is none, one in which nothing has been said. */
    async conversation(actor: Actor, peerId: number): Promise<Conversation> {
      const row = await conversations.find(queries, actor.userId, pairWith(actor, peerId));
      if (row !== undefined) return (await views([row]))[0]!;
      const peer = await conversations.findPeer(queries, actor.userId, peerId);
      if (peer === undefined) throw new Problem('accounts.not_found');
      return {
        peer, lastMessage: null, lastSeq: 0, unread: 0, deliveredSeq: 0, readSeq: 0, peerDeliveredSeq: 0, peerReadSeq: 0, changeCursor: 0,
      };
    },

    /** DM11 */
    async search({ userId }: Actor, { q, peerId, cursor, limit = 20 }: SearchMessagesQuery): Promise<MessagePage> {
      const rows = await repo.search(queries, userId, { text: q, peerId, before: cursor, limit: limit + 1 });
      const items = rows.slice(0, limit).map(messageView);
      return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
    },

    /** DM5 */
    async edit(write: Write, actor: Actor, peerId: number, id: string, content: string): Promise<DirectMessage> {
      const pair = pairWith(actor, peerId);
      return write(async (tx, effects) => {
        const row = await lockOwn(tx, actor, pair, id);
        if (row.deleted_at !== null) throw new Problem('messages.not_found');
        if (content.trim() === '' && row.image_url === null) throw new Problem('messages.empty');
        await requireWriter(tx, actor.userId, peerId);
        const editedAt = now();
        const change = await repo.edit(tx, row, content, editedAt);
        const message = { ...messageView(row), content, change, editedAt: editedAt.toISOString() };
        addChange(effects, pair, messageEdited, message);
        return message;
      });
    },

    /** DM5. Deleting again changes nothing and succeeds. */
    async remove(write: Write, actor: Actor, peerId: number, id: string): Promise<DirectMessage> {
      const pair = pairWith(actor, peerId);
      return write(async (tx, effects) => {
        const row = await lockOwn(tx, actor, pair, id);
        if (row.deleted_at !== null) return messageView(row);
        if (isOwnImage(row.public_id)) await pictures.detach(tx, effects, row.public_id);
        const deletedAt = now();
        const change = await repo.erase(tx, row, deletedAt);
        const message = {
          ...messageView(row), content: '', imageUrl: null, thumbnailUrl: null, publicId: null, reactions: [], change,
          deletedAt: deletedAt.toISOString(),
        };
        addChange(effects, pair, messageDeleted, message);
        return message;
      });
    },

    /** Whoever blocks somebody waits for what is being written between the two: nothing is accepted once that is answered. DM2 */
    async peopleParted(tx: Tx, _effects: Effects, { userId, otherId, blocked }: Parting): Promise<void> {
      if (blocked) await holdConversation(tx, pairOf(userId, otherId));
    },
  };
}

interface Parting {
  readonly userId: number;
  readonly otherId: number;
  readonly blocked: boolean;
}

/** `1760000000000.7`: of the last message, ms, and whose conversation it is. */
function placeOf(cursor: string): { readonly at: Date; readonly peerId: number } {
  const [ms, id = '0'] = cursor.split('.');
  return { at: new Date(Math.min(Number(ms), 8e15)), peerId: Math.min(Number(id), 2_147_483_647) };
}
