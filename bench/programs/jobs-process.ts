/**
 * Jobs per second from a full queue to all done, 50 at a time; each writes one row.
 * Usage: node jobs-process.ts <watchparty|bullmq> <PostgreSQL> <Redis> <jobs>
 */
import { randomUUID } from 'node:crypto';
import { Worker } from 'bullmq';
import { sql } from 'kysely';
import pg from 'pg';
import Type from 'typebox';
import { declareJob, enqueued } from '../../apps/server/src/kernel/job.ts';
import { programArguments, tell } from './arguments.ts';
import { openEmptyQueue, standalone } from './job-bench.ts';
import { openJobNode } from './job-node.ts';

const [side = '', databaseUrl = '', redisUrl = '', count = ''] = programArguments(4);
const JOBS = Number(count);
const CONCURRENCY = 50;
const BULK = 1000;
const payload = { to: 'ann@example.com', name: 'Ann' };

const queue = await openEmptyQueue(redisUrl);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
await pool.query('create table if not exists bench_effects (id bigint generated always as identity primary key, body text not null)');
await pool.query('truncate bench_effects');
/** What a job does, on both sides. */
const work = async (): Promise<void> => {
  await pool.query('insert into bench_effects (body) values ($1)', [payload.name]);
};

/** Settles when told `JOBS` times. */
function counted(): { readonly tell: () => void; readonly all: Promise<void> } {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let left = JOBS;
  return { all, tell: () => (left -= 1) === 0 && resolve() };
}

async function fill(add: (size: number) => Promise<unknown>): Promise<void> {
  for (let filled = 0; filled < JOBS; filled += BULK) await add(Math.min(BULK, JOBS - filled));
}

const sides: Record<string, () => Promise<number>> = {
  async bullmq() {
    const opts = { attempts: 3, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: true };
    await fill((size) => queue.addBulk(Array.from({ length: size }, () => ({ name: 'welcome', data: payload, opts: { ...opts, jobId: randomUUID() } }))));
    const done = counted();
    const startedMs = performance.now();
    const worker = new Worker('bench', work, { connection: standalone(redisUrl), concurrency: CONCURRENCY });
    worker.on('completed', done.tell);
    await done.all;
    return JOBS / ((performance.now() - startedMs) / 1000);
  },
  async watchparty() {
    const job = declareJob({
      name: 'welcome', queue: 'email', payload: Type.Object({ to: Type.String(), name: Type.String() }), attempts: 3, backoffMs: 1000, timeoutMs: 10_000,
    });
    const done = counted();
    const node = await openJobNode({
      databaseUrl, redisUrl, handlers: [{ job, handle: work }], concurrency: CONCURRENCY,
      onRun: (_name, outcome) => outcome === 'done' && done.tell(),
    });
    await sql`truncate outbox, jobs`.execute(node.database.kysely);
    await fill((size) => node.outbox.write(async (_tx, effects) => {
      for (let nth = 0; nth < size; nth += 1) effects.add(enqueued(job, payload));
    }));
    while ((await node.outbox.figures()).pending > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const startedMs = performance.now();
    node.work();
    await done.all;
    return JOBS / ((performance.now() - startedMs) / 1000);
  },
};

tell(await sides[side]!());
process.exit(0);
