import Type from 'typebox';
import { RecentChat } from '../chat.ts';
import { JoinRoomBody, Participant, Playback, PlaybackCommand, Room } from '../rooms.ts';
import { Id, Nullable } from '../text.ts';
import { clientEvent, serverEvent } from './event.ts';

/** As many people of a room are listed live, hosts first, then co-hosts, then by joining; the rest by HTTP. */
export const LISTED_PEOPLE = 100;

const DriftMs = Nullable(Type.Number({ minimum: -1e9, maximum: 1e9, description: 'The player’s position minus the timeline’s, ms; null: not known' }));
const RttMs = Nullable(Type.Number({ minimum: 0, maximum: 1e9, description: 'Round trip to the server, ms; null: not known' }));

export const LiveParticipant = Type.Object(
  {
    ...Participant.properties,
    free: Type.Boolean({ description: 'Watches at their own pace: nobody waits for them' }),
    ready: Type.Boolean({ description: 'Their player could play the present timeline' }),
    buffering: Type.Boolean({ description: 'Their player lacks data' }),
    driftMs: DriftMs,
    rttMs: RttMs,
  },
  { additionalProperties: false, title: 'LiveParticipant' },
);
export type LiveParticipant = Type.Static<typeof LiveParticipant>;

const OnlineCount = Type.Integer({ description: 'How many people have the room open' });

export const RoomSnapshot = Type.Object(
  {
    room: Room,
    playback: Playback,
    participants: Type.Array(LiveParticipant, { description: `The first ${LISTED_PEOPLE}: hosts, co-hosts, then by joining` }),
    onlineCount: OnlineCount,
    messages: RecentChat,
  },
  { additionalProperties: false, title: 'RoomSnapshot' },
);
export type RoomSnapshot = Type.Static<typeof RoomSnapshot>;

/** From before it is acknowledged, the connection hears the room: apply what came meanwhile after the snapshot. */
export const roomJoin = clientEvent({
  name: 'room:join',
  summary: 'Enter a room and hear it; again, to catch up after a reconnect',
  body: Type.Object(
    {
      roomId: Id, ...JoinRoomBody.properties,
      lastSeq: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Of the chat: the highest without a gap' })),
    },
    { additionalProperties: false, title: 'RoomJoin' },
  ),
  reply: RoomSnapshot,
});

export const roomLeave = clientEvent({
  name: 'room:leave',
  summary: 'Leave a room; with `stay` only this connection stops hearing it',
  body: Type.Object(
    { roomId: Id, stay: Type.Optional(Type.Boolean({ description: 'One still takes part in the room' })) },
    { additionalProperties: false, title: 'RoomLeave' },
  ),
  reply: Type.Null(),
});

export const playbackCommand = clientEvent({
  name: 'playback:command',
  summary: 'Play, pause, seek, change the rate or load a movie',
  body: Type.Object({ roomId: Id, ...PlaybackCommand.properties }, { additionalProperties: false, title: 'LivePlaybackCommand' }),
  reply: Playback,
});

export const playbackReport = clientEvent({
  name: 'playback:report',
  summary: 'How one’s player gets along; when something changes, and at most once a second',
  body: Type.Object(
    {
      roomId: Id,
      version: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Of the timeline that it follows' }),
      position: Type.Optional(Type.Number({ minimum: 0, maximum: 604_800, description: 'Seconds' })),
      driftMs: DriftMs,
      rttMs: RttMs,
      buffering: Type.Boolean({ description: 'Lacks data at its position' }),
      ready: Type.Boolean({ description: 'Could play from where the timeline stands' }),
      free: Type.Boolean(),
    },
    { additionalProperties: false, title: 'PlaybackReport' },
  ),
  reply: Type.Null(),
});

export const roomChanged = serverEvent({
  name: 'room:changed',
  summary: 'The room’s settings or figures are now these',
  payload: Type.Object({ room: Room }, { additionalProperties: false, title: 'RoomChanged' }),
});

export const roomPresence = serverEvent({
  name: 'room:presence',
  summary: 'Who is there',
  payload: Type.Object(
    {
      roomId: Id,
      participants: Type.Array(LiveParticipant, { description: 'The whole list; with `partial` those who came or changed' }),
      partial: Type.Boolean({ description: `In rooms of more than ${LISTED_PEOPLE} people: change these in the list and keep the rest` }),
      left: Type.Array(Id, { description: 'With `partial`: who is in the list no more' }),
      participantCount: Type.Integer(),
      onlineCount: OnlineCount,
    },
    { additionalProperties: false, title: 'RoomPresence' },
  ),
});

const ExpelledReason = Type.Enum(['left', 'kicked', 'banned', 'closed', 'removed', 'absent'], {
  description: '`left`: by oneself, elsewhere; `absent`: not seen for long; `closed`: for now; `removed`: for good',
});
export type RoomExpelledReason = Type.Static<typeof ExpelledReason>;

/** Goes to all connections of the person, whether they hear the room or not; of a room that is gone or closed, to all who hear it. */
export const roomExpelled = serverEvent({
  name: 'room:expelled',
  summary: 'One is not in the room any more, or there is none',
  payload: Type.Object(
    {
      roomId: Id,
      reason: ExpelledReason,
    },
    { additionalProperties: false, title: 'RoomExpelled' },
  ),
});

/** Keep the one with the highest version. */
export const playbackState = serverEvent({
  name: 'playback:state',
  summary: 'Where the film stands from now on',
  payload: Playback,
});
