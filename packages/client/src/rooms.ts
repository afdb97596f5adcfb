import type {
  Invitation, InviteLink, JoinRoomBody, Participant, ParticipantRole, PatchRoomBody, Playback, PlaybackCommand, Room, RoomBody,
} from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import type { Page, PageQuery } from './page.ts';

export interface RoomsQuery extends PageQuery {
  /** Rooms one owns or takes part in, private ones too. */
  readonly mine?: boolean;
}

export function roomCalls({ data, create }: Caller) {
  const at = (roomId: number, rest = ''): string => `/api/rooms/${roomId}${rest}`;

  return {
    /** Opens a room; one is its host and first participant. */
    create: (room: Omit<RoomBody, 'isActive'>, options?: CreateOptions): Promise<Room> =>
      create('/api/rooms', room, options),

    /** Active public rooms, newest first. */
    list: ({ page, limit, mine }: RoomsQuery = {}, { signal }: CallOptions = {}): Promise<Page<Room>> =>
      data({ method: 'GET', path: '/api/rooms', query: { page, limit, mine }, signal }),

    get: (roomId: number, { signal }: CallOptions = {}): Promise<Room> =>
      data({ method: 'GET', path: at(roomId), signal }),

    patch: (roomId: number, changes: PatchRoomBody, { signal }: CallOptions = {}): Promise<Room> =>
      data({ method: 'PATCH', path: at(roomId), body: changes, signal }),

    /** What is left out returns to its default: a password left out is removed. */
    put: (roomId: number, room: RoomBody, { signal }: CallOptions = {}): Promise<Room> =>
      data({ method: 'PUT', path: at(roomId), body: room, signal }),

    /** Removes the room and all that was said in it. */
    remove: (roomId: number, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: at(roomId), signal }),

    join: (roomId: number, key: JoinRoomBody = {}, { signal }: CallOptions = {}): Promise<Room> =>
      data({ method: 'POST', path: at(roomId, '/join'), body: key, signal }),

    /** Null when the room is private and thereby out of sight. */
    leave: (roomId: number, { signal }: CallOptions = {}): Promise<Room | null> =>
      data({ method: 'POST', path: at(roomId, '/leave'), signal }),

    /** A link that lets whoever holds it into the room for a week. */
    createInviteLink: (roomId: number, options?: CreateOptions): Promise<InviteLink> =>
      create(at(roomId, '/invite-link'), undefined, options),

    /** By mail; the same invitation again within an hour sends no second one. */
    invite: (
      roomId: number,
      invitee: { readonly email: string } | { readonly userId: number },
      options?: CreateOptions,
    ): Promise<Invitation> => create(at(roomId, '/invitations'), invitee, options),

    /** In order of joining. */
    participants: (
      roomId: number,
      { page, limit }: PageQuery = {},
      { signal }: CallOptions = {},
    ): Promise<Page<Participant>> =>
      data({ method: 'GET', path: at(roomId, '/participants'), query: { page, limit }, signal }),

    setRole: (
      roomId: number,
      userId: number,
      role: ParticipantRole,
      { signal }: CallOptions = {},
    ): Promise<Participant> =>
      data({ method: 'PATCH', path: at(roomId, `/participants/${userId}`), body: { role }, signal }),

    /** Puts somebody out; with `ban` they stay out until it is lifted. */
    removeParticipant: (
      roomId: number,
      userId: number,
      { ban, signal }: CallOptions & { readonly ban?: boolean } = {},
    ): Promise<null> => data({ method: 'DELETE', path: at(roomId, `/participants/${userId}`), query: { ban }, signal }),

    liftBan: (roomId: number, userId: number, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: at(roomId, `/bans/${userId}`), signal }),

    playback: (roomId: number, { signal }: CallOptions = {}): Promise<Playback> =>
      data({ method: 'GET', path: at(roomId, '/playback'), signal }),

    /** Carries the `version` one saw; when somebody else acted first: `rooms.playback_version_conflict`. */
    command: (roomId: number, command: PlaybackCommand, { signal }: CallOptions = {}): Promise<Playback> =>
      data({ method: 'POST', path: at(roomId, '/playback'), body: command, signal }),
  };
}
