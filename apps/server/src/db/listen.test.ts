import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { until } from './test/processes.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase({ migrated: false });
});
afterAll(() => own?.drop());

const CHANNEL = 'Odd "channel"';
const notify = (payload: string) => sql`SELECT pg_notify(${CHANNEL}, ${payload})`.execute(own.database.kysely);

test('notifications arrive, also after the connection was lost, which is told', async () => {
  const payloads: string[] = [];
  let reconnects = 0;
  const subscription = await own.database.listen(
    CHANNEL,
    (payload) => {
      payloads.push(payload);
      if (payload === 'poison') throw new Error('a handler’s mistake');
    },
    () => (reconnects += 1),
  );
  await notify('poison');
  await notify('first');
  await until(() => payloads.includes('first'));
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name LIKE 'watchparty listen%'`.execute(
    own.database.kysely,
  );
  await until(() => reconnects === 1);
  await notify('second');
  await until(() => payloads.includes('second'));
  await subscription.close();
  await subscription.close();
  await notify('third');
  const { rows } = await sql`SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'watchparty listen%'`.execute(own.database.kysely);
  expect(rows).toEqual([]);
  expect(payloads).toEqual(['poison', 'first', 'second']);
});
