import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { connectTo } from '@watchparty/redis-kit/test/redis';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { enqueued, type JobHandler } from '../kernel/job.ts';
import { change, marker, marking, type NodeOptions, SCHEMA, startNode, ticking } from './test/node.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis(['--maxmemory-policy', 'noeviction']);
});
afterAll(() => redis.stop());

async function database(): Promise<TestDatabase> {
  const db = await createTestDatabase();
  onTestFinished(() => db.drop());
  await sql.raw(SCHEMA).execute(db.database.kysely);
  const client = connectTo(redis.url);
  await client.flushall();
  client.disconnect();
  return db;
}

async function node(db: TestDatabase, options: Partial<NodeOptions> = {}) {
  const started = await startNode({
    name: 'node', databaseUrl: db.connectionString, redisUrl: redis.url, handlers: [marker(marking, 'node')], ...options,
  });
  onTestFinished(() => started.close());
  return started;
}

const effects = async (db: TestDatabase): Promise<number[]> =>
  (await sql<{ n: number }>`select n from test_effects order by n`.execute(db.database.kysely)).rows.map(({ n }) => n);
const rows = async (db: TestDatabase): Promise<number> =>
  (await sql<{ count: number }>`select count(*)::int as count from jobs`.execute(db.database.kysely)).rows[0]!.count;
const none = { waiting: 0, active: 0, completed: 0, failed: 0, delayed: 0, total: 0 };

for (const store of ['Redis', 'PostgreSQL'] as const) {
  test(`[WK1] [WK6] A job is committed with its change; it is done, counted and removed (${store})`, async () => {
    const db = await database();
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
    const { outbox, queues } = await node(db, { log, ...(store === 'PostgreSQL' && { redisUrl: undefined }) });
    await expect(change(outbox.write, 1, marking, true)).rejects.toThrow('changed my mind');
    await change(outbox.write, 2);
    await expect.poll(() => effects(db)).toEqual([2]);
    await expect.poll(() => rows(db)).toBe(0);
    await expect.poll(() => queues.stats()).toEqual({
      email: { queueName: 'email', ...none, completed: 1, total: 1 },
      imageProcessing: { queueName: 'imageProcessing', ...none },
      roomCleanup: { queueName: 'roomCleanup', ...none },
      events: { queueName: 'events', ...none },
    });
    expect(lines.filter((line) => line.startsWith('Job added'))).toEqual(['Job added to queue [email]']);
  });
}

test('[WK1] A payload that does not fit, or a job nobody has declared, fails its change', async () => {
  const db = await database();
  const { outbox } = await node(db);
  await expect(outbox.write(async (_tx, added) => added.add(enqueued(marking, { n: 'one' } as never)))).rejects.toThrow('does not fit the job test-mark');
  await expect(outbox.write(async (_tx, added) => added.add(enqueued(ticking, { n: 1 })))).rejects.toThrow('No job is called test-tick');
  expect(await rows(db)).toBe(0);
});

test('[WK2] What the transaction of `done` does comes about once, whichever of two tries at once is first', async () => {
  const db = await database();
  const { promise: bothRun, resolve } = Promise.withResolvers<void>();
  let tries = 0;
  const handler: JobHandler<typeof marking.payload> = {
    job: marking,
    async handle(context) {
      tries += 1;
      if (tries === 2) resolve();
      await bothRun;
      await context.write(async (tx) => {
        await sql`insert into test_effects (n) values (${context.payload.n})`.execute(tx);
        await context.done(tx);
      });
    },
  };
  // As one that hangs: it says nothing of what it runs.
  const first = await node(db, { handlers: [handler], settings: { tellEveryMs: 1_000_000 } });
  await change(first.outbox.write, 1);
  await expect.poll(() => tries).toBe(1);
  // A second node gets the same job, as after a loss of the store.
  const client = connectTo(redis.url);
  await client.flushall();
  client.disconnect();
  const second = await node(db, { handlers: [handler] });
  await expect.poll(() => tries, { timeout: 15_000 }).toBe(2);
  await expect.poll(() => effects(db)).toEqual([1]);
  await expect.poll(() => rows(db)).toBe(0);
  expect((await second.queues.stats()).email).toMatchObject({ completed: 1, failed: 0 });
});

