import { type ChatMessage, type ChatReacted, type ChatReplyTo, type DirectMessage, excerptOf, type MessageReplyTo } from '@watchparty/protocol';

/** What numbered messages have in common, of rooms and of two people. */
export interface Numbered {
  readonly id: string;
  readonly seq: number;
  readonly change: number | null;
  readonly reactions: ChatMessage['reactions'];
  readonly replyTo: { readonly id: string } | null;
}

/** A change of a message: as it was after it, or a reaction that came or went. */
export type ChatChange<M extends Numbered = ChatMessage> = M | ChatReacted;

export const isReaction = (change: Numbered | ChatReacted): change is ChatReacted => 'on' in change;

/** Of two copies of a message, the one that shows more. */
export const newer = <M extends Numbered>(a: M, b: M): M => ((b.change ?? 0) > (a.change ?? 0) ? b : a);

/** The message after a change, all earlier ones being in it; itself, if this one is in it already. */
export function changed<M extends Numbered>(message: M, change: ChatChange<M>): M {
  if (!isReaction(change)) return newer(message, change);
  if (change.change <= (message.change ?? 0)) return message;
  return { ...message, change: change.change, reactions: reactionsAfter(message.reactions, change) };
}

function reactionsAfter(reactions: ChatMessage['reactions'], { emoji, userId, on }: ChatReacted): ChatMessage['reactions'] {
  const before = reactions.find((reaction) => reaction.emoji === emoji)?.userIds ?? [];
  const without = before.filter((id) => id !== userId);
  const userIds = on ? [...without, userId] : without;
  const after = { emoji, count: userIds.length, userIds };
  if (before.length === 0) return on ? [...reactions, after] : reactions;
  if (userIds.length === 0) return reactions.filter((reaction) => reaction.emoji !== emoji);
  return reactions.map((reaction) => (reaction.emoji === emoji ? after : reaction));
}

/** How a message shows in those that answer it. */
export const replyTo = ({ id, seq, userId, username, content, deletedAt }: ChatMessage): ChatReplyTo => ({
  id, seq, userId, username, content: excerptOf(content), deleted: deletedAt !== null,
});

/** The same between two people. */
export const messageReplyTo = ({ id, seq, senderId, content, imageUrl, deletedAt }: DirectMessage): MessageReplyTo => ({
  id, seq, senderId, content: excerptOf(content), hasImage: imageUrl !== null, deleted: deletedAt !== null,
});
