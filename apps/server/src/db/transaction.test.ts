import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase({ migrated: false });
  await sql`CREATE TABLE counters (id integer PRIMARY KEY, value integer NOT NULL)`.execute(own.database.kysely);
});
afterAll(() => own?.drop());

describe('transaction', () => {
  test('what collides with others is run again until it holds', async () => {
    const { database } = own;
    await sql`INSERT INTO counters VALUES (1, 0)`.execute(database.kysely);
    let runs = 0;
    // Both have read before either writes, so that one of them must fail the first time.
    const bothRead = Promise.withResolvers<void>();
    const increment = () =>
      database.transaction(
        async (tx) => {
          runs += 1;
          const { rows } = await sql<{ value: number }>`SELECT value FROM counters WHERE id = 1`.execute(tx);
          if (runs === 2) bothRead.resolve();
          await bothRead.promise;
          await sql`UPDATE counters SET value = ${(rows[0]?.value ?? 0) + 1} WHERE id = 1`.execute(tx);
        },
        { isolation: 'serializable' },
      );
    await Promise.all([increment(), increment()]);
    const { rows } = await sql<{ value: number }>`SELECT value FROM counters WHERE id = 1`.execute(database.kysely);
    expect(rows).toEqual([{ value: 2 }]);
    expect(runs).toBeGreaterThanOrEqual(3);
  });

  test('two that deadlock both succeed in the end', async () => {
    const { database } = own;
    await sql`INSERT INTO counters VALUES (2, 0), (3, 0)`.execute(database.kysely);
    let firstLocks = 0;
    const bothLocked = Promise.withResolvers<void>();
    const touch = (first: number, second: number) =>
      database.transaction(async (tx) => {
        await sql`UPDATE counters SET value = value + 1 WHERE id = ${first}`.execute(tx);
        firstLocks += 1;
        if (firstLocks >= 2) bothLocked.resolve();
        await bothLocked.promise;
        await sql`UPDATE counters SET value = value + 1 WHERE id = ${second}`.execute(tx);
      });
    await Promise.all([touch(2, 3), touch(3, 2)]);
    const { rows } = await sql`SELECT value FROM counters WHERE id IN (2, 3)`.execute(database.kysely);
    expect(rows).toEqual([{ value: 2 }, { value: 2 }]);
    expect(firstLocks).toBe(3);
  });

  test('gives up after five attempts, with the failure itself', async () => {
    let runs = 0;
    const always = own.database.transaction(async (tx) => {
      runs += 1;
      await sql`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`.execute(tx);
    });
    await expect(always).rejects.toMatchObject({ code: '40001' });
    expect(runs).toBe(5);
  });

  test('any other failure is not repeated, and undoes the work', async () => {
    let runs = 0;
    const failing = own.database.transaction(async (tx) => {
      runs += 1;
      await sql`INSERT INTO counters VALUES (9, 0)`.execute(tx);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(runs).toBe(1);
    const { rows } = await sql`SELECT 1 FROM counters WHERE id = 9`.execute(own.database.kysely);
    expect(rows).toEqual([]);
  });
});
