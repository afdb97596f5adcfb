import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryCaching } from '../../../test/memory-caching.ts';
import { createTestDatabase } from '../../../test/postgres.ts';
import { createOutbox } from '../../outbox/index.ts';
import { createSessions } from './index.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A user's sessions at a time of our own. */
async function prepare() {
  const db = await createTestDatabase();
  let now = Date.parse('2030-01-01T00:00:00Z');
  const clock = { now: () => now };
  const caching = createMemoryCaching(clock);
  const outbox = await createOutbox({ database: db.database, handlers: [caching.handler], clock, log: pino({ level: 'silent' }) });
  onTestFinished(async () => {
    await outbox.close();
    await caching.cache.close();
    await db.drop();
  });
  const queries = db.database.kysely;
  const { id: userId } = await queries.insertInto('users')
    .values({ email: 'ann@example.org', username: 'ann', display_name: 'Ann', password_hash: '' }).returning('id').executeTakeFirstOrThrow();
  const sessions = createSessions({ queries, secret: randomBytes(32), clock, reads: caching.reads });
  return {
    userId, sessions, identity: sessions.identity, queries, write: outbox.write,
    now: () => now,
    pass(ms: number) {
      now += ms;
    },
    open: () => outbox.write((tx) => sessions.open(tx, userId, { userAgent: 'test', ip: '::1' })),
  };
}

test('[SE1] [SE5] An access token ends after 15 minutes, a session 14 days after its last refresh', async () => {
  const { sessions, identity, userId, write, open, pass } = await prepare();
  const refused = { code: 'auth.refresh_token_invalid' };

  const first = await open();
  pass(15 * MINUTE - 1000);
  expect(await identity.authenticate(first.accessToken)).toEqual({ userId, username: 'ann', role: 'user', sessionId: first.sessionId });
  expect(identity.verified(first.accessToken)).toMatchObject({ userId, sessionId: first.sessionId });
  pass(1000);
  expect(identity.verified(first.accessToken)).toBeUndefined();
  await expect(identity.authenticate(first.accessToken)).rejects.toMatchObject({ code: 'auth.token_invalid', detail: 'The access token has expired' });

  const idle = await open();
  pass(14 * DAY - 1);
  const kept = await sessions.refresh(write, idle.refreshToken);
  // `first` was opened a quarter of an hour earlier: its 14 days are over.
  await expect(sessions.refresh(write, first.refreshToken)).rejects.toMatchObject(refused);
  pass(14 * DAY - 1);
  const again = await sessions.refresh(write, kept.refreshToken);
  expect((await identity.authenticate(again.accessToken)).sessionId).toBe(idle.sessionId);
  pass(14 * DAY);
  await expect(sessions.refresh(write, again.refreshToken)).rejects.toMatchObject(refused);
});

test('[SE5] [SE6] A session that the cache keeps ends on time, and not before when it was refreshed', async () => {
  const { sessions, identity, queries, write, open, pass, now } = await prepare();
  const [ending, refreshed] = [await open(), await open()];
  await queries.updateTable('sessions').set({ expires_at: new Date(now() + 5 * MINUTE) }).execute();
  for (const { accessToken } of [ending, refreshed]) await identity.authenticate(accessToken);
  pass(5 * MINUTE - 1);
  await identity.authenticate(ending.accessToken);
  const { accessToken } = await sessions.refresh(write, refreshed.refreshToken);
  pass(1);
  await expect(identity.authenticate(ending.accessToken)).rejects.toMatchObject({ code: 'auth.token_invalid', detail: 'The session has ended' });
  for (const token of [refreshed.accessToken, accessToken]) {
    expect((await identity.authenticate(token)).sessionId).toBe(refreshed.sessionId);
  }
});