test('[WK4] What a node runs while Redis loses its data is not begun by another, and is done once', { timeout: 40_000 }, async () => {
  const db = await database();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const sentBy: string[] = [];
  const sender = (name: string): JobHandler<typeof marking.payload> => ({
    job: marking,
    async handle() {
      sentBy.push(name);
      await mayEnd;
    },
  });
  const first = await node(db, { handlers: [sender('first')] });
  await change(first.outbox.write, 1);
  await expect.poll(() => sentBy).toEqual(['first']);
  const second = await node(db, { handlers: [sender('second')] });
  const client = connectTo(redis.url);
  onTestFinished(() => client.disconnect());
  await client.flushall();
  // One of the two finds it in its queue again, and again.
  const postponed = (): number => second.runs.filter(({ outcome }) => outcome === 'postponed').length;
  const held = () => client.zcard('{bull}:email:delayed');
  await expect.poll(held).toBe(1);
  await expect.poll(postponed, { timeout: 20_000 }).toBeGreaterThan(3);
  expect(sentBy).toEqual(['first']);
  end();
  await expect.poll(() => rows(db)).toBe(0);
  await expect.poll(async () => (await second.queues.stats()).email).toMatchObject({ completed: 1, failed: 0, total: 1 });
  expect(sentBy).toEqual(['first']);
});

test('[WK2] What an older version left in the outbox is handed over, and what a newer one left waits for it', async () => {
  const db = await database();
  const web = await node(db, { work: false, handlers: [], declarations: [marking] });
  const [old, known, newer] = [1, 2, 3].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
  const job = async (id: string, name: string, n: number) =>
    sql`insert into jobs (id, queue, name, payload) values (${id}, 'email', ${name}, ${JSON.stringify({ n })})`.execute(db.database.kysely);
  await job(old!, 'test-mark', 1);
  await job(known!, 'test-mark', 2);
  await job(newer!, 'test-later', 3);
  await sql`
    insert into outbox (id, kind, payload, available_at) values
      (${old}, 'job.enqueued', ${JSON.stringify({ name: 'test-mark', payload: { n: 1 } })}, now()),
      (gen_random_uuid(), 'jobs.committed', ${JSON.stringify({ ids: [known, newer] })}, now())
  `.execute(db.database.kysely);
  await expect.poll(async () => (await web.queues.stats()).email.delayed).toBe(2);
  await expect.poll(() => web.outbox.figures()).toMatchObject({ pending: 1 });
  const worker = await node(db);
  await expect.poll(() => effects(db)).toEqual([1, 2]);
  const { rows: left } = await sql`select name from jobs`.execute(worker.database.kysely);
  expect(left).toEqual([{ name: 'test-later' }]);
});

test('[WK3] While Redis is away changes are answered; their jobs run when it is back', { timeout: 40_000 }, async () => {
  const db = await database();
  const { outbox, queues } = await node(db);
  await redis.kill();
  onTestFinished(() => redis.restart());
  const startedAt = performance.now();
  for (const n of [1, 2, 3]) await change(outbox.write, n);
  expect(performance.now() - startedAt).toBeLessThan(2000);
  expect((await queues.stats()).email).toMatchObject({ waiting: 3, active: 0, delayed: 0, total: 3 });
  expect((await queues.oldestWaitingSeconds()).email).toBeGreaterThan(0);
  await redis.restart();
  await expect.poll(() => effects(db), { timeout: 20_000 }).toEqual([1, 2, 3]);
});

test('[WK6] [WK7] A failed job is kept with its error, listed and counted; retried, it has all its attempts again', async () => {
  const db = await database();
  let mended = false;
  const attempts: number[] = [];
  const { outbox, queues } = await node(db, {
    handlers: [{
      job: marking,
      async handle({ attempt }: { attempt: number }) {
        attempts.push(attempt);
        if (!mended) throw new Error('no such mailbox');
      },
    }],
  });
  await change(outbox.write, 7);
  await expect.poll(() => queues.failed()).toHaveLength(1);
  const [failed] = await queues.failed({ queue: 'email' });
  expect(failed).toMatchObject({ name: 'test-mark', queueName: 'email', payload: { n: 7 }, error: 'no such mailbox' });
  expect(await queues.failed({ queue: 'roomCleanup' })).toEqual([]);
  await expect.poll(async () => (await queues.stats()).email).toMatchObject({ waiting: 0, failed: 1, completed: 0, total: 1 });
  expect(await queues.retry('00000000-0000-7000-8000-000000000000')).toBe(false);
  mended = true;
  expect(await queues.retry(failed!.id)).toBe(true);
  await expect.poll(async () => (await queues.stats()).email).toMatchObject({ waiting: 0, failed: 1, completed: 1, total: 2 });
  expect(attempts).toEqual([1, 2, 3, 1]);
  expect(await queues.retry(failed!.id)).toBe(false);
});

