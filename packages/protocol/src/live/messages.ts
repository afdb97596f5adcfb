import Type from 'typebox';
import { ClientMessageId } from '../chat.ts';
import { Emoji } from '../emoji.ts';
import { DirectMessage, EditMessageBody, MessagePointers, ReadMessagesBody, SendMessageBody } from '../messages.ts';
import { Id, Uuid } from '../text.ts';
import { clientEvent, serverEvent } from './event.ts';

const closed = { additionalProperties: false } as const;
const withPeer = { peerId: Id };
const ofMessage = { peerId: Id, id: Uuid };

export const messageSend = clientEvent({
  name: 'message:send',
  summary: 'Write to somebody; sent again with the same clientMessageId it is the same message',
  body: Type.Object({ ...SendMessageBody.properties, clientMessageId: ClientMessageId }, { ...closed, title: 'MessageSend' }),
  reply: DirectMessage,
});

export const messageEdit = clientEvent({
  name: 'message:edit',
  summary: 'Edit one’s own message',
  body: Type.Object({ ...ofMessage, content: EditMessageBody.properties.content }, { ...closed, title: 'MessageEdit' }),
  reply: DirectMessage,
});

export const messageDelete = clientEvent({
  name: 'message:delete',
  summary: 'Delete one’s own message; it keeps its place, without what it said',
  body: Type.Object(ofMessage, { ...closed, title: 'MessageDelete' }),
  reply: DirectMessage,
});

export const messageReact = clientEvent({
  name: 'message:react',
  summary: 'Give a message an emoji, or take it back',
  body: Type.Object(
    { ...ofMessage, emoji: Emoji, on: Type.Optional(Type.Boolean({ description: 'Without it, the other of what is' })) },
    { ...closed, title: 'MessageReact' },
  ),
  reply: DirectMessage,
});

const upTo = (title: string) => Type.Object({ ...withPeer, seq: ReadMessagesBody.properties.seq }, { ...closed, title });

export const messageGot = clientEvent({
  name: 'message:delivered',
  summary: 'This device has what the other wrote, up to this seq; said again, or of less, it changes nothing',
  body: upTo('MessageGot'),
  reply: MessagePointers,
});

export const messageSeen = clientEvent({
  name: 'message:read',
  summary: 'One has read what the other wrote, up to this seq; said again, or of less, it changes nothing',
  body: upTo('MessageSeen'),
  reply: MessagePointers,
});

export const messageTyping = clientEvent({
  name: 'message:typing',
  summary: 'Tell somebody that one is writing to them; passed on once in two seconds, never kept',
  body: Type.Object(withPeer, { ...closed, title: 'MessageTyping' }),
  reply: Type.Null(),
});

const items = <T extends Type.TSchema>(item: T, title: string) => Type.Object({ items: Type.Array(item) }, { ...closed, title });

export const messageNew = serverEvent({
  name: 'message:new',
  summary: 'Written to one, or by oneself on any device. May come twice, and out of order: known by its id, ordered by its seq',
  payload: items(DirectMessage, 'MessageNew'),
  gathers: true,
});

export const messageEdited = serverEvent({
  name: 'message:edited',
  summary: 'Messages as they are after an edit, or with their thumbnail; one with a lower `change` than is known is old',
  payload: items(DirectMessage, 'MessageEdited'),
  gathers: true,
});

export const messageDeleted = serverEvent({
  name: 'message:deleted',
  summary: 'Messages that have lost what they said',
  payload: items(DirectMessage, 'MessageDeleted'),
  gathers: true,
});

export const messageReacted = serverEvent({
  name: 'message:reacted',
  summary: 'Messages as they are after an emoji came or went',
  payload: items(DirectMessage, 'MessageReacted'),
  gathers: true,
});

const Reached = Type.Object(
  { userId: Id, peerId: Id, seq: Type.Integer({ description: 'Up to here' }) }, { ...closed, title: 'MessageReached' },
);

export const messageDelivered = serverEvent({
  name: 'message:delivered',
  summary: 'A device of `userId`, who may be oneself, has got what is between the two up to this seq',
  payload: items(Reached, 'MessageDelivered'),
  gathers: true,
});

export const messageRead = serverEvent({
  name: 'message:read',
  summary: '`userId`, who may be oneself, has read what is between the two up to this seq',
  payload: items(Reached, 'MessageRead'),
  gathers: true,
});

export const messageTypes = serverEvent({
  name: 'message:typing',
  summary: 'Somebody is writing to one',
  payload: Type.Object({ userId: Id, username: Type.String() }, { ...closed, title: 'MessageTypes' }),
});
