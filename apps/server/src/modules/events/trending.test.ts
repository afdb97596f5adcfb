import type { RsvpStatus } from '@watchparty/protocol';
import { between, runSeed, seeded } from '@watchparty/redis-kit/test/history';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres.ts';
import { cellOf, cellsAround, regionGrid } from './discovery-grid.ts';
import * as rsvps from './rsvps.repo.ts';
import { createTrending, relisted, trendMoved } from './trending.ts';
import { EPOCH_MS, HALF_LIFE_MS, top, WEIGHTS } from './trending.repo.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const seed = runSeed(process.env);

let db: TestDatabase;
let ownerId: number;
let userIds: number[];
beforeAll(async () => {
  db = await createTestDatabase();
  const people = Array.from({ length: 13 }, (_, nth) =>
    ({ username: `user${nth}`, display_name: 'A user', email: `user${nth}@example.org`, password_hash: 'x', role: 'user' as const }));
  const ids = await db.database.kysely.insertInto('users').values(people).returning('id').execute();
  [ownerId, ...userIds] = ids.map(({ id }) => id) as [number, ...number[]];
});
afterAll(() => db.drop());

const queries = () => db.database.kysely;
const noEffects = { add: () => {} };

async function makeEvents(count: number, given: object = {}): Promise<number[]> {
  const rows = await queries().insertInto('events').values(Array.from({ length: count }, () => ({
    owner_id: ownerId, title: 'An event', starts_at: new Date(START_MS + 9000 * DAY_MS), over_at: new Date(START_MS + 9001 * DAY_MS), ...given,
  }))).returning('id').execute();
  return rows.map(({ id }) => id);
}

/** As answers are written: what they were, what becomes of them, all in one transaction. */
async function answer(nowMs: number, answers: readonly { eventId: number; userId: number; after: RsvpStatus | null }[]): Promise<void> {
  const now = new Date(nowMs);
  await db.database.transaction(async (tx) => {
    const before = new Map((await tx.selectFrom('rsvps').select(['event_id', 'user_id', 'status']).execute())
      .map(({ event_id, user_id, status }) => [`${event_id} ${user_id}`, status]));
    await trendMoved(tx, answers.map((one) => ({ ...one, before: before.get(`${one.eventId} ${one.userId}`) ?? null })), now);
    await rsvps.remove(tx, answers.filter(({ after }) => after === null));
    await rsvps.upsert(tx, answers.flatMap(({ eventId, userId, after }) => (after === null ? [] : [{
      eventId, userId, status: after, position: after === 'waitlisted' ? userId : null, wantsMail: false,
    }])), now);
  });
}

/** From all answers there are, as the rule says it. */
async function scoreOf(eventId: number): Promise<number> {
  const ages = (await queries().selectFrom('rsvps').select(['status', 'created_at']).where('event_id', '=', eventId).execute())
    .filter(({ status }) => status !== 'declined')
    .map(({ status, created_at }) => Math.log2(WEIGHTS[status]) + (created_at.getTime() - EPOCH_MS) / HALF_LIFE_MS);
  const peak = Math.max(...ages);
  return peak + Math.log2(ages.reduce((sum, age) => sum + 2 ** (age - peak), 0));
}

const stored = async (eventId: number): Promise<number | undefined> =>
  (await queries().selectFrom('event_trends').select('score').where('event_id', '=', eventId).executeTakeFirst())?.score;
const trending = (nowMs: number) => createTrending({ queries: queries(), clock: { now: () => nowMs } });
const idsOf = async (list: Promise<{ items: { id: number }[] }>): Promise<number[]> => (await list).items.map(({ id }) => id);

test(`[ED6] [ED7] Whatever people answer and change, in groups and over years, the score is what their answers say (HISTORY_SEED=${seed})`, async () => {
  const random = seeded(seed);
  const integer = (low: number, high: number): number => between(random, low, high);
  const events = await makeEvents(5);
  let nowMs = START_MS;
  let checked = 0;
  for (let step = 0; step < 60; step += 1) {
    nowMs += [0, 1, 60_000, DAY_MS / 3, 40 * DAY_MS][integer(0, 4)]!;
    const answers = new Map<string, { eventId: number; userId: number; after: RsvpStatus | null }>();
    for (let nth = integer(1, 12); nth > 0; nth -= 1) {
      const one = {
        eventId: events[integer(0, 4)]!, userId: userIds[integer(0, 11)]!,
        after: (['going', 'waitlisted', 'interested', 'declined', null] as const)[integer(0, 4)]!,
      };
      answers.set(`${one.eventId} ${one.userId}`, one);
    }
    await answer(nowMs, [...answers.values()]);
    for (const eventId of events) {
      const [expected, score] = [await scoreOf(eventId), await stored(eventId)];
      // What is taken away may have weighed 2^n times what is left, and takes its last digits with it.
      const negligible = expected < (nowMs - EPOCH_MS) / HALF_LIFE_MS - 25;
      expect(negligible ? score === undefined || score < (nowMs - EPOCH_MS) / HALF_LIFE_MS - 20 : Math.abs(score! - expected) < 1e-6).toBe(true);
      checked += 1;
    }
  }
  expect(checked).toBe(300);
  // Reckoned anew after a change of the event it is exact.
  await db.database.transaction((tx) => relisted(tx, noEffects, events, new Date(nowMs)));
  for (const eventId of events) {
    const expected = await scoreOf(eventId);
    if (expected === -Infinity) expect(await stored(eventId)).toBeUndefined();
    else expect(await stored(eventId)).toBeCloseTo(expected, 8);
  }
});

