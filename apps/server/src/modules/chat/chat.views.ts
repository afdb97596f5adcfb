import { type ChatMention, type ChatMessage, type ChatReaction, type ChatReplyTo, excerptOf } from '@watchparty/protocol';
import type { ChatRow } from './chat.repo.ts';

/** What a message answers, as it is now. */
export interface Answered {
  readonly id: string;
  readonly seq: number;
  readonly userId: number;
  readonly username: string;
  readonly content: string;
  /** The time, or its JSON; null: it is not. */
  readonly deletedAt: Date | string | null;
}

export const replyView = ({ id, seq, userId, username, content, deletedAt }: Answered): ChatReplyTo =>
  ({ id, seq, userId, username, content: excerptOf(content), deleted: deletedAt !== null });

function replyTo(row: ChatRow): ChatReplyTo | null {
  if (row.reply_to_id === null) return null;
  const gone = { id: row.reply_to_id, seq: row.reply_to_seq ?? 0, userId: null, username: null, content: '', deleted: true };
  return row.answered === null ? gone : replyView(row.answered);
}

export const messageView = (row: ChatRow): ChatMessage => ({
  id: row.id,
  roomId: row.room_id,
  seq: row.seq,
  userId: row.user_id,
  username: row.username,
  content: row.content,
  playbackPositionSeconds: row.playback_position_seconds,
  clientMessageId: row.client_message_id,
  mentions: row.mentions as ChatMention[],
  replyTo: replyTo(row),
  reactions: (row.reactions ?? []) as ChatReaction[],
  change: row.change,
  createdAt: row.created_at.toISOString(),
  editedAt: row.edited_at?.toISOString() ?? null,
  deletedAt: row.deleted_at?.toISOString() ?? null,
});
