import type { LiveParticipant, Playback, Room, RoomSnapshot } from '@watchparty/protocol';
import { ChatRoom, message } from './chat-room.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';

export const room = (given: Partial<Room> = {}): Room => ({
  id: 1, name: 'A room', description: '', movieId: null, ownerId: 7, isPrivate: false, hasPassword: false, isActive: true, participantCount: 1,
  maxParticipants: 10, playbackControl: 'hosts', readyGate: false, waitForSlow: false,
  createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z', ...given,
});

export const playback = (version: number, given: Partial<Playback> = {}): Playback => ({
  roomId: 1, version, movieId: 3, position: 0, rate: 1, playing: false, at: 0, waiting: null, by: null, ...given,
});

export const person = (userId: number, given: Partial<LiveParticipant> = {}): LiveParticipant => ({
  userId, username: `user ${userId}`, role: 'viewer', joinedAt: '2026-01-01T00:00:00.000Z', lastSeenAt: '2026-01-01T00:00:00.000Z', online: true,
  free: false, ready: false, buffering: false, driftMs: null, rttMs: null, ...given,
});

export interface LiveRoom {
  readonly server: LiveServer;
  readonly chat: ChatRoom;
  snapshot: Omit<RoomSnapshot, 'messages'>;
  /** As many messages come with the snapshot. */
  recent: number;
}

/** Room 1 on a server that does as it is told: entered, spoken in, read by HTTP. */
export async function startLiveRoom(): Promise<LiveRoom> {
  const server = await startLiveServer();
  const chat = new ChatRoom();
  const live: LiveRoom = {
    server, chat, recent: 3,
    snapshot: { room: room(), playback: playback(1), participants: [person(7, { role: 'host' })], onlineCount: 1 },
  };
  server.on('clock:ping', ({ t0 }: { t0: number }) => ({ t0, t1: Date.now(), t2: Date.now() }));
  server.on('room:join', ({ lastSeq }: { lastSeq?: number }) => ({ ...live.snapshot, messages: chat.recent(lastSeq, live.recent) }));
  server.on('room:leave', () => null);
  server.on('playback:report', () => null);
  server.on('chat:send', ({ content, clientMessageId }: { content: string; clientMessageId: string }) =>
    chat.messages.find((one) => one.clientMessageId === clientMessageId) ?? chat.say({ content, clientMessageId }));
  server.route('GET /api/chat/1/messages', (query) => {
    const limit = Number(query.get('limit'));
    if (query.has('before')) {
      const items = chat.before(Number(query.get('before')), limit);
      return { items, nextCursor: items[0] !== undefined && items[0].seq > chat.cleared + 1 ? String(items[0].seq) : null };
    }
    const items = chat.after(Number(query.get('after')), limit);
    return { items, nextCursor: items.at(-1)?.seq === chat.messages.length || items.length === 0 ? null : String(items.at(-1)!.seq) };
  });
  server.route('GET /api/chat/1/messages/changes', (query) => chat.changesAfter(Number(query.get('after')), Number(query.get('limit'))));
  server.route('GET /api/rooms/1/playback', () => live.snapshot.playback);
  return live;
}

export { message };
