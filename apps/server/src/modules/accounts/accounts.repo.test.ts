import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../test/postgres.ts';
import { insertUser, isFirstUser } from './accounts.repo.ts';

test('[AC4] Of two first users the second waits to be told, and is told that there is one', async () => {
  const db = await createTestDatabase();
  onTestFinished(() => db.drop());
  const { database } = db;
  const waiting = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    `.execute(database.kysely);
    return rows[0]!.count;
  };
  let second: Promise<boolean> | undefined;
  const first = await database.transaction(async (tx) => {
    const told = await isFirstUser(tx);
    second = database.transaction((other) => isFirstUser(other));
    await expect.poll(waiting).toBe(1);
    await insertUser(tx, {
      email: 'ann@example.org', username: 'ann', displayName: 'Ann', passwordHash: '', role: 'admin', locale: 'en',
    });
    return told;
  });
  expect([first, await second]).toEqual([true, false]);
});
