import type { Catalogue } from './catalogue.ts';
import type { JobDriver } from './driver.ts';
import { endsWithin } from './ends-within.ts';
import type { BullQueue, JobLog, NewJob } from './types.ts';

export interface QueueCounts {
  /** Due and not running. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Failed for good and still kept. */
  readonly failed: number;
}

export interface JobQueues {
  /** All in one go for each queue; those that are there already stay as they are. Rejects with `QueueUnavailable`. */
  add(jobs: readonly NewJob[]): Promise<void>;
  counts(queue: string): Promise<QueueCounts>;
  /** Gives a job that failed for good all its attempts again, or adds it when the store no longer holds it. */
  retry(job: NewJob): Promise<void>;
  readonly bull: readonly BullQueue[];
  close(): Promise<void>;
}

interface Deps {
  readonly driver: JobDriver;
  readonly catalogue: Catalogue;
  readonly log: JobLog;
}

/** BullMQ waits for a Redis that was never there. */
const CLOSE_MS = 2000;

/** The side of the queues that adds and looks. */
export function createJobQueues({ driver, catalogue, log }: Deps): JobQueues {
  const queues = new Map(catalogue.queues.map((name) => [name, driver.openQueue(name)]));
  // Without a listener an error of the connection would end the process.
  for (const [name, queue] of queues) queue.on('error', (err) => log.debug({ err, queue: name }, 'Queue connection'));
  const queueOf = (name: string): BullQueue => {
    const queue = queues.get(name);
    if (queue === undefined) throw new Error(`No queue is called ${name}`);
    return queue;
  };

  return {
    async add(jobs) {
      const byQueue = Map.groupBy(jobs.map((job) => catalogue.bulk(job)), ({ queue }) => queue);
      await driver.reach(() => Promise.all([...byQueue].map(([name, ofQueue]) => queueOf(name).addBulk(ofQueue))));
    },
    async counts(name) {
      const counts = await driver.reach(() =>
        queueOf(name).getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'));
      const of = (state: string): number => counts[state] ?? 0;
      return { waiting: of('waiting') + of('prioritized'), active: of('active'), delayed: of('delayed'), failed: of('failed') };
    },
    async retry(job) {
      const { queue, name, data, opts } = catalogue.bulk(job);
      await driver.reach(async () => {
        const kept = await queueOf(queue).getJob(job.id);
        if (kept === undefined) await queueOf(queue).add(name, data, opts);
        else if (await kept.isFailed()) await kept.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      });
    },
    bull: [...queues.values()],
    async close() {
      await endsWithin(CLOSE_MS, Promise.all([...queues.values()].map((queue) => queue.close())));
    },
  };
}
