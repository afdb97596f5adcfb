import { inBatches } from '../../kernel/batches.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { JobHandler } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import type { Queries } from '../../db/index.ts';
import { cleanupInactiveParticipants, cleanupInactiveRooms } from './cleanup.jobs.ts';
import * as repo from './cleanup.repo.ts';
import * as participants from './participants.repo.ts';
import { recordWatched } from './room-days.repo.ts';
import { addGone, addMoved } from './rooms.effects.ts';
import type { AttendanceBook } from './attendance.ts';
import { createSuccession } from './succession.ts';

interface Deps {
  readonly queries: Queries;
  readonly attendance: Pick<AttendanceBook, 'everybody'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Rooms, and people, of one change. Their locks are held for some ten milliseconds. */
  readonly batchSize?: number;
}

const HOUR_MS = 60 * 60 * 1000;

/** What tidies the rooms up, again and again. RC1–RC3 */
export function createRoomCleanup({ queries, attendance, clock, log, batchSize = 500 }: Deps): readonly JobHandler[] {
  const succession = createSuccession({ attendance });
  const ago = (hours: number): Date => new Date(clock.now() - hours * HOUR_MS);

  const inactiveRooms: JobHandler<typeof cleanupInactiveRooms.payload> = {
    job: cleanupInactiveRooms,
    async handle({ payload: { daysInactive }, signal, write }) {
      const before = ago(24 * daysInactive);
      let afterId = 0;
      await inBatches('Inactive rooms closed', async () => {
        const ids = await write(async (tx, effects) => {
          const closed = await repo.closeInactive(tx, { afterId, before, now: new Date(clock.now()), limit: batchSize });
          if (closed.length > 0) addMoved(effects, ...closed);
          return closed;
        });
        afterId = Math.max(afterId, ...ids);
        return { count: ids.length, more: ids.length === batchSize };
      }, { signal, clock, log });
    },
  };

  const inactiveParticipants: JobHandler<typeof cleanupInactiveParticipants.payload> = {
    job: cleanupInactiveParticipants,
    async handle({ payload: { hoursInactive }, signal, write }) {
      const before = ago(hoursInactive);
      let afterId = 0;
      await inBatches('Inactive participants taken out', async () => {
        const ids = await repo.roomsOfAbsent(queries, { afterId, before, limit: batchSize });
        if (ids.length === 0) return { count: 0, more: false };
        const removed = await write(async (tx, effects) => {
          const roomIds = await repo.lockFree(tx, ids);
          // Who has opened a room a moment ago may not be written down yet.
          const online = roomIds.flatMap((roomId) => attendance.everybody(roomId).map(({ userId }) => ({ roomId, userId })));
          if (online.length > 0) await participants.seen(tx, online, new Date(clock.now()));
          await recordWatched(tx, { roomIds, notSeenSince: before, now: new Date(clock.now()) });
          const changed = await repo.removeAbsent(tx, roomIds, before);
          if (changed.length > 0) addMoved(effects, ...changed.map(({ id }) => id));
          for (const { id, removed: userIds } of changed) {
            addGone(effects, id, userIds, 'absent');
            await succession.afterLeaving(tx, id, 'host');
          }
          return changed.reduce((sum, { removed: ofRoom }) => sum + ofRoom.length, 0);
        });
        afterId = ids.at(-1)!;
        return { count: removed, more: true };
      }, { signal, clock, log });
    },
  };

  return [inactiveRooms, inactiveParticipants];
}