test('[ED6] [ED7] [ED8] Going counts more than being interested, of late more than long ago, and each person once', async () => {
  const [old, interested, going, toggled] = (await makeEvents(4)) as [number, number, number, number];
  const [a, b, c, d] = userIds as [number, number, number, number];
  const todayMs = START_MS + 4000 * DAY_MS;
  await answer(todayMs - 3 * DAY_MS, [a, b].map((userId) => ({ eventId: old, userId, after: 'going' })));
  await answer(todayMs, [a, b].map((userId) => ({ eventId: interested, userId, after: 'interested' })));
  await answer(todayMs, [c].map((userId) => ({ eventId: going, userId, after: 'going' })));
  for (let nth = 0; nth < 20; nth += 1) await answer(todayMs, [{ eventId: toggled, userId: d, after: nth % 2 === 0 ? 'going' : 'interested' }]);
  const latest = await idsOf(trending(todayMs).trending('everywhere', 4));
  expect(latest).toEqual([going, interested, toggled, old]);
});

test('[ED9] Around a place: its region and those that touch it, across the 180th meridian and at the poles', async () => {
  const todayMs = START_MS + 5000 * DAY_MS;
  const at = async (lat: number, lng: number) => {
    const [id] = (await makeEvents(1, { lat, lng })) as [number];
    await answer(todayMs, [{ eventId: id, userId: userIds[0]!, after: 'going' }]);
    return id;
  };
  const [west, east, far] = [await at(10, -179.9), await at(10, 179.9), await at(10, 170)];
  const [pole, otherSide] = [await at(89, 0), await at(89, 180)];
  const around = (lat: number, lng: number) => idsOf(trending(todayMs).trending(cellOf(regionGrid, { lat, lng }), 10));
  expect(await around(10, 179.5)).toEqual([west, east]);
  expect(await around(10, -179.5)).toEqual([west, east]);
  expect(await around(10, 171)).toEqual([far]);
  expect(await around(88, 90)).toEqual([pole, otherSide]);
  for (const lat of [-90, -89, -60, 0, 59.9, 60, 74.9, 75, 90]) {
    for (const lng of [-180, -179.9, 0, 179.9, 180]) {
      const cell = cellOf(regionGrid, { lat, lng });
      const near = cellsAround(regionGrid, cell);
      expect([near.includes(cell), new Set(near).size], `${lat}, ${lng}`).toEqual([true, near.length]);
    }
  }
});

test('[ED10] What is hidden, cancelled or over is in no list, and its row goes', async () => {
  const todayMs = START_MS + 6000 * DAY_MS;
  const events = (await makeEvents(5)) as [number, number, number, number, number];
  const [kept, hidden, cancelled, over, removed] = events;
  await answer(todayMs, events.map((eventId) => ({ eventId, userId: userIds[0]!, after: 'going' })));
  const listed = async () => (await idsOf(trending(todayMs).trending('everywhere', 5))).toSorted((a, b) => a - b);
  expect(await listed()).toEqual(events);
  const change = (id: number, columns: object) => queries().updateTable('events').set(columns).where('id', '=', id).execute();
  await change(hidden, { visibility: 'friends' });
  await change(cancelled, { cancelled_at: new Date(todayMs) });
  await change(over, { starts_at: new Date(todayMs - 2), over_at: new Date(todayMs) });
  await queries().deleteFrom('events').where('id', '=', removed).execute();
  // Even before the scores know of it.
  const others = (ids: number[]) => ids.filter((id) => events.includes(id));
  expect(others(await listed())).toEqual([kept]);
  await queries().updateTable('event_trends').set({ over_at: new Date(todayMs) }).where('event_id', '=', over).execute();
  expect(await trending(todayMs).sweepTrends((work) => db.database.transaction((tx) => work(tx, noEffects)))).toBe(1);
  await db.database.transaction((tx) => relisted(tx, noEffects, [hidden, cancelled], new Date(todayMs)));
  const rows = await queries().selectFrom('event_trends').select('event_id').where('event_id', 'in', events).execute();
  expect(rows).toEqual([{ event_id: kept }]);
  // An answer brings none of them back.
  await answer(todayMs, [hidden, cancelled].map((eventId) => ({ eventId, userId: userIds[1]!, after: 'going' })));
  expect(await stored(hidden)).toBeUndefined();
  await change(hidden, { visibility: 'public' });
  await db.database.transaction((tx) => relisted(tx, noEffects, [hidden], new Date(todayMs)));
  expect((await top(queries(), new Date(todayMs), 5)).map(({ id }) => id)).toContain(hidden);
  expect(await stored(hidden)).toBeCloseTo(await scoreOf(hidden), 8);
});
