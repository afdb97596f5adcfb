import {
  type BackendFactory, createPostgresBackend, type PgPool, Queue, type QueueOptions, type RedisQueueBackend, runMigrations, Worker,
  type WorkerOptions,
} from 'bullmq';
import { calm } from './calm.ts';
import type { JobDriver } from './driver.ts';

/** node-postgres' own, whose types BullMQ's do not take. */
export interface JobPool {
  connect(): Promise<object>;
  end(): Promise<void>;
}

interface Deps {
  /**
   * A pool of node-postgres, used by the queues alone, with `bullmq` as its only `search_path`; its owner closes it after
   * the driver. Each worker keeps one of its connections to listen on.
   */
  readonly pool: JobPool;
}

const SCHEMA = 'bullmq';

/** Queues in PostgreSQL, in a schema of their own, which this makes or brings up to date. */
export async function createPostgresJobDriver({ pool: given }: Deps): Promise<JobDriver> {
  const pool = given as PgPool;
  const client = await pool.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    client.release();
  }
  // BullMQ's types of a queue name its backend; to who uses it, all queues are alike.
  const options = { connection: pool } as unknown as QueueOptions & WorkerOptions;
  const backend = openBackend as unknown as BackendFactory<RedisQueueBackend>;

  return {
    kind: 'postgres',
    openQueue: (name) => new Queue(name, options, backend),
    openWorker: (name, process, workerOptions) => calm(new Worker(name, process, { ...workerOptions, ...options }, backend)),
    reach: (work) => work(),
    // Lost only together with the data that the jobs work on.
    lossMark: async () => 'postgres',
    onBack: (listener) => listener(),
    close: async () => {},
  };
}

/**
 * BullMQ 6.7 looks at the schema once more for each queue and worker, and for ever remembers a connection that broke
 * just then: such a worker would never work. The schema is known to be right here, so it need not look.
 */
const openBackend: typeof createPostgresBackend = (name, options, extra) => {
  const backend = createPostgresBackend(name, options, extra);
  const { connection } = backend as unknown as { connection: { waitUntilReady(): Promise<void> } };
  connection.waitUntilReady = async () => {};
  return backend;
};
