import Type from 'typebox';
import { ChatReaction, ClientMessageId, EXCERPT_LENGTH } from './chat.ts';
import { Person } from './friends.ts';
import { Id, Nullable, OptionalText, Time, Uuid } from './text.ts';

export const MessageReplyTo = Type.Object(
  {
    id: Uuid,
    seq: Type.Integer(),
    senderId: Nullable(Id),
    content: Type.String({ description: `The first ${EXCERPT_LENGTH} characters; empty once deleted` }),
    hasImage: Type.Boolean(),
    deleted: Type.Boolean(),
  },
  { additionalProperties: false, title: 'MessageReplyTo' },
);
export type MessageReplyTo = Type.Static<typeof MessageReplyTo>;

/** What one person has written to another. */
export const DirectMessage = Type.Object(
  {
    id: Uuid,
    seq: Type.Integer({ description: 'Counts the messages of the two from 1 without a gap' }),
    senderId: Id,
    receiverId: Id,
    content: Type.String({ description: 'Empty once deleted, and where a picture says it all' }),
    imageUrl: Nullable(Type.String({ description: 'An address on this server, or https elsewhere' })),
    thumbnailUrl: Nullable(Type.String({ description: 'A JPEG of 480 pixels at most; null until it is made, and of pictures elsewhere' })),
    publicId: Nullable(Type.String()),
    clientMessageId: Nullable(Type.String()),
    persisted: Type.Boolean({ description: 'It is in the database' }),
    replyTo: Nullable(MessageReplyTo),
    reactions: Type.Array(ChatReaction, { description: 'The first given one first' }),
    change: Nullable(Type.Integer({ description: 'The number of its latest change; null: never changed' })),
    createdAt: Time,
    editedAt: Nullable(Time),
    deletedAt: Nullable(Time),
  },
  { additionalProperties: false, title: 'DirectMessage' },
);
export type DirectMessage = Type.Static<typeof DirectMessage>;

const Content = OptionalText(4000);
export const SendMessageBody = Type.Object(
  {
    receiverId: Id,
    content: Type.String({ ...Content, description: 'May be empty where there is a picture' }),
    imageUrl: Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: 'As the upload answered it, or https elsewhere' })),
    publicId: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    clientMessageId: Type.Optional(ClientMessageId),
    replyToId: Type.Optional(Uuid),
  },
  { additionalProperties: false, title: 'SendMessageBody' },
);
export type SendMessageBody = Type.Static<typeof SendMessageBody>;

export const EditMessageBody = Type.Object({ content: Content }, { additionalProperties: false, title: 'EditMessageBody' });

const Seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const ReadMessagesBody = Type.Object({ seq: Seq }, { additionalProperties: false, title: 'ReadMessagesBody' });

const pointers = {
  deliveredSeq: Type.Integer({ description: 'Up to here one of one’s devices has them' }),
  readSeq: Type.Integer({ description: 'Up to here one has read them' }),
};
/** As many messages a page has where nothing else is asked for: as many as stay readable in the hot cache. */
export const MESSAGES_PAGE = 20;
/** The newest page by default; `before` / `after` are exclusive; items always in ascending `seq`. */
export const MessagesQuery = Type.Object(
  {
    before: Type.Optional(Seq), after: Type.Optional(Seq),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: MESSAGES_PAGE })),
  },
  { additionalProperties: false },
);
export type MessagesQuery = Type.Static<typeof MessagesQuery>;

/** How far one has got with what another writes. */
export const MessagePointers = Type.Object(pointers, { additionalProperties: false, title: 'MessagePointers' });
export type MessagePointers = Type.Static<typeof MessagePointers>;

/** As many unread messages of a conversation, and conversations with some, are counted. */
export const MOST_UNREAD = 1000;

export const Conversation = Type.Object(
  {
    peer: Person,
    lastMessage: Nullable(DirectMessage),
    lastSeq: Type.Integer(),
    unread: Type.Integer({ description: `Of the other’s messages, without those deleted; counted up to ${MOST_UNREAD}` }),
    ...pointers,
    peerDeliveredSeq: Type.Integer(),
    peerReadSeq: Type.Integer(),
    changeCursor: Type.Integer({ description: 'The number of the latest change; see GET …/changes' }),
  },
  { additionalProperties: false, title: 'Conversation' },
);
export type Conversation = Type.Static<typeof Conversation>;

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 }));
export const ConversationsQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ pattern: String.raw`^\d{1,16}\.\d{1,10}$`, description: 'The `nextCursor` of the page before' })),
    limit: Limit,
  },
  { additionalProperties: false },
);
export type ConversationsQuery = Type.Static<typeof ConversationsQuery>;

export const Conversations = Type.Object(
  {
    items: Type.Array(Conversation, { description: 'The one with the latest message first' }),
    nextCursor: Nullable(Type.String()),
    unread: Type.Integer({ description: `Conversations in which something is unread, of all; counted up to ${MOST_UNREAD}` }),
  },
  { additionalProperties: false, title: 'Conversations' },
);
export type Conversations = Type.Static<typeof Conversations>;

export const MessageChanges = Type.Object(
  {
    items: Type.Array(DirectMessage, { description: 'Each as it is now, in ascending `change`' }),
    changeCursor: Type.Integer({ description: 'What to ask `after` next time' }),
    hasMore: Type.Boolean(),
  },
  { additionalProperties: false, title: 'MessageChanges' },
);
export type MessageChanges = Type.Static<typeof MessageChanges>;

export const SearchMessagesQuery = Type.Object(
  {
    q: Type.String({ minLength: 1, maxLength: 100, pattern: String.raw`\S`, description: 'Beginnings of words, all of which must be there' }),
    peerId: Type.Optional(Id),
    cursor: Type.Optional(Uuid),
    limit: Limit,
  },
  { additionalProperties: false },
);
export type SearchMessagesQuery = Type.Static<typeof SearchMessagesQuery>;
