/** The server's way from a change to its job's effect, as `compose` builds it: database, outbox, queues, workers. */
import { createRedisJobDriver } from '@watchparty/redis-kit/jobs';
import { openRedis } from '@watchparty/redis-kit/redis';
import { pino } from 'pino';
import { migrate, openDatabase } from '../../apps/server/src/db/index.ts';
import { systemClock } from '../../apps/server/src/kernel/clock.ts';
import type { JobHandler } from '../../apps/server/src/kernel/job.ts';
import { createOutbox } from '../../apps/server/src/outbox/index.ts';
import { createWorkers } from '../../apps/server/src/workers/index.ts';
import { standalone } from './job-bench.ts';

/** What a mail's job carries. */
export const PAYLOAD = {
  type: 'object', properties: { to: { type: 'string' }, name: { type: 'string' } }, required: ['to', 'name'],
};

interface Options {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly handlers: readonly JobHandler[];
  readonly onRun?: (name: string, outcome: string) => void;
  /** In each queue; as the server has it by default. */
  readonly concurrency?: number;
}

export async function openJobNode({ databaseUrl, redisUrl, handlers, concurrency, onRun = () => {} }: Options) {
  const log = pino({ level: 'silent' });
  const progress = (): void => {};
  const database = await openDatabase({ url: databaseUrl, dataDir: '/nonexistent', poolSize: 10, statementTimeoutMs: 60_000 }, { log, progress });
  await migrate(database, { log, progress });
  const connection = openRedis({ kind: 'standalone', ...standalone(redisUrl), db: 0, tls: false, timeoutMs: 5000 }, { profile: 'worker' });
  await new Promise<void>((resolve) => connection.onChange((status) => status === 'connected' && resolve()));
  const jobs = createWorkers({
    declarations: handlers.map(({ job }) => job), driver: createRedisJobDriver({ connection, timeoutMs: 60_000 }), database, log,
    telemetry: { jobRan: onRun },
    ...(concurrency !== undefined && { concurrency: { email: concurrency, imageProcessing: 1, roomCleanup: 1, events: 1 } }),
  });
  const outbox = await createOutbox({ database, handlers: jobs.effects, clock: systemClock, log });
  return {
    database, outbox,
    /** Enqueues only; once it has closed it has looked at the queues. */
    watch: () => jobs.start({ write: outbox.write, work: undefined }),
    work: () => jobs.start({ write: outbox.write, work: { handlers, schedules: undefined } }),
  };
}