test('[WK7] A failed job is removed when it has been kept long enough; what a killed process left done is counted', async () => {
  const db = await database();
  const kept = { ...marking, keepFailedSeconds: 60 };
  const { outbox, queues, sweep } = await node(db, {
    handlers: [{ job: kept, handle: async () => Promise.reject(new Error('no')) }],
  });
  for (const n of [1, 2]) await change(outbox.write, n, kept);
  await expect.poll(() => queues.failed()).toHaveLength(2);
  expect(await sweep()).toBe(0);
  await sql`update jobs set failed_at = failed_at - interval '2 minutes' where payload = '{"n": 1}'`.execute(db.database.kysely);
  await sql`update jobs set done_at = clock_timestamp() - interval '2 minutes' where payload = '{"n": 2}'`.execute(db.database.kysely);
  expect((await queues.stats()).email).toMatchObject({ completed: 1, failed: 2 });
  expect(await sweep()).toBe(2);
  expect((await queues.stats()).email).toMatchObject({ completed: 1, failed: 2 });
  expect(await rows(db)).toBe(0);
});

test('[WK8] A confidential payload reaches its handler, and neither Redis nor operations', async () => {
  const db = await database();
  const secret = { ...marking, confidential: true, attempts: 1 };
  const payloads: unknown[] = [];
  const { outbox, queues } = await node(db, {
    handlers: [{
      job: secret,
      handle: async ({ payload }: { payload: unknown }) => {
        payloads.push(payload);
        throw new Error('no');
      },
    }],
  });
  await change(outbox.write, 4711, secret);
  await expect.poll(() => queues.failed()).toHaveLength(1);
  expect(payloads).toEqual([{ n: 4711 }]);
  expect((await queues.failed())[0]!.payload).toBeUndefined();
  const client = connectTo(redis.url);
  onTestFinished(() => client.disconnect());
  const [failed] = await queues.failed();
  await expect.poll(() => client.hget(`{bull}:email:${failed!.id}`, 'data')).toBe('{}');
});

test('[WK5] [WK9] A node that only enqueues runs nothing, neither jobs nor schedules', async () => {
  const db = await database();
  const web = await node(db, { work: false, handlers: [], declarations: [marking, ticking] });
  await change(web.outbox.write, 1);
  await expect.poll(async () => (await web.queues.stats()).email).toMatchObject({ waiting: 1 });
  const worker = await node(db, { handlers: [marker(marking, 'worker'), marker(ticking, 'worker')], schedules: true });
  await expect.poll(() => effects(db), { timeout: 10_000 }).toContain(0);
  expect(worker.queues.bull.map(({ name }) => name)).toEqual(['email', 'imageProcessing', 'roomCleanup', 'events', 'schedules']);
  expect(await effects(db)).toContain(1);
  expect(web.runs).toEqual([]);
});

test('[WK2] A job whose try fell into an outage of the database loses no attempt', async () => {
  const db = await database();
  const attempts: number[] = [];
  const { outbox } = await node(db, {
    handlers: [{
      job: { ...marking, attempts: 1 },
      async handle(context: Parameters<JobHandler<typeof marking.payload>['handle']>[0]) {
        attempts.push(context.attempt);
        await context.write(async (tx) => {
          if (attempts.length < 3) await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx);
          await sql`insert into test_effects (n) values (${context.payload.n})`.execute(tx);
        });
      },
    }],
    declarations: [{ ...marking, attempts: 1 }],
  });
  await change(outbox.write, 5);
  await expect.poll(() => effects(db)).toEqual([5]);
  expect(attempts).toEqual([1, 1, 1]);
});
