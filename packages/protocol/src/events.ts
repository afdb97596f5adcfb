import Type from 'typebox';
import { Id, Nullable, OptionalText, Text, Time, WebUrl } from './text.ts';

export const EventVisibility = Type.Enum(['public', 'friends', 'private'], {
  description: '`public`: anyone; `friends`: its owner’s friends too; `private`: its owner, who is invited and who has answered',
});
export type EventVisibility = Type.Static<typeof EventVisibility>;

/** What somebody can answer. */
export const RsvpAnswer = Type.Enum(['going', 'interested', 'declined']);
export type RsvpAnswer = Type.Static<typeof RsvpAnswer>;

/** What becomes of an answer: past the capacity `going` is `waitlisted`. */
export const RsvpStatus = Type.Enum(['going', 'waitlisted', 'interested', 'declined']);
export type RsvpStatus = Type.Static<typeof RsvpStatus>;

const LOCAL_TIME = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?$';
const LocalTime = Type.String({
  description: 'What the clocks show in the event’s time zone, without an offset: `2026-03-29T19:00:00`',
});

const latitude = Type.Number({ minimum: -90, maximum: 90, description: 'Degrees' });
const longitude = Type.Number({ minimum: -180, maximum: 180, description: 'Degrees' });

export const EventLocation = Type.Object(
  { lat: latitude, lng: longitude, address: Type.String() }, { additionalProperties: false, title: 'EventLocation' },
);
export type EventLocation = Type.Static<typeof EventLocation>;

export const Event = Type.Object(
  {
    id: Id,
    title: Type.String(),
    description: Type.String(),
    startsAt: Time,
    endsAt: Nullable(Time),
    startsAtLocal: LocalTime,
    endsAtLocal: Nullable(LocalTime),
    timeZone: Type.String({ description: 'IANA name' }),
    location: Nullable(EventLocation),
    online: Type.Boolean(),
    url: Nullable(Type.String({ description: 'Where it takes place online, or a page about it; never fetched by the server' })),
    roomId: Nullable(Id),
    opensRoom: Type.Boolean({ description: 'The room is opened when the event starts' }),
    capacity: Nullable(Type.Integer({ description: 'How many can go; null: as many as come' })),
    goingCount: Type.Integer(),
    interestedCount: Type.Integer(),
    waitlistedCount: Type.Integer(),
    visibility: EventVisibility,
    ownerId: Id,
    cancelledAt: Nullable(Time),
    createdAt: Time,
    updatedAt: Time,
    distanceKm: Type.Optional(Type.Number({ description: 'Where a place was asked about' })),
    myStatus: Type.Optional(Nullable(RsvpStatus)),
  },
  { additionalProperties: false, title: 'Event' },
);
export type Event = Type.Static<typeof Event>;

const givenLocalTime = Type.String({
  pattern: LOCAL_TIME,
  description: 'Instead of the instant: what the clocks show in `timeZone`. Skipped by a change of the clocks: as much later; '
    + 'shown twice: the first of the two, unless it is the one that the event has',
});
const fields = {
  title: Text(200),
  description: OptionalText(5000),
  location: Nullable(Type.Object(
    { lat: latitude, lng: longitude, address: Type.Optional(OptionalText(500)) }, { additionalProperties: false })),
  online: Type.Boolean(),
  url: Nullable(WebUrl),
  roomId: Nullable(Id),
  opensRoom: Type.Boolean(),
  capacity: Nullable(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  visibility: EventVisibility,
  timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA name, such as `Europe/Berlin`; `UTC` by default' }),
  endsAt: Nullable(Time),
};
const replacing = {
  title: fields.title,
  description: Type.Optional(fields.description),
  startsAt: Type.Optional(Time),
  startsAtLocal: Type.Optional(givenLocalTime),
  endsAt: Type.Optional(fields.endsAt),
  endsAtLocal: Type.Optional(givenLocalTime),
  timeZone: Type.Optional(fields.timeZone),
  location: Type.Optional(fields.location),
  online: Type.Optional(fields.online),
  url: Type.Optional(fields.url),
  roomId: Type.Optional(fields.roomId),
  opensRoom: Type.Optional(fields.opensRoom),
  capacity: Type.Optional(fields.capacity),
  visibility: Type.Optional(fields.visibility),
};
/** Either `startsAt` or `startsAtLocal`. */
export const CreateEventBody = Type.Object(replacing, { additionalProperties: false, title: 'CreateEventBody' });
/** PUT replaces: what is left out returns to its default. */
export const PutEventBody = Type.Object(replacing, { additionalProperties: false, title: 'PutEventBody' });
export const PatchEventBody = Type.Object(
  { ...replacing, title: Type.Optional(fields.title) },
  { additionalProperties: false, minProperties: 1, title: 'PatchEventBody' },
);
export type EventBody = Type.Static<typeof CreateEventBody>;
export type PatchEventBody = Type.Static<typeof PatchEventBody>;

const cursor = Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'The `nextCursor` of the page before' }));
const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 }));

