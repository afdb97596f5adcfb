import type { ParticipantRole } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects } from '../../kernel/write.ts';
import type { AttendanceBook } from './attendance.ts';
import { loaded, playsNext, type Timeline } from './playback.ts';
import { recordWatched } from './room-days.repo.ts';
import { addMoved, addPlayback } from './rooms.effects.ts';
import * as repo from './rooms.repo.ts';
import { timelineColumns, timelineOf } from './rooms.views.ts';
import { lockSeen } from './standing.ts';
import { heldForStart, type WaitSettings } from './waiting.ts';

interface Deps {
  readonly attendance: Pick<AttendanceBook, 'everybody'>;
  readonly waits: WaitSettings;
  readonly clock: Clock;
}

/** For what decides which film comes next: the room under its lock, until the transaction ends. */
export function createNextFilm({ attendance, waits, clock }: Deps) {
  return {
    /** As whom the actor takes part, and where the film stands. `rooms.not_found`, `rooms.not_participant`. */
    async lockAs(tx: Tx, roomId: number, actor: Actor): Promise<{ role: ParticipantRole; timeline: Timeline }> {
      const { row, standing } = await lockSeen(tx, roomId, actor);
      if (standing.role === undefined) throw new Problem('rooms.not_participant');
      return { role: standing.role, timeline: timelineOf(row) };
    },

    /** Undefined: there is no such room. */
    async lockTimeline(tx: Tx, roomId: number): Promise<Timeline | undefined> {
      const row = await repo.lock(tx, roomId);
      return row && timelineOf(row);
    },

    /** Under the lock: this film plays from its beginning, held for players by the room's ready gate; null: nothing plays. */
    async play(tx: Tx, effects: Effects, roomId: number, movieId: number | null): Promise<void> {
      const row = (await repo.lock(tx, roomId))!;
      const nowMs = clock.now();
      const timeline = timelineOf(row);
      if (row.playback_playing) await recordWatched(tx, { roomIds: [roomId], now: new Date(nowMs) });
      let next = movieId === null ? loaded(timeline, null, nowMs) : playsNext(timeline, movieId, nowMs);
      if (row.ready_gate && next.playing) {
        // Nobody can be ready for a film that has just come.
        next = heldForStart(next, attendance.everybody(roomId).filter(({ player }) => player?.free !== true), nowMs, waits);
      }
      addMoved(effects, roomId);
      addPlayback(effects, await repo.update(tx, roomId, {
        ...timelineColumns(next), playback_by: null, last_activity_at: new Date(nowMs),
      }));
    },
  };
}
