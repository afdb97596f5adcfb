import {
  createJobWorkers, defaultWorkerSettings, type JobDriver, type JobRun, type JobWorkers, Unrecoverable, type WorkerSettings,
} from '@watchparty/redis-kit/jobs';
import { cutShort, type Database } from '../db/index.ts';
import type { JobHandler, QueueName } from '../kernel/job.ts';
import type { Log } from '../kernel/log.ts';
import type { Telemetry } from '../kernel/telemetry.ts';
import type { Write } from '../kernel/write.ts';
import type { Jobs } from './catalogue.ts';
import * as repo from './jobs.repo.ts';
import { createLedger } from './ledger.ts';

interface Deps {
  readonly database: Pick<Database, 'kysely' | 'health'>;
  readonly driver: JobDriver;
  readonly jobs: Jobs;
  readonly handlers: readonly JobHandler[];
  readonly write: Write;
  readonly telemetry: Pick<Telemetry, 'jobRan'>;
  readonly log: Log;
  readonly settings?: WorkerSettings;
  /** How many jobs of each queue run side by side on this node. */
  readonly concurrency?: Readonly<Record<QueueName, number>>;
}

/** Mails wait for a mail server, pictures for a core, and clean-ups must not be in anybody's way. */
const CONCURRENCY: Readonly<Record<QueueName, number>> = { email: 10, imageProcessing: 2, roomCleanup: 1, events: 2 };

/** Thrown by `done` when another try has recorded the effect. */
class RecordedBefore extends Error {
  override readonly name = 'RecordedBefore';
}

/** Runs jobs on this node until it is closed. */
export function startRunning(deps: Deps): JobWorkers {
  const { database, driver, jobs, write, telemetry, log, settings = defaultWorkerSettings } = deps;
  const handlers = new Map(deps.handlers.map((handler) => [handler.job.name, handler]));
  const missing = jobs.declarations.filter(({ name }) => !handlers.has(name));
  if (missing.length > 0) throw new Error(`No handler for the jobs ${missing.map(({ name }) => name).join(', ')}`);
  const ledger = createLedger(database.kysely);

  async function run({ id, kind, attempt, payload, signal }: JobRun): Promise<void> {
    const handler = handlers.get(kind.name);
    if (handler === undefined) throw new Unrecoverable(`No handler for the job ${kind.name}`);
    try {
      await handler.handle({
        id, attempt, payload, signal, write,
        async done(tx) {
          if (!(await repo.markDone(tx, id))) throw new RecordedBefore(`The effect of the job ${id} is recorded already`);
        },
      });
    } catch (error) {
      if (!(error instanceof RecordedBefore)) throw error;
    }
  }

  const workers = createJobWorkers(
    {
      driver, ledger, log, run,
      catalogue: jobs.catalogue,
      concurrency: deps.concurrency ?? CONCURRENCY,
      cutShort: (error) => cutShort(database, error),
      onRun: telemetry.jobRan,
    },
    settings,
  );
  return {
    ...workers,
    async close() {
      await workers.close();
      await ledger.idle();
    },
  };
}
