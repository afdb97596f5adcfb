import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../test/postgres.ts';
import { createOutbox } from '../../outbox/index.ts';
import { createSessions } from './index.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test('[SE1] [SE5] An access token ends after 15 minutes, a session 14 days after its last refresh', async () => {
  const db = await createTestDatabase();
  let now = Date.parse('2030-01-01T00:00:00Z');
  const clock = { now: () => now };
  const outbox = await createOutbox({ database: db.database, handlers: [], clock, log: pino({ level: 'silent' }) });
  onTestFinished(async () => {
    await outbox.close();
    await db.drop();
  });
  const queries = db.database.kysely;
  const { id: userId } = await queries.insertInto('users')
    .values({ email: 'ann@example.org', username: 'ann', display_name: 'Ann', password_hash: '' }).returning('id').executeTakeFirstOrThrow();
  const sessions = createSessions({ queries, secret: randomBytes(32), clock });
  const open = () => outbox.write((tx) => sessions.open(tx, userId, { userAgent: 'test', ip: '::1' }));
  const refused = { code: 'auth.refresh_token_invalid' };

  const first = await open();
  now += 15 * MINUTE - 1000;
  expect(await sessions.authenticate(first.accessToken)).toEqual({ userId, username: 'ann', role: 'user', sessionId: first.sessionId });
  now += 1000;
  await expect(sessions.authenticate(first.accessToken)).rejects.toMatchObject({ code: 'auth.token_invalid', detail: 'The access token has expired' });

  const idle = await open();
  now += 14 * DAY - 1;
  const kept = await sessions.refresh(outbox.write, idle.refreshToken);
  // `first` was opened a quarter of an hour earlier: its 14 days are over.
  await expect(sessions.refresh(outbox.write, first.refreshToken)).rejects.toMatchObject(refused);
  now += 14 * DAY - 1;
  const again = await sessions.refresh(outbox.write, kept.refreshToken);
  expect((await sessions.authenticate(again.accessToken)).sessionId).toBe(idle.sessionId);
  now += 14 * DAY;
  await expect(sessions.refresh(outbox.write, again.refreshToken)).rejects.toMatchObject(refused);
});
