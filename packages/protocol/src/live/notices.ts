import Type from 'typebox';
import { EXCERPT_LENGTH } from '../chat.ts';
import { Id, Nullable, Time, Uuid } from '../text.ts';
import { serverEvent } from './event.ts';

const common = { id: Uuid, createdAt: Time, readAt: Nullable(Time) };
const Person = Type.Object({ userId: Id, username: Type.String() }, { additionalProperties: false });

/** Somebody named one in a room's chat. */
export const MentionNotice = Type.Object(
  {
    ...common,
    kind: Type.Literal('mention'),
    roomId: Id,
    messageId: Uuid,
    seq: Type.Integer({ description: 'Of the message' }),
    from: Person,
    excerpt: Type.String({ description: `The first ${EXCERPT_LENGTH} characters` }),
  },
  { additionalProperties: false, title: 'MentionNotice' },
);
export type MentionNotice = Type.Static<typeof MentionNotice>;

/** Somebody invited one to a room, which one may join without a link for a week. */
export const RoomInvitationNotice = Type.Object(
  { ...common, kind: Type.Literal('room_invitation'), invitationId: Uuid, roomId: Id, roomName: Type.String(), from: Person },
  { additionalProperties: false, title: 'RoomInvitationNotice' },
);
export type RoomInvitationNotice = Type.Static<typeof RoomInvitationNotice>;

/** One thing that concerns one person, told apart by its `kind`; clients pass over kinds that they do not know. */
export const Notice = Type.Union([MentionNotice, RoomInvitationNotice]);
export type Notice = Type.Static<typeof Notice>;

export const notice = serverEvent({
  name: 'notice',
  summary: 'Something that concerns oneself, new or told anew; may come twice: known by its id',
  payload: Notice,
});

const Ids = Type.Array(Uuid);

export const noticesRead = serverEvent({
  name: 'notices:read',
  summary: 'One has seen these, here or elsewhere',
  payload: Type.Object({ ids: Ids, readAt: Time }, { additionalProperties: false, title: 'NoticesRead' }),
});

export const noticesRemoved = serverEvent({
  name: 'notices:removed',
  summary: 'These are no more: removed by oneself, or no longer so',
  payload: Type.Object({ ids: Ids }, { additionalProperties: false, title: 'NoticesRemoved' }),
});