export const EventsQuery = Type.Object(
  {
    scope: Type.Optional(Type.Enum(['upcoming', 'friends', 'mine'], {
      default: 'upcoming',
      description: '`upcoming`: public ones; `friends`: those of one’s friends; `mine`: one’s own, and those one is invited to or has answered',
    })),
    past: Type.Optional(Type.Boolean({ description: 'Of `mine`: those that are over, the latest first' })),
    cursor, limit,
  },
  { additionalProperties: false },
);
export type EventsQuery = Type.Static<typeof EventsQuery>;

export const UserEventsQuery = Type.Object({ cursor, limit }, { additionalProperties: false });
export type UserEventsQuery = Type.Static<typeof UserEventsQuery>;

export const RsvpBody = Type.Object(
  {
    status: RsvpAnswer,
    wantsMail: Type.Optional(Type.Boolean({ description: 'Where it becomes `waitlisted`: a mail too when a seat becomes free' })),
  },
  { additionalProperties: false, title: 'RsvpBody' },
);
export type RsvpBody = Type.Static<typeof RsvpBody>;

export const Rsvp = Type.Object(
  {
    eventId: Id,
    status: Nullable(RsvpStatus),
    waitlistPosition: Nullable(Type.Integer({ description: '1: the next to get a seat' })),
    goingCount: Type.Integer(),
    interestedCount: Type.Integer(),
    waitlistedCount: Type.Integer(),
  },
  { additionalProperties: false, title: 'Rsvp' },
);
export type Rsvp = Type.Static<typeof Rsvp>;

export const Attendee = Type.Object(
  {
    userId: Id,
    username: Type.String(),
    displayName: Type.String(),
    status: RsvpStatus,
    waitlistPosition: Nullable(Type.Integer()),
  },
  { additionalProperties: false, title: 'Attendee' },
);
export type Attendee = Type.Static<typeof Attendee>;

export const AttendeesQuery = Type.Object(
  { status: Type.Optional(Type.Enum(['going', 'waitlisted', 'interested'])), cursor, limit }, { additionalProperties: false },
);
export type AttendeesQuery = Type.Static<typeof AttendeesQuery>;

export const EventInvitationsBody = Type.Object(
  { userIds: Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true, description: 'Friends of one’s own' }) },
  { additionalProperties: false, title: 'EventInvitationsBody' },
);
export type EventInvitationsBody = Type.Static<typeof EventInvitationsBody>;

export const EventInvitations = Type.Object(
  { eventId: Id, userIds: Type.Array(Id, { description: 'Who is invited now and was not before' }) },
  { additionalProperties: false, title: 'EventInvitations' },
);
export type EventInvitations = Type.Static<typeof EventInvitations>;

/** Who is invited, and what they have answered. */
export const EventGuest = Type.Object(
  { userId: Id, username: Type.String(), displayName: Type.String(), status: Nullable(RsvpStatus) },
  { additionalProperties: false, title: 'EventGuest' },
);
export type EventGuest = Type.Static<typeof EventGuest>;


/** The secret address of one's calendar. */
export const CalendarFeed = Type.Object(
  { url: Type.String({ description: 'For calendar programs. Shown this once; a new one ends the one before' }), createdAt: Time },
  { additionalProperties: false, title: 'CalendarFeed' },
);
export type CalendarFeed = Type.Static<typeof CalendarFeed>;

export const CalendarFeedState = Type.Object(
  { createdAt: Nullable(Time) }, { additionalProperties: false, title: 'CalendarFeedState', description: 'Null: there is none' },
);
export type CalendarFeedState = Type.Static<typeof CalendarFeedState>;
