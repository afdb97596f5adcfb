import type { LiveParticipant, Playback, Room, RoomSnapshot } from '@watchparty/protocol';
import { io, type Socket } from 'socket.io-client';
import { expect, vi } from 'vitest';
import type { TestApp } from './app.ts';
import type { TestUser } from './factories.ts';

export interface Told {
  readonly event: string;
  // Tests read whatever came.
  // oxlint-disable-next-line no-explicit-any
  readonly payload: any;
}

/** A snapshot, and everything that came after it, as a client keeps it. */
export interface Picture {
  room: Room;
  playback: Playback;
  people: Map<number, LiveParticipant>;
  onlineCount: number;
}

export interface Report {
  readonly version?: number;
  readonly driftMs?: number | null;
  readonly rttMs?: number | null;
  readonly buffering?: boolean;
  readonly ready?: boolean;
  readonly free?: boolean;
}

export type Viewer = Awaited<ReturnType<typeof openViewer>>;

/** One real connection of one person. */
export async function openViewer(server: Pick<TestApp, 'url'>, user: TestUser) {
  const socket: Socket = io(server.url, { auth: { token: user.token }, transports: ['websocket'], forceNew: true, reconnection: false });
  const told: Told[] = [];
  /** Before the snapshot is there, what comes is kept. */
  const early: Told[] = [];
  let picture: Picture | undefined;
  socket.onAny((event: string, payload: unknown) => {
    const heard = { event, payload };
    told.push(heard);
    if (picture === undefined) early.push(heard);
    else apply(picture, heard);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  // oxlint-disable-next-line no-explicit-any
  const send = async (event: string, body: object): Promise<any> => socket.timeout(10_000).emitWithAck(event, body);

  return {
    user, socket, told, send,
    picture: (): Picture => picture!,

    async enter(roomId: number, given: object = {}): Promise<RoomSnapshot> {
      picture = undefined;
      early.length = 0;
      const answer = await send('room:join', { roomId, ...given });
      expect(answer).toMatchObject({ success: true });
      const snapshot: RoomSnapshot = answer.data;
      picture = pictureOf(snapshot);
      for (const heard of early) apply(picture, heard);
      return snapshot;
    },

    report: (roomId: number, report: Report = {}) =>
      send('playback:report', {
        roomId, version: picture?.playback.version ?? 0, driftMs: 1, rttMs: 20, buffering: false, ready: true, free: false, ...report,
      }),

    /** Resolves when somebody told of it, with the first that fits. */
    // oxlint-disable-next-line no-explicit-any
    hears: (event: string, fits: (payload: any) => boolean = () => true, timeoutMs = 20_000): Promise<any> =>
      vi.waitUntil(() => told.find((heard) => heard.event === event && fits(heard.payload)), { timeout: timeoutMs, interval: 20 })
        .then((heard) => heard.payload),

    /** Resolves when the picture is like this. */
    sees: (fits: (picture: Picture) => boolean, timeoutMs = 20_000): Promise<boolean> =>
      vi.waitUntil(() => picture !== undefined && fits(picture), { timeout: timeoutMs, interval: 20 }),

    close: () => void socket.disconnect(),
  };
}

export const pictureOf = ({ room, playback, participants, onlineCount }: RoomSnapshot): Picture => ({
  room, playback, onlineCount, people: new Map(participants.map((person) => [person.userId, person])),
});

export function apply(picture: Picture, { event, payload }: Told): void {
  if (payload.roomId !== picture.room.id && payload.room?.id !== picture.room.id) return;
  if (event === 'room:changed') picture.room = payload.room;
  if (event === 'playback:state' && payload.version > picture.playback.version) picture.playback = payload;
  if (event !== 'room:presence') return;
  if (payload.partial === false) picture.people.clear();
  for (const userId of payload.left) picture.people.delete(userId);
  for (const person of payload.participants) picture.people.set(person.userId, person);
  picture.onlineCount = payload.onlineCount;
  picture.room = { ...picture.room, participantCount: payload.participantCount };
}

/** What of a picture must be the same for all; when somebody was last seen is not told as it changes. */
export const comparable = ({ room, playback, people, onlineCount }: Picture) => ({
  room, playback, onlineCount,
  people: [...people.values()].map((person) => Object.assign({}, person, { lastSeenAt: '' })).toSorted((a, b) => a.userId - b.userId),
});
