import type { RecentChat, RoomSnapshot } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Live, LiveSocket } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { AttendanceBook } from './attendance.ts';
import { type BoardTimings, createBoard } from './board.ts';
import * as participants from './participants.repo.ts';
import type { Timeline } from './playback.ts';
import { createRoomWaits } from './room-waits.ts';
import type { PlayableMovies } from './room-playback.ts';
import type { RoomNews } from './room-news.ts';
import type { Rooms } from './rooms.ts';
import { timelineOf } from './rooms.views.ts';
import { createSeen } from './seen.ts';
import { createSuccession } from './succession.ts';
import type { Player } from './waiting.ts';
import { createWatch, type WatchSettings } from './watch.ts';
import { createWatching } from './watching.ts';

export interface EnterRequest {
  readonly roomId: number;
  readonly password?: string;
  readonly invite?: string;
  /** Of the chat: the highest without a gap. */
  readonly lastSeq?: number;
}

export interface LiveRoomsDeps {
  readonly queries: Queries;
  readonly rooms: Pick<Rooms, 'enter' | 'leave' | 'command'>;
  readonly movies: Pick<PlayableMovies, 'durationSeconds'>;
  readonly attendance: AttendanceBook;
  readonly news: RoomNews;
  readonly live: Pick<Live, 'here' | 'tellHere'>;
  readonly write: Write;
  readonly recentMessages: (actor: Actor, roomId: number, lastSeq: number | undefined) => Promise<RecentChat>;
  /** Whether the other nodes are heard. */
  readonly hearsOthers: () => boolean;
  /** Of a player that follows the film: how far it is off, and its round trip. */
  readonly onReport: (driftMs: number, rttMs: number | null) => void;
  readonly watch: WatchSettings;
  readonly boardTimings?: BoardTimings;
  readonly clock: Clock;
  readonly log: Log;
}

export type LiveRooms = ReturnType<typeof createLiveRooms>;

/** Connections that are lost without a word are found this often. */
const SWEEP_MS = 5000;

/** The rooms that connections of this node have open. */
export function createLiveRooms(deps: LiveRoomsDeps) {
  const { queries, rooms, attendance: book, live, write, recentMessages, clock, log } = deps;
  const board = createBoard({
    queries, book, news: deps.news, log, ...(deps.boardTimings && { timings: deps.boardTimings }),
    tell: (roomId, event, payload) => live.tellHere(`room:${roomId}`, event, payload),
  });
  const watch = createWatch({
    book, board, succession: createSuccession({ attendance: book }), write, clock, log,
    waits: createRoomWaits({ movies: deps.movies, settings: deps.watch, clock }),
    hearsOthers: deps.hearsOthers, settings: deps.watch,
  });
  const seen = createSeen({ queries, book, clock, log });
  const watching = createWatching({ book, board, write, clock, log });

  function departed(roomId: number, userId: number, connection: string): void {
    if (book.depart(roomId, userId, connection)) seen.note(roomId, userId);
    if (book.here(roomId).length > 0) return;
    board.drop(roomId);
    watch.drop(roomId);
  }

  /** Who has closed without our being told, as when a connection ends while it enters. */
  function sweep(): void {
    for (const roomId of book.roomsHere()) {
      const open = new Set([...live.here(`room:${roomId}`)].map(({ id }) => id));
      for (const { userId, connections } of book.connectionsHere(roomId)) {
        for (const connection of connections) if (!open.has(connection)) departed(roomId, userId, connection);
      }
    }
  }
  const sweeping = setInterval(sweep, SWEEP_MS).unref();

  return {
    /**
     * Hears the room first, looks then: what happens in between is told, and what happened before is in the snapshot. Who
     * was put out before they could hear it is found by looking, who is put out later by the effect of that. LR1, LR2
     */
    async enter(socket: LiveSocket, { lastSeq, ...request }: EnterRequest): Promise<RoomSnapshot> {
      const { actor } = socket;
      const { roomId } = request;
      await rooms.enter(actor, roomId, request);
      socket.join(`room:${roomId}`);
      book.arrive(roomId, actor, socket.id);
      seen.note(roomId, actor.userId);
      try {
        const [snapshot, messages, role] = await Promise.all([
          board.snapshot(roomId), recentMessages(actor, roomId, lastSeq), participants.roleOf(queries, roomId, actor.userId),
        ]);
        if (snapshot === undefined || role === undefined) throw new Problem('rooms.not_found');
        return { ...snapshot, messages };
      } catch (error) {
        socket.leave(`room:${roomId}`);
        departed(roomId, actor.userId, socket.id);
        throw error;
      }
    },

    /** With `stay` the person still takes part. */
    async leave(socket: LiveSocket, roomId: number, stay: boolean): Promise<void> {
      if (!stay) await rooms.leave(write, socket.actor, roomId);
      socket.leave(`room:${roomId}`);
      departed(roomId, socket.actor.userId, socket.id);
    },

    report(socket: LiveSocket, roomId: number, player: Player): void {
      if (!book.report(roomId, socket.actor.userId, socket.id, player, clock.now())) throw new Problem('rooms.not_participant');
      if (player.driftMs !== null && !player.free && !player.buffering) deps.onReport(Math.abs(player.driftMs), player.rttMs);
    },

    command: rooms.command,

    /** Of a room that somebody here hears, as it was last read; undefined: nobody does. */
    timelineOf(roomId: number): Timeline | undefined {
      const row = board.row(roomId);
      return row && timelineOf(row);
    },

    /** Calls back with each such room when it is read again, as after each change of its playback. The answer ends it. */
    onLooked: (looked: (roomId: number) => void): (() => void) => board.listen({ looked }),

    /** The connection does not hear the room any more. */
    left: (socket: LiveSocket, roomId: number): void => departed(roomId, socket.actor.userId, socket.id),

    async close(): Promise<void> {
      clearInterval(sweeping);
      await watch.close();
      await watching.close();
      await board.close();
      await seen.close();
    },
  };
}
