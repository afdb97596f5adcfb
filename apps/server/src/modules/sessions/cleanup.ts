import { inBatches } from '../../kernel/batches.ts';
import { invalidated } from '../../kernel/cache-policy.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { JobHandler } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import { cleanupExpiredSessions } from './cleanup.jobs.ts';
import { removeExpired } from './cleanup.repo.ts';

interface Deps {
  readonly clock: Clock;
  readonly log: Log;
  /** Sessions of one change. */
  readonly batchSize?: number;
}

/** Removes what is left of sessions that have ended, and counts them into their days. SE8 */
export function createSessionCleanup({ clock, log, batchSize = 1000 }: Deps): readonly JobHandler[] {
  const handler: JobHandler<typeof cleanupExpiredSessions.payload> = {
    job: cleanupExpiredSessions,
    async handle({ signal, write }) {
      await inBatches('Expired sessions removed', async () => {
        const ids = await write(async (tx, effects) => {
          const removed = await removeExpired(tx, new Date(clock.now()), batchSize);
          if (removed.length > 0) effects.add(invalidated(...removed.map((id) => `session:${id}`)));
          return removed;
        });
        return { count: ids.length, more: ids.length === batchSize };
      }, { signal, clock, log });
    },
  };
  return [handler];
}
