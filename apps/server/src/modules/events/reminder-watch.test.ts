import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { createReminderWatch } from './index.ts';

let server: TestApp;
let owner: TestUser;
beforeAll(async () => {
  server = await startTestApp({ SCHEDULES_ENABLED: 'false' });
  owner = await factoriesFor(server).user();
});
afterAll(() => server.close());

test('[ER1] What is due is found by itself, and nothing is written while nothing is', async () => {
  const startsAt = new Date(Date.now() + 23.5 * 3_600_000).toISOString();
  const { id } = (await server.ask('POST', '/api/events', { token: owner.token, body: { title: 'Soon', startsAt } })).body.data;
  const kysely = server.db.database.kysely;
  // Made too late for the first reminder; as if it had been made before.
  await kysely.updateTable('events').set({ due: 'day', due_at: new Date(Date.now() - 60_000) }).where('id', '=', id).execute();
  let writes = 0;
  const watch = createReminderWatch({
    queries: kysely, clock: { now: () => Date.now() }, log: pino({ level: 'silent' }), everyMs: 10,
    write(work) {
      writes += 1;
      return server.app.write(work);
    },
  });
  try {
    const told = async () => (await server.ask('GET', '/api/notices', { token: owner.token })).body.data.items;
    await expect.poll(told).toMatchObject([{ kind: 'event_reminder', before: 'day', eventId: id }]);
    await expect.poll(async () => (await kysely.selectFrom('events').select('due').where('id', '=', id).executeTakeFirstOrThrow()).due).toBe('hour');
    const written = writes;
    for (let looks = 0; looks < 5; looks += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(writes).toBe(written);
    expect(writes).toBe(1);
  } finally {
    await watch.close();
  }
});
