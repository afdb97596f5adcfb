import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase({ migrated: false });
});
afterAll(() => own?.drop());

test('columns arrive as the types that Tables names', async () => {
  const { rows } = await sql`SELECT
      9007199254740991::bigint AS safe, 9007199254740993::bigint AS huge, ARRAY[1, NULL]::bigint[] AS many,
      count(*) AS count, DATE '2024-02-29' AS day, TIMESTAMPTZ '2024-02-29 12:00+03' AS moment,
      1.50::numeric AS exact, '{"a": 1}'::jsonb AS json`.execute(own.database.kysely);
  expect(rows).toEqual([
    {
      safe: 9007199254740991,
      huge: '9007199254740993',
      many: [1, null],
      count: 1,
      day: '2024-02-29',
      moment: new Date('2024-02-29T09:00:00Z'),
      exact: '1.50',
      json: { a: 1 },
    },
  ]);
});

test('every connection carries its limits', async () => {
  const { rows } = await sql`SELECT current_setting('statement_timeout') AS statement,
      current_setting('lock_timeout') AS lock, current_setting('idle_in_transaction_session_timeout') AS idle,
      current_setting('application_name') AS name, current_setting('TimeZone') AS zone`.execute(own.database.kysely);
  expect(rows).toEqual([{ statement: '10s', lock: '5s', idle: '10s', name: 'watchparty', zone: 'UTC' }]);
});
