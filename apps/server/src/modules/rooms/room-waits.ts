import type { Clock } from '../../kernel/clock.ts';
import type { Write } from '../../kernel/write.ts';
import * as participants from './participants.repo.ts';
import { recordWatched } from './room-days.repo.ts';
import type { PlayableMovies } from './room-playback.ts';
import { addPlayback } from './rooms.effects.ts';
import * as repo from './rooms.repo.ts';
import { timelineColumns, timelineOf } from './rooms.views.ts';
import { heldForSlow, mayWaitFor, type Named, waitedOnceMore, type WaitSettings, wentOn } from './waiting.ts';

interface Deps {
  readonly movies: Pick<PlayableMovies, 'durationSeconds'>;
  readonly settings: WaitSettings;
  readonly clock: Clock;
}

/** The changes of a timeline that nobody commands, each decided under the room's lock: once, on whatever nodes it is tried. */
export function createRoomWaits({ movies, settings, clock }: Deps) {
  return {
    /** The film waits for these people, if it is to; answers for whom it does not wait any more for a while. LP4, LP5 */
    async waitFor(write: Write, row: repo.RoomRow, people: readonly Named[]): Promise<readonly number[]> {
      const durationSeconds = row.movie_id === null ? null : await movies.durationSeconds(row.movie_id);
      return write(async (tx, effects) => {
        const now = await repo.lock(tx, row.id);
        if (now === undefined || !now.wait_for_slow || now.movie_id !== row.movie_id) return [];
        const waitedAt = await participants.waitedAt(tx, row.id, people.map(({ userId }) => userId));
        const nowMs = clock.now();
        // Who is not in the room any more has no entry.
        const may = people.filter(({ userId }) => waitedAt.has(userId) && mayWaitFor(waitedAt.get(userId)!, nowMs, settings));
        const next = heldForSlow(timelineOf(now), may, nowMs, { waitedUntilMs: now.playback_waited_until, durationSeconds, settings });
        if (next?.waiting != null) {
          const before = new Set(now.playback_waiting?.sinceMs === next.waiting.sinceMs ? now.playback_waiting.userIds : []);
          for (const userId of next.waiting.userIds.filter((id) => !before.has(id))) {
            await participants.setWaitedAt(tx, row.id, userId, waitedOnceMore(waitedAt.get(userId)!, nowMs, settings));
          }
          if (next.at !== now.playback_at) await recordWatched(tx, { roomIds: [row.id], now: new Date(nowMs) });
          addPlayback(effects, await repo.update(tx, row.id, {
            ...timelineColumns(next), playback_by: null, playback_waited_until: next.waiting.untilMs,
          }));
        }
        return people.filter((person) => waitedAt.has(person.userId) && !may.includes(person)).map(({ userId }) => userId);
      });
    },

    /** Nobody needs waiting for any more. Nothing, if the timeline is not that of `version` now. LP3, LP4 */
    async goOn(write: Write, roomId: number, version: number): Promise<void> {
      await write(async (tx, effects) => {
        const now = await repo.lock(tx, roomId);
        if (now?.playback_version !== version) return;
        const next = wentOn(timelineOf(now), clock.now());
        if (next === undefined) return;
        const waited = now.playback_waiting?.reason === 'buffering' && { playback_waited_until: next.at };
        addPlayback(effects, await repo.update(tx, roomId, { ...timelineColumns(next), playback_by: null, ...waited }));
      });
    },
  };
}
