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

const ofEvent = { ...common, eventId: Id, title: Type.String(), startsAt: Time };

/** Somebody invited one to an event. */
export const EventInvitationNotice = Type.Object(
  { ...ofEvent, kind: Type.Literal('event_invitation'), from: Person },
  { additionalProperties: false, title: 'EventInvitationNotice' },
);
export type EventInvitationNotice = Type.Static<typeof EventInvitationNotice>;

/** A seat became free, and it is one's own now. */
export const EventPromotedNotice = Type.Object(
  { ...ofEvent, kind: Type.Literal('event_promoted') }, { additionalProperties: false, title: 'EventPromotedNotice' },
);
export type EventPromotedNotice = Type.Static<typeof EventPromotedNotice>;

/** An event that one goes to, or may go to, is near. */
export const EventReminderNotice = Type.Object(
  { ...ofEvent, kind: Type.Literal('event_reminder'), before: Type.Enum(['day', 'hour']) },
  { additionalProperties: false, title: 'EventReminderNotice' },
);
export type EventReminderNotice = Type.Static<typeof EventReminderNotice>;

/** An event takes place at another time or place; `startsAt` is the new one. */
export const EventChangedNotice = Type.Object(
  { ...ofEvent, kind: Type.Literal('event_changed'), changes: Type.Array(Type.Enum(['time', 'place'])) },
  { additionalProperties: false, title: 'EventChangedNotice' },
);
export type EventChangedNotice = Type.Static<typeof EventChangedNotice>;

/** An event does not take place. */
export const EventCancelledNotice = Type.Object(
  { ...ofEvent, kind: Type.Literal('event_cancelled') }, { additionalProperties: false, title: 'EventCancelledNotice' },
);
export type EventCancelledNotice = Type.Static<typeof EventCancelledNotice>;

/** An event has begun, and its room is open. */
export const EventStartedNotice = Type.Object(
  { ...ofEvent, kind: Type.Literal('event_started'), roomId: Id, url: Type.String({ description: 'Lets one into the room' }) },
  { additionalProperties: false, title: 'EventStartedNotice' },
);
export type EventStartedNotice = Type.Static<typeof EventStartedNotice>;

/** Somebody asks to be one's friend; withdrawn once it is answered or taken back. */
export const FriendRequestNotice = Type.Object(
  { ...common, kind: Type.Literal('friend_request'), requestId: Id, from: Person },
  { additionalProperties: false, title: 'FriendRequestNotice' },
);
export type FriendRequestNotice = Type.Static<typeof FriendRequestNotice>;

/** Somebody whom one had asked is one's friend now. */
export const FriendAcceptedNotice = Type.Object(
  { ...common, kind: Type.Literal('friend_accepted'), from: Person },
  { additionalProperties: false, title: 'FriendAcceptedNotice' },
);
export type FriendAcceptedNotice = Type.Static<typeof FriendAcceptedNotice>;

/** One thing that concerns one person, told apart by its `kind`; clients pass over kinds that they do not know. */
export const Notice = Type.Union([
  MentionNotice, RoomInvitationNotice, EventInvitationNotice, EventPromotedNotice, EventReminderNotice,
  EventChangedNotice, EventCancelledNotice, EventStartedNotice, FriendRequestNotice, FriendAcceptedNotice,
]);
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
