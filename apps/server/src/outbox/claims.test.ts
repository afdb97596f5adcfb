import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Queries, Tables, Tx } from '../db/index.ts';
import * as repo from './outbox.repo.ts';
import { ascending, job, recorder, startNode, testDatabase } from './test/support.ts';

/** A connection that tells the plan of every statement it runs. */
async function explained(connectionString: string): Promise<{ kysely: Queries; plans: string[] }> {
  const plans: string[] = [];
  const pool = new pg.Pool({ connectionString, max: 1 });
  // The pool forgets a client before its connection is closed; the database may be dropped in between.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('connect', (client) => client.on('notice', ({ message }) => plans.push(message ?? '')));
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(() => kysely.destroy());
  await sql`load 'auto_explain'`.execute(kysely);
  await sql`set auto_explain.log_min_duration = 0`.execute(kysely);
  await sql`set auto_explain.log_level = 'notice'`.execute(kysely);
  await sql`set client_min_messages = 'notice'`.execute(kysely);
  return { kysely, plans };
}

test('[OB2] [OB6] With 100,000 rows no claim reads the whole table', { timeout: 60_000 }, async () => {
  const db = await testDatabase();
  const queries = db.database.kysely;
  await sql`
    insert into outbox (id, kind, key, payload, available_at)
    select gen_random_uuid(), (array['a', 'b', 'c'])[1 + i % 3], case when i % 2 = 0 then 'key:' || (i % 5000) end, '{}',
      now() + (i % 100 - 50) * interval '1 minute'
    from generate_series(1, 100000) i
  `.execute(queries);
  await sql`analyze outbox`.execute(queries);
  const some = await queries.selectFrom('outbox').select(['id', 'key', 'seq']).where('key', 'is not', null).orderBy('seq').limit(20).execute();
  const ids = some.map((row) => row.id);
  const keys = some.map((row) => row.key!);
  const heads = some.map(({ id, key, seq }) => ({ id, key, seq, kind: 'a', payload: {}, attempts: 0 }));
  const claims: Record<string, (tx: Tx) => Promise<unknown>> = {
    claimDue: (tx) => repo.claimDue(tx, ['a', 'b', 'c'], 500),
    claimOwn: (tx) => repo.claimOwn(tx, ['a', 'b'], ids),
    claimHeads: (tx) => repo.claimHeads(tx, ['a', 'b'], keys),
    claimFollowers: (tx) => repo.claimFollowers(tx, heads, 500),
    stillThere: (tx) => repo.stillThere(tx, ids),
    release: (tx) => repo.release(tx, ids),
    remove: (tx) => repo.remove(tx, ids),
  };
  const { kysely, plans } = await explained(db.connectionString);
  for (const [name, claim] of Object.entries(claims)) {
    plans.length = 0;
    const startedAt = performance.now();
    await kysely.transaction().execute(claim);
    const ms = performance.now() - startedAt;
    const plan = plans.join('\n');
    expect(plan, name).toContain('outbox');
    expect(plan, name).toMatch(/Index/);
    expect(plan, name).not.toMatch(/Seq Scan on (?:public\.)?outbox/);
    expect(ms, name).toBeLessThan(5000);
  }
});

test('[OB2] A heap of one kind keeps another kind from nothing', async () => {
  const db = await testDatabase();
  await sql`
    insert into outbox (id, kind, payload, available_at)
    select gen_random_uuid(), 'test.fence', '{"n": 0}', now() - interval '1 hour' from generate_series(1, 2000)
  `.execute(db.database.kysely);
  await sql`
    insert into outbox (id, kind, payload, available_at) values (gen_random_uuid(), 'test.job', '{"n": 1}', now())
  `.execute(db.database.kysely);
  const claimed = await db.database.transaction((tx) => repo.claimDue(tx, ['test.fence', 'test.job'], 100));
  expect(claimed).toHaveLength(101);
  expect(claimed.filter((row) => row.kind === 'test.job')).toHaveLength(1);
});

test('[OB4] Only the first row of a key can be claimed, also while another transaction holds it', async () => {
  const db = await testDatabase();
  await sql`
    insert into outbox (id, kind, key, payload, available_at)
    select gen_random_uuid(), 'test.job', 'room:1', jsonb_build_object('n', i), now() - interval '1 hour' from generate_series(1, 3) i
  `.execute(db.database.kysely);
  await db.database.transaction(async (tx) => {
    const heads = await repo.claimHeads(tx, ['test.job'], ['room:1']);
    expect(heads.map((row) => row.payload)).toEqual([{ n: 1 }]);
    const others = await db.database.transaction(async (other) => [
      ...(await repo.claimHeads(other, ['test.job'], ['room:1'])),
      ...(await repo.claimDue(other, ['test.job'], 10)),
    ]);
    expect(others).toEqual([]);
    const followers = await repo.claimFollowers(tx, heads, 10);
    expect(followers.map((row) => row.payload)).toEqual([{ n: 2 }, { n: 3 }]);
  });
});

test('[OB2] A backlog of thousands is worked off in batches', async () => {
  const db = await testDatabase();
  await sql`
    insert into outbox (id, kind, key, payload, available_at)
    select gen_random_uuid(), 'test.job', case when i % 2 = 0 then 'room:' || (i % 7) end, jsonb_build_object('n', i), now()
    from generate_series(1, 5000) i
  `.execute(db.database.kysely);
  const jobs = recorder();
  const { outbox } = await startNode(db, [job.handler(jobs.apply)], { batchSize: 200 });
  await expect.poll(() => outbox.figures(), { timeout: 15_000 }).toMatchObject({ pending: 0, failed: 0 });
  expect(new Set(jobs.applied).size).toBe(5000);
  for (const room of [0, 1, 2, 3, 4, 5, 6]) {
    const ofRoom = jobs.applied.filter((n) => n % 2 === 0 && n % 7 === room);
    expect(ofRoom).toEqual(ofRoom.toSorted(ascending));
  }
});
