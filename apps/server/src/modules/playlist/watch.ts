import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Write } from '../../kernel/write.ts';
import { endsAtMs, type LiveRooms, type PlayableMovies } from '../rooms/index.ts';
import type { Playlists } from './playlist.ts';

interface Deps {
  readonly playlists: Pick<Playlists, 'goOnAtEnd' | 'recount'>;
  readonly rooms: Pick<LiveRooms, 'timelineOf' | 'onLooked'>;
  readonly movies: Pick<PlayableMovies, 'durationSeconds'>;
  /** Calls back when somebody comes, goes, or begins or ceases to follow the film. The answer ends it. */
  readonly onAttendance: (changed: (roomId: number) => void) => () => void;
  readonly write: Write;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings?: Timings;
}

interface Timings {
  /** After a failure. */
  readonly retryMs: number;
  /** Who is away for less, as when a connection is renewed, is not away. */
  readonly graceMs: number;
}

/** Node's timers hold no longer. */
const LONGEST_MS = 2 ** 31 - 1;
const defaultTimings: Timings = { retryMs: 5000, graceMs: 5000 };

export type PlaylistWatch = ReturnType<typeof createPlaylistWatch>;

/**
 * Waits for the ends of the films that play in rooms that somebody here hears: one timer for each, and no question to
 * the database until it is time. Every node waits; what comes next is decided under the room's lock, once. PL5, PL7
 */
export function createPlaylistWatch(deps: Deps) {
  const { playlists, rooms, movies, write, clock, log, timings = defaultTimings } = deps;
  /** By room: the version of the timeline that is waited for, and its timer. */
  const ends = new Map<number, { readonly version: number; timer: NodeJS.Timeout | undefined }>();
  const recounts = new Map<number, NodeJS.Timeout>();
  /** Rooms in which somebody wished for the next film, here. */
  const wishes = new Set<number>();
  const underWay = new Set<Promise<unknown>>();
  let closed = false;

  function run(roomId: number, work: () => Promise<unknown>, again: () => void): void {
    const done = work().catch((err: unknown) => {
      log.warn({ err, roomId }, 'What plays next in a room could not be decided; it is tried again');
      again();
    }).finally(() => underWay.delete(done));
    underWay.add(done);
  }

  function wait(roomId: number, version: number, untilMs: number): void {
    const entry = ends.get(roomId);
    if (closed || entry?.version !== version) return;
    entry.timer = setTimeout(() => {
      if (rooms.timelineOf(roomId)?.version !== version) return void (ends.get(roomId) === entry && ends.delete(roomId));
      if (clock.now() < untilMs) return wait(roomId, version, untilMs);
      run(roomId, async () => {
        const againMs = await playlists.goOnAtEnd(write, roomId, version);
        if (againMs !== undefined) wait(roomId, version, againMs);
      }, () => wait(roomId, version, clock.now() + timings.retryMs));
    }, Math.min(LONGEST_MS, Math.max(1, Math.ceil(untilMs - clock.now())))).unref();
  }

  function looked(roomId: number): void {
    const timeline = rooms.timelineOf(roomId);
    const known = ends.get(roomId);
    if (closed || known?.version === timeline?.version) return;
    clearTimeout(known?.timer);
    ends.delete(roomId);
    const { movieId, playing, version } = timeline ?? { movieId: null, playing: false, version: 0 };
    if (timeline === undefined || movieId === null || !playing) return;
    ends.set(roomId, { version, timer: undefined });
    run(roomId, async () => {
      const endMs = endsAtMs(timeline, await movies.durationSeconds(movieId));
      if (endMs !== null) wait(roomId, version, endMs);
    }, () => {
      // The next look at the room begins anew.
      if (ends.get(roomId)?.version === version) ends.delete(roomId);
    });
  }

  function recountLater(roomId: number): void {
    if (closed || !wishes.has(roomId) || recounts.has(roomId)) return;
    recounts.set(roomId, setTimeout(() => {
      recounts.delete(roomId);
      if (rooms.timelineOf(roomId) === undefined) return void wishes.delete(roomId);
      run(roomId, () => playlists.recount(write, roomId), () => recountLater(roomId));
    }, timings.graceMs).unref());
  }

  const unlisten = [rooms.onLooked(looked), deps.onAttendance(recountLater)];

  return {
    /** Somebody here wishes for the next film: counted again when others leave. */
    wished: (roomId: number): void => void wishes.add(roomId),

    async close(): Promise<void> {
      closed = true;
      for (const end of unlisten) end();
      for (const { timer } of ends.values()) clearTimeout(timer);
      for (const timer of recounts.values()) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}

