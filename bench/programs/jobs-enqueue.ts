/**
 * Jobs per second, from a row that is committed to its job in the queue; what is still on its way at the end is waited for.
 * Usage: node jobs-enqueue.ts <watchparty|naive|bulk> <PostgreSQL> <Redis> <seconds> <writers>
 */
import { sql } from 'kysely';
import pg from 'pg';
import { createGroupedWrite } from '../../apps/server/src/kernel/grouped-write.ts';
import { declareJob, enqueued } from '../../apps/server/src/kernel/job.ts';
import { programArguments, tell } from './arguments.ts';
import { openEmptyQueue } from './job-bench.ts';
import { openJobNode, PAYLOAD } from './job-node.ts';

const [side = '', databaseUrl = '', redisUrl = '', seconds = '', writers = ''] = programArguments(5);
const WARM_UP_SECONDS = 1;
/** BullMQ's own batches, one under way at a time. */
const BULK = 100;
const text = 'We watch what the last one here has chosen.';
const payload = { to: 'ann@example.com', name: 'Ann' };
const options = { attempts: 3, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: true };

interface Side {
  /** Enqueues one job, or as many as it says, and what belongs to it. */
  once(): Promise<number | void>;
  /** Settles when nothing is on its way. */
  drained(): Promise<void>;
}

const queue = await openEmptyQueue(redisUrl);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
await pool.query('create table if not exists bench_changes (id bigint generated always as identity primary key, body text not null)');
await pool.query('truncate bench_changes');

const sides: Record<string, () => Promise<Side>> = {
  async naive() {
    return {
      async once() {
        await pool.query('insert into bench_changes (body) values ($1)', [text]);
        await queue.add('welcome', payload, options);
      },
      drained: async () => {},
    };
  },
  async bulk() {
    let underWay: Promise<unknown> = Promise.resolve();
    return {
      async once() {
        const next = underWay.then(() =>
          queue.addBulk(Array.from({ length: BULK }, () => ({ name: 'welcome', data: payload, opts: options }))));
        underWay = next;
        await next;
        return BULK;
      },
      drained: async () => {},
    };
  },
  async watchparty() {
    const job = declareJob({
      name: 'welcome', queue: 'email', payload: PAYLOAD, attempts: 3, backoffMs: 1000, timeoutMs: 10_000,
    });
    const { database, outbox } = await openJobNode({ databaseUrl, redisUrl, handlers: [{ job, handle: async () => {} }] });
    await sql`truncate outbox, jobs`.execute(database.kysely);
    const write = createGroupedWrite<string, undefined>(outbox.write, async (tx, effects, bodies) => {
      await sql`insert into bench_changes (body) select unnest(${bodies}::text[])`.execute(tx);
      return bodies.map(() => {
        effects.add(enqueued(job, payload));
        return undefined;
      });
    });
    return {
      once: () => write(text),
      async drained() {
        while ((await outbox.figures()).pending > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    };
  },
};

const { once, drained } = await sides[side]!();

async function measure(forSeconds: number): Promise<number> {
  const startedMs = performance.now();
  const endMs = startedMs + forSeconds * 1000;
  let count = 0;
  await Promise.all(Array.from({ length: Number(writers) }, async () => {
    while (performance.now() < endMs) {
      const added = (await once()) ?? 1;
      count += added;
    }
  }));
  await drained();
  return count / ((performance.now() - startedMs) / 1000);
}

await measure(WARM_UP_SECONDS);
tell(await measure(Number(seconds)));
process.exit(0);
