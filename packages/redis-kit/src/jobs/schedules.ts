import type { Job, JobSchedulerJson } from 'bullmq';
import type { JobDriver } from './driver.ts';
import { endsWithin } from './ends-within.ts';
import type { BullQueue, JobLog } from './types.ts';

export interface Schedule {
  readonly name: string;
  /** Cron with five fields. */
  readonly pattern: string;
}

export interface Schedules {
  /** Writes down all schedules that the store does not hold as they are, and forgets others. After the store was lost, too. */
  declare(): Promise<void>;
  readonly bull: BullQueue;
  close(): Promise<void>;
}

interface Deps {
  readonly driver: JobDriver;
  readonly schedules: readonly Schedule[];
  readonly timeZone: string;
  /**
   * The time of a schedule has come: on one node, and again when that was killed over it or when it rejects.
   * `firing` names this one time, so that it can be told whether it has been seen to.
   */
  readonly onFire: (name: string, firing: string) => Promise<void>;
  readonly log: JobLog;
  readonly queueName?: string;
  /** The pause after an `onFire` that rejected. */
  readonly retryMs?: number;
}

const CLOSE_MS = 2000;

/** One firing over all nodes that share the store; one that was missed while no node ran comes late rather than never. */
export function createSchedules({ driver, schedules, timeZone, onFire, log, queueName = 'schedules', retryMs = 5000 }: Deps): Schedules {
  const queue = driver.openQueue(queueName);
  queue.on('error', (err) => log.debug({ err, queue: queueName }, 'Queue connection'));
  const names = new Set(schedules.map(({ name }) => name));
  const worker = driver.openWorker(
    queueName,
    async (job: Job) => {
      // One that is no longer declared: an older version's.
      if (names.has(job.name)) await onFire(job.name, job.id ?? '');
    },
    { lockDuration: 6000, stalledInterval: 4000, maxStalledCount: 1_000_000_000, runRetryDelay: 500 },
  );
  worker.on('error', (err) => log.debug({ err, queue: queueName }, 'Worker connection'));
  worker.on('failed', (job, err) => log.warn({ err, schedule: job?.name }, 'A schedule could not be seen to; trying again'));

  const asDeclared = (held: JobSchedulerJson | undefined, pattern: string): boolean =>
    held?.pattern === pattern && held.tz === timeZone;

  return {
    declare: () =>
      driver.reach(async () => {
        const known = new Map((await queue.getJobSchedulers()).map((held) => [held.key, held]));
        for (const { name, pattern } of schedules) {
          const held = known.get(name);
          known.delete(name);
          // Written anew it would begin after now, and a firing that is due would be lost.
          if (asDeclared(held, pattern)) continue;
          const opts = {
            attempts: 1_000_000, backoff: { type: 'fixed', delay: retryMs }, removeOnComplete: true, removeOnFail: true,
          };
          try {
            await queue.upsertJobScheduler(name, { pattern, tz: timeZone }, { name, data: {}, opts });
          } catch (error) {
            // Another node may have done the same just now.
            if (!asDeclared(await queue.getJobScheduler(name), pattern)) throw error;
          }
        }
        for (const name of known.keys()) await queue.removeJobScheduler(name);
      }),
    bull: queue,
    async close() {
      await endsWithin(CLOSE_MS, Promise.all([worker.close(), queue.close()]));
    },
  };
}
