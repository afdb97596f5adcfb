import { createJobQueues, type JobDriver, type WorkerSettings } from '@watchparty/redis-kit/jobs';
import type { Database } from '../db/index.ts';
import type { JobDeclaration, JobHandler, QueueName } from '../kernel/job.ts';
import type { Log } from '../kernel/log.ts';
import type { Queues } from '../kernel/queues.ts';
import type { Telemetry } from '../kernel/telemetry.ts';
import type { Write } from '../kernel/write.ts';
import type { EffectHandler } from '../outbox/index.ts';
import { createJobs } from './catalogue.ts';
import { jobEffects } from './enqueueing.ts';
import { startKeeper } from './keeper.ts';
import { createQueues } from './queues.ts';
import { startRunning } from './running.ts';
import { startSchedules } from './schedules.ts';
import { sweepJobs } from './sweep.ts';

interface Deps {
  readonly declarations: readonly JobDeclaration[];
  readonly driver: JobDriver;
  readonly database: Pick<Database, 'kysely' | 'health'>;
  readonly telemetry: Pick<Telemetry, 'jobRan'>;
  readonly log: Log;
  readonly keeperEveryMs?: number;
  readonly workerSettings?: WorkerSettings;
  readonly concurrency?: Readonly<Record<QueueName, number>>;
}

interface StartDeps {
  readonly write: Write;
  /** What this node runs; undefined: it only enqueues. */
  readonly work: { readonly handlers: readonly JobHandler[]; readonly schedules: { readonly timeZone: string } | undefined } | undefined;
}

export interface Workers {
  readonly queues: Queues;
  /** Hourly tidying; answers how many rows it removed. */
  sweep(): Promise<number>;
  /** Lets running jobs end, or aborts them; what was not done is left for others or the next start. */
  close(): Promise<void>;
}

export interface JobsBeforeStart {
  /** For the outbox. */
  readonly effects: readonly EffectHandler[];
  /** Once the outbox is there: enqueues, and where `work` says so runs. */
  start(deps: StartDeps): Workers;
  /** After the outbox, which hands jobs over to its end. */
  close(): Promise<void>;
}

/** The jobs of the server. In two steps, since the outbox hands jobs over, and running jobs write through it. */
export function createWorkers(deps: Deps): JobsBeforeStart {
  const { driver, database, telemetry, log } = deps;
  const jobs = createJobs(deps.declarations);
  const bull = createJobQueues({ driver, catalogue: jobs.catalogue, log });
  return {
    effects: jobEffects({ jobs, queues: bull, queries: database.kysely, log }),
    close: () => bull.close(),
    start({ write, work }) {
      const running = work && startRunning({
        database, driver, jobs, handlers: work.handlers, write, telemetry, log,
        ...(deps.workerSettings !== undefined && { settings: deps.workerSettings }),
        ...(deps.concurrency !== undefined && { concurrency: deps.concurrency }),
      });
      const schedules = work?.schedules && startSchedules({ driver, jobs, timeZone: work.schedules.timeZone, write, log });
      const keeper = startKeeper({
        driver, jobs, log, queues: bull, queries: database.kysely,
        ...(deps.keeperEveryMs !== undefined && { everyMs: deps.keeperEveryMs }),
        async onNewStore() {
          if (schedules === undefined) return;
          await schedules.declare();
          log.info('Scheduled tasks initialized');
        },
      });
      return {
        queues: createQueues({ queries: database.kysely, write, queues: bull, schedules, jobs, log }),
        sweep: () => sweepJobs(database.kysely, jobs),
        async close() {
          await keeper.close();
          await Promise.all([running?.close(), schedules?.close()]);
        },
      };
    },
  };
}
