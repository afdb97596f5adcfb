import { type ChatReaction, type DirectMessage, excerptOf, type MessageReplyTo } from '@watchparty/protocol';
import type { MessageRow } from './messages.repo.ts';

/** What a message answers, as it is now. */
interface Answered {
  readonly id: string;
  readonly seq: number;
  readonly senderId: number;
  readonly content: string;
  readonly hasImage: boolean;
  /** The time, or its JSON; null: it is not. */
  readonly deletedAt: Date | string | null;
}

/** A row as it was read, or is about to be. */
type Shown = Omit<MessageRow, 'answered' | 'reply_to_id' | 'reply_to_seq'> & { readonly answered: Answered | null };

const replyView = ({ id, seq, senderId, content, hasImage, deletedAt }: Answered): MessageReplyTo =>
  ({ id, seq, senderId, content: excerptOf(content), hasImage, deleted: deletedAt !== null });

export const messageView = (row: Shown): DirectMessage => ({
  id: row.id,
  seq: row.seq,
  senderId: row.sender_id,
  receiverId: row.sender_id === row.lower_id ? row.higher_id : row.lower_id,
  content: row.content,
  imageUrl: row.image_url,
  thumbnailUrl: row.thumbnail_url,
  publicId: row.public_id,
  clientMessageId: row.client_message_id,
  persisted: true,
  replyTo: row.answered === null ? null : replyView(row.answered),
  reactions: (row.reactions ?? []) as ChatReaction[],
  change: row.change,
  createdAt: row.created_at.toISOString(),
  editedAt: row.edited_at?.toISOString() ?? null,
  deletedAt: row.deleted_at?.toISOString() ?? null,
});
