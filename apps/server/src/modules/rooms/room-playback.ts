import type { Playback, PlaybackCommand } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import * as participants from './participants.repo.ts';
import { apply, loaded, type Timeline } from './playback.ts';
import type { AttendanceBook } from './attendance.ts';
import { mayControl } from './rooms.policy.ts';
import { recordWatched } from './room-days.repo.ts';
import { addMoved, addPlayback } from './rooms.effects.ts';
import * as repo from './rooms.repo.ts';
import { playbackView, timelineColumns, timelineOf } from './rooms.views.ts';
import { lockSeen, look, requirePart } from './standing.ts';
import { heldForStart, isFreshStart, isReady, type WaitSettings } from './waiting.ts';

/** What rooms ask of movies. */
export interface PlayableMovies {
  /** Null: no such movie for this person. */
  find(movieId: number, actor: Actor): Promise<{ readonly durationSeconds: number | null } | null>;
  durationSeconds(movieId: number): Promise<number | null>;
}

interface Deps {
  readonly queries: Queries;
  readonly movies: PlayableMovies;
  readonly attendance: Pick<AttendanceBook, 'everybody'>;
  readonly waits: WaitSettings;
  readonly clock: Clock;
}

/** A movie would have to change this often during one command. */
const COMMAND_ATTEMPTS = 5;

export function createRoomPlayback({ queries, movies, attendance, waits, clock }: Deps) {
  const durationOf = async (movieId: number | null): Promise<number | null> =>
    movieId === null ? null : movies.durationSeconds(movieId);

  async function requireMovie(movieId: number | null | undefined, actor: Actor): Promise<void> {
    if (movieId == null || (await movies.find(movieId, actor)) !== null) return;
    throw new Problem('rooms.movie_not_found', { errors: [{ field: '/body/movieId', message: 'is not a movie you can see' }] });
  }

  /** Runs a write that may name a movie; one removed since `requireMovie` looked is refused in the same words. */
  async function unlessMovieGone<T>(write: Promise<T>): Promise<T> {
    try {
      return await write;
    } catch (error) {
      throw repo.isMovieGone(error) ? new Problem('rooms.movie_not_found', { cause: error }) : error;
    }
  }

  /** A start after which players must get ready is held for those that are not. LP3 */
  function gated(row: repo.RoomRow, started: Timeline, nowMs: number): Timeline {
    if (!row.ready_gate || !started.playing || !isFreshStart(timelineOf(row), nowMs)) return started;
    const unready = attendance.everybody(row.id).filter(({ player }) =>
      player?.free !== true && (player === null || !isReady(player, started.readyFrom)));
    return heldForStart(started, unready, nowMs, waits);
  }

  /** `movie-changed`: the length that was looked up, outside the transaction, is of another movie than the one that plays. */
  async function commandOnce(write: Write, actor: Actor, roomId: number, command: PlaybackCommand): Promise<Playback | 'movie-changed'> {
    const before = requirePart(await look(queries, roomId, actor));
    if (!mayControl(before.standing, before.row.playback_control)) throw new Problem('rooms.playback_not_controller');
    if (command.action === 'load') await requireMovie(command.movieId, actor);
    const duration = await durationOf(before.row.movie_id);
    return write(async (tx, effects) => {
      const { row, standing } = requirePart(await lockSeen(tx, roomId, actor));
      if (!mayControl(standing, row.playback_control)) throw new Problem('rooms.playback_not_controller');
      const nowMs = clock.now();
      const applied = apply(timelineOf(row), command, nowMs, duration);
      if (applied === 'incomplete') throw new Problem('rooms.playback_incomplete');
      if (applied === 'version_conflict') {
        throw new Problem('rooms.playback_version_conflict', {
          detail: `The playback is at version ${row.playback_version}; the command saw ${command.version}`,
        });
      }
      if (row.movie_id !== before.row.movie_id) return 'movie-changed';
      const next = gated(row, applied, nowMs);
      if (next.movieId !== row.movie_id) addMoved(effects, roomId);
      const now = new Date(nowMs);
      // Pressing play twice leaves the film in motion since when it was.
      if (row.playback_playing && next.at !== row.playback_at) await recordWatched(tx, { roomIds: [roomId], now });
      await participants.touch(tx, roomId, actor.userId, now);
      const commanded = await repo.update(tx, roomId, { ...timelineColumns(next), playback_by: actor.userId, last_activity_at: now });
      addPlayback(effects, commanded);
      return playbackView(commanded);
    });
  }

  return {
    requireMovie,
    unlessMovieGone,

    async playback(actor: Actor | undefined, roomId: number): Promise<Playback> {
      const { row } = await look(queries, roomId, actor);
      return playbackView(row);
    },

    /** PB2: the room's lock lets one command at a time see the version. */
    async command(write: Write, actor: Actor, roomId: number, command: PlaybackCommand): Promise<Playback> {
      for (let attempt = 1; attempt <= COMMAND_ATTEMPTS; attempt += 1) {
        const done = await unlessMovieGone(commandOnce(write, actor, roomId, command));
        if (done !== 'movie-changed') return done;
      }
      throw new Problem('request.conflict');
    },

    /** PB5 */
    async movieRemoved(tx: Tx, effects: Effects, movieId: number): Promise<void> {
      const rows = await repo.lockPlaying(tx, movieId);
      await recordWatched(tx, { roomIds: rows.map(({ id }) => id), now: new Date(clock.now()) });
      for (const row of rows) {
        addMoved(effects, row.id);
        const unloaded = loaded(timelineOf(row), null, clock.now());
        addPlayback(effects, await repo.update(tx, row.id, { ...timelineColumns(unloaded), playback_by: null }));
      }
    },
  };
}
