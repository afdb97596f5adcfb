import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRedis } from '@watchparty/redis-kit/test/redis';
import { sql } from 'kysely';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { change, marker, marking, SCHEMA, startNode } from './test/node.ts';

const deep = process.env['WATCHPARTY_DEEP'] === '1';
const WRITES = deep ? 1000 : 200;
const seed = Number(process.env['WATCHPARTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const TAKE_OVER_MS = 15_000;

const children = new Set<ChildProcess>();
afterEach(async () => {
  await Promise.all([...children].map(kill));
});

async function kill(child: ChildProcess): Promise<void> {
  const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  child.kill('SIGKILL');
  await exited;
  children.delete(child);
}

interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
}

async function start(args: object): Promise<Child> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./test/child.ts', import.meta.url)), JSON.stringify(args)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await expect.poll(() => lines.includes('ready') || child.exitCode !== null, { timeout: 20_000 }).toBe(true);
  if (!lines.includes('ready')) throw new Error(`The node did not start (exit ${child.exitCode})`);
  return { process: child, lines };
}

async function database(): Promise<TestDatabase> {
  const db = await createTestDatabase();
  onTestFinished(() => db.drop());
  await sql.raw(SCHEMA).execute(db.database.kysely);
  return db;
}

async function redisOf() {
  const redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  onTestFinished(() => redis.stop());
  return redis;
}

const effects = async (db: TestDatabase): Promise<{ n: number; node: string }[]> =>
  (await sql<{ n: number; node: string }>`select n, node from test_effects order by n, at`.execute(db.database.kysely)).rows;
const openJobs = async (db: TestDatabase): Promise<number> =>
  (await sql<{ count: number }>`select count(*)::int as count from jobs`.execute(db.database.kysely)).rows[0]!.count;
const startedBy = ({ lines }: Child): number => lines.filter((line) => line.startsWith('started')).length;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

for (const store of ['Redis', 'PostgreSQL'] as const) {
  test(`[JB6] Jobs of a killed worker are taken over in time, again when that one is killed too (${store})`, { timeout: 90_000 }, async () => {
    const db = await database();
    const redisUrl = store === 'Redis' ? (await redisOf()).url : undefined;
    const common = { databaseUrl: db.connectionString, redisUrl };
    const first = await start({ ...common, name: 'first', work: true, hold: true, writeTo: 3 });
    await expect.poll(() => startedBy(first), { timeout: 10_000 }).toBe(3);
    const second = await start({ ...common, name: 'second', work: true, hold: true });
    let killedAt = performance.now();
    await kill(first.process);
    await expect.poll(() => startedBy(second), { timeout: TAKE_OVER_MS }).toBe(3);
    expect(performance.now() - killedAt).toBeLessThan(TAKE_OVER_MS);
    await start({ ...common, name: 'third', work: true });
    killedAt = performance.now();
    await kill(second.process);
    await expect.poll(() => effects(db), { timeout: TAKE_OVER_MS }).toEqual(upTo(3).map((n) => ({ n, node: 'third' })));
    expect(performance.now() - killedAt).toBeLessThan(TAKE_OVER_MS);
    await expect.poll(() => openJobs(db)).toBe(0);
  });
}

for (const [meanwhile, lose] of [['', false], [', even when Redis has lost its data meanwhile', true]] as const) {
  test(`[JB6] [WK4] Jobs of a worker that hangs are taken over in time${meanwhile}`, { timeout: 60_000 }, async () => {
    const db = await database();
    const redis = await redisOf();
    const common = { databaseUrl: db.connectionString, redisUrl: redis.url };
    const hanging = await start({ ...common, name: 'hanging', work: true, hold: true, writeTo: 3 });
    await expect.poll(() => startedBy(hanging), { timeout: 10_000 }).toBe(3);
    // Until it is known to run them: what it has said must be out of date before anybody else begins.
    await expect.poll(async () => (await sql`select from job_runs`.execute(db.database.kysely)).rows.length).toBe(3);
    await start({ ...common, name: 'other', work: true });
    hanging.process.kill('SIGSTOP');
    const stoppedAt = performance.now();
    if (lose) await redis.restart();
    await expect.poll(() => effects(db), { timeout: TAKE_OVER_MS }).toEqual(upTo(3).map((n) => ({ n, node: 'other' })));
    expect(performance.now() - stoppedAt).toBeLessThan(TAKE_OVER_MS);
    await expect.poll(() => openJobs(db)).toBe(0);
  });
}

