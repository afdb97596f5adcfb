import { createPostgresJobDriver, createRedisJobDriver, defaultWorkerSettings, type WorkerSettings } from '@watchparty/redis-kit/jobs';
import { openRedis } from '@watchparty/redis-kit/redis';
import { sql } from 'kysely';
import { pino } from 'pino';
import Type from 'typebox';
import { openDatabase, openQueuePool } from '../../db/index.ts';
import { systemClock } from '../../kernel/clock.ts';
import { declareJob, enqueued, type JobContext, type JobDeclaration, type JobHandler } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import type { Write } from '../../kernel/write.ts';
import { createOutbox, defaultOutboxSettings } from '../../outbox/index.ts';
import { createWorkers } from '../index.ts';

/** What the test's writes change, and what its jobs bring about: one row for each time. */
export const SCHEMA = `
  create table test_changes (n integer primary key);
  create table test_effects (at bigint generated always as identity, n integer, node text);
`;

const payload = Type.Object({ n: Type.Integer() }, { additionalProperties: false });
type Payload = Type.Static<typeof payload>;

/** Says that it runs, and runs until its process is killed. */
export const holder = (job: JobDeclaration<typeof payload>, say: (n: number) => void): JobHandler<typeof payload> => ({
  job,
  handle: ({ payload: { n } }) => {
    say(n);
    return new Promise(() => {});
  },
});

export const marking = declareJob({ name: 'test-mark', queue: 'email', payload, attempts: 3, backoffMs: 10, timeoutMs: 10_000 });
export const ticking = declareJob({
  name: 'test-tick', queue: 'roomCleanup', payload, attempts: 3, backoffMs: 10, timeoutMs: 10_000,
  // Six fields: the first are seconds.
  schedule: '* * * * * *', scheduledPayload: { n: 0 }, scheduledLine: 'Tick',
});

export interface NodeOptions {
  readonly name: string;
  readonly databaseUrl: string;
  /** Undefined: the queues live in PostgreSQL. */
  readonly redisUrl?: string | undefined;
  readonly handlers: readonly JobHandler[];
  /** Of jobs without a handler here. */
  readonly declarations?: readonly JobDeclaration[];
  readonly work?: boolean;
  readonly schedules?: boolean;
  readonly log?: Log;
  readonly settings?: Partial<WorkerSettings>;
}

export type TestNode = Awaited<ReturnType<typeof startNode>>;

/** Database, outbox, queues and workers of one node, as `compose` builds them. */
export async function startNode(options: NodeOptions) {
  const { databaseUrl, redisUrl, handlers, work = true, log = pino({ level: 'silent' }) } = options;
  const database = await openDatabase(
    { url: databaseUrl, dataDir: '/nonexistent', poolSize: 6, statementTimeoutMs: 10_000 }, { log, progress: () => {} },
  );
  const closes: (() => Promise<void>)[] = [() => database.close()];
  const openDriver = async () => {
    if (redisUrl === undefined) {
      const { pool, close } = openQueuePool(database, log);
      closes.unshift(close);
      return createPostgresJobDriver({ pool });
    }
    const { hostname: host, port } = new URL(redisUrl);
    const connection = openRedis(
      { kind: 'standalone', host, port: Number(port), db: 0, tls: false, timeoutMs: 1000 }, { profile: 'worker' });
    closes.unshift(() => connection.close());
    return createRedisJobDriver({ connection });
  };
  const runs: { name: string; outcome: string }[] = [];
  const jobs = createWorkers({
    declarations: options.declarations ?? handlers.map(({ job }) => job), driver: await openDriver(), database, log,
    telemetry: { jobRan: (name, outcome) => void runs.push({ name, outcome }) },
    keeperEveryMs: 100,
    workerSettings: { ...defaultWorkerSettings, postponeMs: 50, ...options.settings },
  });
  closes.unshift(() => jobs.close());
  const outbox = await createOutbox({ database, handlers: jobs.effects, clock: systemClock, log }, {
    ...defaultOutboxSettings, ownershipMs: 300, pollIntervalMs: 30, firstRetryMs: 10, maxRestMs: 200,
  });
  closes.unshift(() => outbox.close());
  const workers = jobs.start({
    write: outbox.write,
    work: work ? { handlers, schedules: options.schedules === true ? { timeZone: 'UTC' } : undefined } : undefined,
  });
  closes.unshift(() => workers.close());
  return {
    database, outbox, runs, queues: workers.queues, sweep: workers.sweep,
    async close() {
      for (const close of closes.splice(0)) await close();
    },
  };
}

/** A change with its job, committed together; `fail` changes its mind at the last moment. */
export const change = (write: Write, n: number, job: JobDeclaration<typeof payload> = marking, fail = false): Promise<void> =>
  write(async (tx, effects) => {
    effects.add(enqueued(job, { n }));
    await sql`insert into test_changes (n) values (${n})`.execute(tx);
    if (fail) throw new Error('changed my mind');
  });

/** Writes its effect in the transaction that records it. */
export const marker = (job: JobDeclaration<typeof payload>, node: string): JobHandler<typeof payload> =>
  ({ job, handle: (context) => mark(context, node) });

async function mark({ payload: { n }, write, done }: JobContext<Payload>, node: string): Promise<void> {
  await write(async (tx) => {
    await sql`insert into test_effects (n, node) values (${n}, ${node})`.execute(tx);
    await done(tx);
  });
}
