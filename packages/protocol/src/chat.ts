import Type from 'typebox';
import { Id, Nullable, Text, Time, Uuid } from './text.ts';

/** Chosen by the client, unique per sender for ever: sending again with the same one sends nothing twice. */
export const ClientMessageId = Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\x21-\\x7e]+$' });

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
    createdAt: Time,
    editedAt: Nullable(Time),
    deletedAt: Nullable(Time),
  },
  { additionalProperties: false, title: 'ChatMessage' },
);
export type ChatMessage = Type.Static<typeof ChatMessage>;

export const SendChatBody = Type.Object(
  { content: Text(2000), clientMessageId: Type.Optional(ClientMessageId) },
  { additionalProperties: false, title: 'SendChatBody' },
);
export type SendChatBody = Type.Static<typeof SendChatBody>;
export const EditChatBody = Type.Object({ content: Text(2000) }, { additionalProperties: false, title: 'EditChatBody' });

const Seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** The newest page by default; `before` / `after` are exclusive; items always in ascending `seq`. */
export const SeqQuery = Type.Object(
  {
    before: Type.Optional(Seq),
    after: Type.Optional(Seq),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
  },
  { additionalProperties: false },
);
export type SeqQuery = Type.Static<typeof SeqQuery>;
