import Type from 'typebox';
import { Emoji } from './emoji.ts';
import { Id, Nullable, Text, Time, Uuid } from './text.ts';

/** Chosen by the client, unique per sender for ever: sending again with the same one sends nothing twice. */
export const ClientMessageId = Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\x21-\\x7e]+$' });

/** As many code points of a message are shown where another one answers it, or in a notice. */
export const EXCERPT_LENGTH = 140;
/** Cut between code points. */
export const excerptOf = (content: string): string =>
  Array.from(content.slice(0, 2 * EXCERPT_LENGTH)).slice(0, EXCERPT_LENGTH).join('');

export const ChatMention = Type.Object(
  { userId: Id, username: Type.String({ description: 'As it was when the message was written' }) },
  { additionalProperties: false, title: 'ChatMention' },
);
export type ChatMention = Type.Static<typeof ChatMention>;

export const ChatReplyTo = Type.Object(
  {
    id: Uuid,
    seq: Type.Integer(),
    userId: Nullable(Id),
    username: Nullable(Type.String()),
    content: Type.String({ description: `The first ${EXCERPT_LENGTH} characters; empty once deleted` }),
    deleted: Type.Boolean({ description: 'Deleted, or cleared away: then nobody is named' }),
  },
  { additionalProperties: false, title: 'ChatReplyTo' },
);
export type ChatReplyTo = Type.Static<typeof ChatReplyTo>;

export const ChatReaction = Type.Object(
  { emoji: Emoji, count: Type.Integer(), userIds: Type.Array(Id, { description: 'All who gave it, the first one first' }) },
  { additionalProperties: false, title: 'ChatReaction' },
);
export type ChatReaction = Type.Static<typeof ChatReaction>;

const Change = Type.Integer({ description: 'Counts the room’s edits, deletions and reactions from 1 without a gap' });

export const ChatMessage = Type.Object(
  {
    id: Uuid,
    roomId: Id,
    seq: Type.Integer({ description: 'Counts the room’s messages from 1 without a gap' }),
    userId: Id,
    username: Type.String(),
    content: Type.String({ description: 'Empty once deleted' }),
    playbackPositionSeconds: Nullable(Type.Number()),
    clientMessageId: Nullable(Type.String()),
    mentions: Type.Array(ChatMention),
    replyTo: Nullable(ChatReplyTo),
    reactions: Type.Array(ChatReaction, { description: 'The first given one first' }),
    change: Nullable(Type.Integer({ description: 'The number of its latest change; null: never changed' })),
    createdAt: Time,
    editedAt: Nullable(Time),
    deletedAt: Nullable(Time),
  },
  { additionalProperties: false, title: 'ChatMessage' },
);
export type ChatMessage = Type.Static<typeof ChatMessage>;

/** One reaction given or taken back. */
export const ChatReacted = Type.Object(
  {
    id: Uuid,
    seq: Type.Integer({ description: 'Of the message' }),
    change: Change,
    emoji: Emoji,
    userId: Id,
    on: Type.Boolean({ description: 'False: taken back' }),
    count: Type.Integer({ description: 'How many now give this emoji to the message' }),
  },
  { additionalProperties: false, title: 'ChatReacted' },
);
export type ChatReacted = Type.Static<typeof ChatReacted>;

const Content = Text(2000);
export const SendChatBody = Type.Object(
  {
    content: Content,
    clientMessageId: Type.Optional(ClientMessageId),
    replyToId: Type.Optional(Uuid),
  },
  { additionalProperties: false, title: 'SendChatBody' },
);
export type SendChatBody = Type.Static<typeof SendChatBody>;
export const EditChatBody = Type.Object({ content: Content }, { additionalProperties: false, title: 'EditChatBody' });

const Seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Limit = Type.Integer({ minimum: 1, maximum: 100, default: 50 });
/** The newest page by default; `before` / `after` are exclusive; items always in ascending `seq`. */
export const SeqQuery = Type.Object(
  { before: Type.Optional(Seq), after: Type.Optional(Seq), limit: Type.Optional(Limit) },
  { additionalProperties: false },
);
export type SeqQuery = Type.Static<typeof SeqQuery>;

/** Messages that changed after the one numbered `after` (a `change`, exclusive), in ascending `change`. */
export const ChangesQuery = Type.Object({ after: Seq, limit: Type.Optional(Limit) }, { additionalProperties: false });
export type ChangesQuery = Type.Static<typeof ChangesQuery>;

export const ChatChanges = Type.Object(
  {
    items: Type.Array(ChatMessage, { description: 'Each as it is now, in ascending `change`' }),
    changeCursor: Type.Integer({ description: 'What to ask `after` next time' }),
    hasMore: Type.Boolean(),
  },
  { additionalProperties: false, title: 'ChatChanges' },
);
export type ChatChanges = Type.Static<typeof ChatChanges>;

/** What whoever enters a room is given of its chat. */
export const RecentChat = Type.Object(
  {
    items: Type.Array(ChatMessage, { description: 'After `lastSeq`, or the newest; in ascending `seq`' }),
    hasMore: Type.Boolean({ description: 'There are more after the last of these (with `lastSeq`), or before the first' }),
    changeCursor: Type.Integer({ description: 'Number of the room’s latest change that these show; see GET …/messages/changes' }),
  },
  { additionalProperties: false, title: 'RecentChat' },
);
export type RecentChat = Type.Static<typeof RecentChat>;
