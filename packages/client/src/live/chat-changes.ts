import { type ChatMessage, type ChatReacted, type ChatReplyTo, excerptOf } from '@watchparty/protocol';

/** A change of a message: as it was after it, or a reaction that came or went. */
export type ChatChange = ChatMessage | ChatReacted;

export const isReaction = (change: ChatChange): change is ChatReacted => 'on' in change;

/** Of two copies of a message, the one that shows more. */
export const newer = (a: ChatMessage, b: ChatMessage): ChatMessage => ((b.change ?? 0) > (a.change ?? 0) ? b : a);

/** The message after a change, all earlier ones being in it; itself, if this one is in it already. */
export function changed(message: ChatMessage, change: ChatChange): ChatMessage {
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
