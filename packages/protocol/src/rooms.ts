import Type from 'typebox';
import { Email } from './accounts.ts';
import { Id, Nullable, OptionalText, Text, Time, Uuid } from './text.ts';

export const ParticipantRole = Type.Enum(['host', 'co-host', 'viewer']);
export type ParticipantRole = Type.Static<typeof ParticipantRole>;

/** Who commands the playback: hosts and co-hosts, or whoever is in the room. */
export const PlaybackControl = Type.Enum(['hosts', 'everyone']);
export type PlaybackControl = Type.Static<typeof PlaybackControl>;

export const Room = Type.Object(
  {
    id: Id,
    name: Type.String(),
    description: Type.String(),
    movieId: Nullable(Id),
    ownerId: Id,
    isPrivate: Type.Boolean(),
    hasPassword: Type.Boolean(),
    isActive: Type.Boolean(),
    participantCount: Type.Integer(),
    maxParticipants: Type.Integer(),
    playbackControl: PlaybackControl,
    readyGate: Type.Boolean({ description: 'A start waits until all who watch can play, for a bounded time' }),
    waitForSlow: Type.Boolean({ description: 'The film waits for somebody whose player lacks data, for a bounded time' }),
    createdAt: Time,
    updatedAt: Time,
  },
  { additionalProperties: false, title: 'Room' },
);
export type Room = Type.Static<typeof Room>;

export const Participant = Type.Object(
  {
    userId: Id, username: Type.String(), role: ParticipantRole, joinedAt: Time, lastSeenAt: Time,
    online: Type.Boolean({ description: 'Has the room open now, on whatever connection' }),
  },
  { additionalProperties: false, title: 'Participant' },
);
export type Participant = Type.Static<typeof Participant>;

const fields = {
  name: Text(100),
  description: OptionalText(1000),
  movieId: Nullable(Id),
  isPrivate: Type.Boolean(),
  password: Nullable(Type.String({ minLength: 1, maxLength: 200 })),
  maxParticipants: Type.Integer({ minimum: 1, maximum: 10_000 }),
  playbackControl: PlaybackControl,
  readyGate: Type.Boolean(),
  waitForSlow: Type.Boolean(),
};
const replacing = {
  name: fields.name,
  description: Type.Optional(fields.description),
  movieId: Type.Optional(fields.movieId),
  isPrivate: Type.Optional(fields.isPrivate),
  password: Type.Optional(fields.password),
  maxParticipants: Type.Optional(fields.maxParticipants),
  playbackControl: Type.Optional(fields.playbackControl),
  readyGate: Type.Optional(fields.readyGate),
  waitForSlow: Type.Optional(fields.waitForSlow),
};
export const CreateRoomBody = Type.Object(replacing, { additionalProperties: false, title: 'CreateRoomBody' });
/** PUT replaces: what is left out returns to its default (so a password left out is removed). */
export const PutRoomBody = Type.Object(
  { ...replacing, isActive: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, title: 'PutRoomBody' },
);
export const PatchRoomBody = Type.Object(
  { ...replacing, name: Type.Optional(fields.name), isActive: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1, title: 'PatchRoomBody' },
);
export type RoomBody = Type.Static<typeof PutRoomBody>;
export type PatchRoomBody = Type.Static<typeof PatchRoomBody>;

export const JoinRoomBody = Type.Object(
  {
    password: Type.Optional(Type.String({ maxLength: 200 })),
    invite: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false, title: 'JoinRoomBody' },
);
export type JoinRoomBody = Type.Static<typeof JoinRoomBody>;

export const PatchParticipantBody = Type.Object(
  { role: ParticipantRole },
  { additionalProperties: false, title: 'PatchParticipantBody' },
);

export const InviteLink = Type.Object(
  { invite: Type.String(), url: Type.String(), expiresAt: Time },
  { additionalProperties: false, title: 'InviteLink' },
);
export type InviteLink = Type.Static<typeof InviteLink>;

export const InviteBody = Type.Object(
  { email: Type.Optional(Email), userId: Type.Optional(Id) },
  { additionalProperties: false, title: 'InviteBody', description: 'One of the two' },
);
export type InviteBody = Type.Static<typeof InviteBody>;

export const Invitation = Type.Object(
  { id: Uuid, roomId: Id, userId: Nullable(Id), email: Nullable(Type.String()), createdAt: Time },
  { additionalProperties: false, title: 'Invitation' },
);
export type Invitation = Type.Static<typeof Invitation>;

export const PlaybackWaiting = Type.Object(
  {
    reason: Type.Enum(['start', 'buffering'], { description: '`start`: until all are ready; `buffering`: somebody’s player lacks data' }),
    userIds: Type.Array(Id, { description: 'For whom' }),
    usernames: Type.Array(Type.String(), { description: 'Their names, in the same order' }),
    sinceMs: Type.Number({ description: 'Server time, ms since the Unix epoch' }),
    untilMs: Type.Number({ description: 'Then the film goes on by itself; it is the timeline’s `at`' }),
  },
  { additionalProperties: false, title: 'PlaybackWaiting' },
);
export type PlaybackWaiting = Type.Static<typeof PlaybackWaiting>;

export const Playback = Type.Object(
  {
    roomId: Id,
    version: Type.Integer({ description: 'Grows by one with each command; a command carries the one it saw' }),
    movieId: Nullable(Id),
    position: Type.Number({ description: 'Seconds into the film, valid at `at`' }),
    rate: Type.Number(),
    playing: Type.Boolean(),
    at: Type.Number({ description: 'Server time, milliseconds since the Unix epoch; may lie ahead: start then' }),
    waiting: Nullable(PlaybackWaiting),
    by: Nullable(Type.Integer({ description: 'Whose command it was; null: the server’s own doing' })),
  },
  { additionalProperties: false, title: 'Playback' },
);
export type Playback = Type.Static<typeof Playback>;

export const PlaybackCommand = Type.Object(
  {
    version: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    action: Type.Enum(['play', 'pause', 'seek', 'rate', 'load']),
    position: Type.Optional(Type.Number({ minimum: 0, maximum: 604_800, description: 'Seconds' })),
    rate: Type.Optional(Type.Number({ minimum: 0.25, maximum: 4 })),
    movieId: Type.Optional(Nullable(Id)),
  },
  { additionalProperties: false, title: 'PlaybackCommand' },
);
export type PlaybackCommand = Type.Static<typeof PlaybackCommand>;
