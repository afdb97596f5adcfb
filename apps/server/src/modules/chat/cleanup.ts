import type { Queries } from '../../db/index.ts';
import { inBatches } from '../../kernel/batches.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { JobHandler } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import { chatsChanged } from './chat.cache.ts';
import { cleanupOldChatMessages } from './cleanup.jobs.ts';
import * as repo from './cleanup.repo.ts';

interface Deps {
  readonly queries: Queries;
  readonly clock: Clock;
  readonly log: Log;
  /** Messages of one change. */
  readonly batchSize?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Rooms that are looked through together; few messages of many rooms are then one change, as are many of one. */
const ROOMS_AT_ONCE = 100;

/** Clears old messages away. CC1–CC3 */
export function createChatCleanup({ queries, clock, log, batchSize = 2000 }: Deps): readonly JobHandler[] {
  const handler: JobHandler<typeof cleanupOldChatMessages.payload> = {
    job: cleanupOldChatMessages,
    async handle({ payload: { daysOld }, signal, write }) {
      const before = new Date(clock.now() - daysOld * DAY_MS);
      let afterRoomId = 0;
      let rooms: readonly number[] = [];
      await inBatches('Old chat messages cleared away', async () => {
        if (rooms.length === 0) {
          rooms = await repo.roomsWithOld(queries, { afterRoomId, before, limit: ROOMS_AT_ONCE });
          if (rooms.length === 0) return { count: 0, more: false };
          afterRoomId = rooms.at(-1)!;
        }
        const ofEach = Math.ceil(batchSize / rooms.length);
        const cleared = await write(async (tx, effects) => {
          const removed = await repo.removeOld(tx, { roomIds: rooms, before, now: new Date(clock.now()), ofEach });
          if (removed.length > 0) effects.add(chatsChanged(removed.map(({ roomId }) => roomId)));
          return removed;
        });
        // Those that gave all they were asked for may have more.
        rooms = cleared.filter(({ removed }) => removed === ofEach).map(({ roomId }) => roomId);
        return { count: cleared.reduce((sum, { removed }) => sum + removed, 0), more: true };
      }, { signal, clock, log });
    },
  };
  return [handler];
}