test('[WK4] Redis is killed and comes back empty: what was not done is enqueued again, once', { timeout: 60_000 }, async () => {
  const db = await database();
  const redis = await redisOf();
  const common = { databaseUrl: db.connectionString, redisUrl: redis.url };
  const web = await startNode({ ...common, name: 'web', handlers: [], declarations: [marking], work: false });
  onTestFinished(() => web.close());
  for (const n of upTo(20)) await change(web.outbox.write, n);
  await expect.poll(() => web.outbox.figures()).toMatchObject({ pending: 0 });
  await redis.restart();
  const worker = await startNode({ ...common, name: 'worker', handlers: [marker(marking, 'worker')] });
  onTestFinished(() => worker.close());
  await expect.poll(async () => (await effects(db)).map(({ n }) => n), { timeout: 20_000 }).toEqual(upTo(20));
  await expect.poll(() => worker.queues.stats().then(({ email }) => email)).toEqual(
    { queueName: 'email', waiting: 0, active: 0, completed: 20, failed: 0, delayed: 0, total: 20 });
});

test('[WK5] Two nodes with the same schedule run its job once for each firing', { timeout: 60_000 }, async () => {
  const db = await database();
  const redis = await redisOf();
  const common = { databaseUrl: db.connectionString, redisUrl: redis.url, work: true, schedules: true };
  await Promise.all([start({ ...common, name: 'one' }), start({ ...common, name: 'two' })]);
  const fired = async () => (await sql<{ second: number }>`
    select extract(epoch from date_trunc('second', created_at))::float8 as second from jobs_seen order by 1`.execute(db.database.kysely)).rows;
  // Jobs are removed when they are done: a trigger remembers when each was committed.
  await sql.raw(`
    create table jobs_seen (created_at timestamptz);
    create function remember() returns trigger language plpgsql as $$
      begin insert into jobs_seen values (new.created_at); return new; end $$;
    create trigger remember after insert on jobs for each row execute function remember();
  `).execute(db.database.kysely);
  await expect.poll(async () => (await fired()).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
  const seconds = (await fired()).map(({ second }) => second);
  expect(new Set(seconds).size).toBe(seconds.length);
});

test(`[WK1] [WK2] ${WRITES} writes while nodes and Redis are killed: each job's effect once (seed ${seed})`, { timeout: 600_000 }, async () => {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const db = await database();
  const redis = await redisOf();
  const common = { databaseUrl: db.connectionString, redisUrl: redis.url, work: true };
  let started = 0;
  const launch = (writes: boolean) =>
    start({ ...common, name: `node${(started += 1)}`, ...(writes && { writeFrom: 0, writeTo: WRITES }) });
  const nodes = [await launch(true), await launch(false)];
  for (let kills = 0; kills < 60 && !nodes[0]!.lines.includes('written'); kills += 1) {
    await sleep(100 + random() * 700);
    const victim = Math.floor(random() * 3);
    if (victim === 2) {
      await redis.restart();
    } else {
      await kill(nodes[victim]!.process);
      nodes[victim] = await launch(victim === 0);
    }
  }
  await expect.poll(() => nodes[0]!.lines.includes('written'), { timeout: 120_000 }).toBe(true);
  // Also what was active in a killed worker, once its lock is over.
  await expect.poll(() => openJobs(db), { timeout: 60_000, interval: 100 }).toBe(0);
  expect((await effects(db)).map(({ n }) => n)).toEqual(upTo(WRITES));
  const { rows } = await sql`select completed::int, failed::int from job_totals`.execute(db.database.kysely);
  expect(rows).toEqual([{ completed: WRITES, failed: 0 }]);
});
