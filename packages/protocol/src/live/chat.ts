import Type from 'typebox';
import { ChatMessage, ChatReacted, ClientMessageId, EditChatBody, SendChatBody } from '../chat.ts';
import { Emoji } from '../emoji.ts';
import { Id, Uuid } from '../text.ts';
import { clientEvent, serverEvent } from './event.ts';

const closed = { additionalProperties: false } as const;
const ofRoom = { roomId: Id };
const ofMessage = { roomId: Id, id: Uuid };
const Username = Type.String();

export const chatSend = clientEvent({
  name: 'chat:send',
  summary: 'Say something in a room; sent again with the same clientMessageId it is the same message',
  body: Type.Object(
    {
      ...ofRoom, content: SendChatBody.properties.content, clientMessageId: ClientMessageId,
      replyToId: SendChatBody.properties.replyToId,
    },
    { ...closed, title: 'ChatSend' },
  ),
  reply: ChatMessage,
});

export const chatEdit = clientEvent({
  name: 'chat:edit',
  summary: 'Edit one’s own message',
  body: Type.Object({ ...ofMessage, content: EditChatBody.properties.content }, { ...closed, title: 'ChatEdit' }),
  reply: ChatMessage,
});

export const chatDelete = clientEvent({
  name: 'chat:delete',
  summary: 'Delete a message; it keeps its place, without its text',
  body: Type.Object(ofMessage, { ...closed, title: 'ChatDelete' }),
  reply: ChatMessage,
});

export const chatReact = clientEvent({
  name: 'chat:react',
  summary: 'Give a message an emoji, or take it back',
  body: Type.Object(
    { ...ofMessage, emoji: Emoji, on: Type.Optional(Type.Boolean({ description: 'Without it, the other of what is' })) },
    { ...closed, title: 'ChatReact' },
  ),
  reply: ChatMessage,
});

export const chatTyping = clientEvent({
  name: 'chat:typing',
  summary: 'Tell the room that one is writing; passed on once in two seconds, never kept',
  body: Type.Object(ofRoom, { ...closed, title: 'ChatTyping' }),
  reply: Type.Null(),
});

export const roomReact = clientEvent({
  name: 'room:react',
  summary: 'Show everybody in the room an emoji, now; never kept',
  body: Type.Object({ ...ofRoom, emoji: Emoji }, { ...closed, title: 'RoomReact' }),
  reply: Type.Null(),
});

const items = <T extends Type.TSchema>(item: T, title: string) =>
  Type.Object({ ...ofRoom, items: Type.Array(item) }, { ...closed, title });

export const chatMessages = serverEvent({
  name: 'chat:messages',
  summary: 'What was said. May come twice, and out of order: known by its id, ordered by its seq',
  payload: items(ChatMessage, 'ChatMessages'),
  gathers: true,
});

export const chatEdited = serverEvent({
  name: 'chat:edited',
  summary: 'Messages as they are after an edit; one with a lower `change` than is known is old',
  payload: items(ChatMessage, 'ChatEdited'),
  gathers: true,
});

export const chatDeleted = serverEvent({
  name: 'chat:deleted',
  summary: 'Messages that have lost their text',
  payload: items(ChatMessage, 'ChatDeleted'),
  gathers: true,
});

export const chatReacted = serverEvent({
  name: 'chat:reacted',
  summary: 'Reactions given to messages, or taken back',
  payload: items(ChatReacted, 'ChatReactions'),
  gathers: true,
});

export const chatTypes = serverEvent({
  name: 'chat:typing',
  summary: 'Somebody is writing',
  payload: Type.Object({ ...ofRoom, userId: Id, username: Username }, { ...closed, title: 'ChatTypes' }),
});

export const roomReaction = serverEvent({
  name: 'room:reaction',
  summary: 'Emoji that people in the room show now',
  payload: items(Type.Object({ userId: Id, username: Username, emoji: Emoji }, closed), 'RoomReactions'),
  gathers: true,
});
