import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../test/postgres.ts';
import { marking } from './test/node.ts';
import { createLedger } from './ledger.ts';

async function setUp() {
  const db = await createTestDatabase();
  onTestFinished(() => db.drop());
  const { kysely } = db.database;
  // Two nodes of one database.
  return { kysely, here: createLedger(kysely), there: createLedger(kysely) };
}
const kind = { ...marking, accepts: () => true };

test('[JB7] What a node says it runs all nodes hear, until it has been silent for some seconds', async () => {
  const { kysely, here, there } = await setUp();
  const [said, other] = [{ id: randomUUID(), kind }, { id: randomUUID(), kind }];
  expect(await there.saidRunning(said)).toBe(false);
  await here.sayRunning([said.id]);
  expect(await Promise.all([there.saidRunning(said), there.saidRunning(other)])).toEqual([true, false]);
  await sql`update job_runs set beat_at = beat_at - interval '4 seconds'`.execute(kysely);
  expect(await there.saidRunning(said)).toBe(false);
  await here.sayRunning([said.id, other.id]);
  expect(await Promise.all([there.saidRunning(said), there.saidRunning(other)])).toEqual([true, true]);
});

test('[JB7] While it has not heard the others since the database came back, a node takes everything for running', async () => {
  const { kysely, here } = await setUp();
  const job = { id: randomUUID(), kind };
  await sql`alter table job_runs rename to away`.execute(kysely);
  await expect(here.saidRunning(job)).rejects.toThrow('job_runs');
  await sql`alter table away rename to job_runs`.execute(kysely);
  expect(await here.saidRunning(job)).toBe(true);
  await expect.poll(() => here.saidRunning(job)).toBe(false);
});
