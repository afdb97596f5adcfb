import { pino } from 'pino';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { startTestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';
import { tryJob } from '../../../test/jobs.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createChatCleanup } from '../chat/index.ts';
import { createAnalytics, mondays } from './analytics.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

test('[PE5] Weeks begin on Mondays, UTC, and follow one another', () => {
  for (const [now, monday] of [
    ['2030-05-06T00:00:00Z', '2030-05-06'], ['2030-05-12T23:59:59Z', '2030-05-06'], ['2030-05-05T23:59:59Z', '2030-04-29'],
    ['2030-01-01T12:00:00Z', '2029-12-31'],
  ] as const) {
    const weeks = mondays(Date.parse(now));
    expect([weeks.length, weeks.at(-1)]).toEqual([26, monday]);
    for (const [nth, week] of weeks.slice(1).entries()) expect(Date.parse(week) - Date.parse(weeks[nth]!)).toBe(7 * DAY_MS);
  }
});

test('[PE5] The figures are what happened, in all and by week, also of messages that were cleared away', async () => {
  const server = await startTestApp();
  onTestFinished(() => server.close());
  const make = factoriesFor(server);
  const { kysely: queries } = server.db.database;
  const [admin, ann, ben] = [await make.user(), await make.user(), await make.user()];
  const rooms = [await make.room(ann), await make.room(ben)];
  await server.ask('POST', `/api/rooms/${rooms[1]!.id}/join`, { token: ann.token, body: {} });
  for (const [from, to] of [[ann, ben], [ben, ann]] as const) {
    await server.ask('POST', '/api/friends/requests', { token: from.token, body: { userId: to.id } });
  }
  // Two of each kind that count in each of two weeks; one of them is cleared away, one deleted.
  const ages = [120, 120, 0, 0];
  for (const [nth, age] of ages.entries()) {
    const { id } = await make.message(ann, rooms[0]!.id, nth % 2 === 0 ? { clientMessageId: `m-${nth}` } : {});
    await queries.updateTable('chat_messages').set({ created_at: new Date(Date.now() - age * DAY_MS) }).where('id', '=', id).execute();
  }
  const deleted = await make.message(ann, rooms[0]!.id);
  await server.ask('DELETE', `/api/chat/${rooms[0]!.id}/messages/${deleted.id}`, { token: ann.token });
  await make.message(ben, rooms[1]!.id);
  const event = async (startsAt: number) => {
    const { rows } = await sql<{ id: number }>`
      insert into events (owner_id, title, starts_at, over_at)
      values (${ben.id}, 'E', ${new Date(startsAt)}, ${new Date(startsAt + DAY_MS)}) returning id`.execute(queries);
    await sql`insert into rsvps (event_id, user_id, status) values (${rows[0]!.id}, ${ann.id}, 'going')`.execute(queries);
  };
  await event(Date.now());
  await event(Date.now() - 400 * DAY_MS);
  await sql`insert into person_days (user_id, day, watched_ms) values (${ann.id}, ${new Date(Date.now() - 7 * DAY_MS)}::timestamptz at time zone 'UTC', 5430000)`.execute(queries);

  const figures = async () => createAnalytics({ queries, clock: systemClock }).of(ann.id);
  const before = await figures();
  const handlers = createChatCleanup({ queries, clock: systemClock, log: pino({ level: 'silent' }) });
  await tryJob(handlers, 'cleanupOldChatMessages', { daysOld: 90 }, { write: server.app.write });
  expect(await queries.selectFrom('chat_messages').select('id').where('user_id', '=', ann.id).where('deleted_at', 'is', null).execute()).toHaveLength(2);
  const after = await figures();
  expect({ ...after, at: before.at }).toEqual(before);
  expect(after.totals).toEqual({ roomsJoined: 2, minutesWatched: 91, messages: 4, events: 2, friends: 1 });
  expect(after.weeks.at(-1)).toMatchObject({ roomsJoined: 2, minutesWatched: 0, messages: 2, events: 1, friends: 1 });
  expect(after.weeks.at(-2)).toMatchObject({ roomsJoined: 0, minutesWatched: 91, messages: 0 });
  expect(after.weeks.map(({ messages }) => messages).filter((count) => count > 0)).toEqual([2, 2]);

  const path = `/api/users/${ann.id}/analytics`;
  expect((await server.ask('GET', path, { token: ann.token })).body.data.totals).toEqual(after.totals);
  expect((await server.ask('GET', path, { token: admin.token })).body).toMatchObject({ _cached: true, _cacheKey: `cache:user:${ann.id}:analytics` });
  expect((await server.ask('GET', path, { token: ben.token })).body.code).toBe('auth.forbidden');
  expect((await server.ask('GET', '/api/users/2000000000/analytics', { token: admin.token })).body.code).toBe('accounts.not_found');
});

test('[PE3] [PE5] What searches and figures show is at most half a minute old, by their policies', async () => {
  const { peoplePolicies } = await import('./people.cache.ts');
  for (const { freshness, maxAgeMs } of [peoplePolicies.search, peoplePolicies.analytics]) {
    expect([freshness, maxAgeMs]).toEqual([{ boundedMs: 30_000 }, 30_000]);
  }
});
