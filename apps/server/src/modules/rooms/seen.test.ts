import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { tryJob } from '../../../test/jobs.ts';
import { AttendanceBook } from './attendance.ts';
import { createRoomCleanup } from './cleanup.ts';
import { createSeen, defaultSeenTimings } from './seen.ts';

const HOUR_MS = 60 * 60 * 1000;

let server: TestApp;
let owner: TestUser;
let guest: TestUser;
let roomId: number;
beforeAll(async () => {
  server = await startTestApp();
  const make = factoriesFor(server);
  [owner, guest] = [await make.user(), await make.user()];
  roomId = (await make.room(owner)).id;
  await server.ask('POST', `/api/rooms/${roomId}/join`, { token: guest.token });
  await queries().updateTable('room_participants').set({ last_seen_at: new Date(Date.now() - 30 * HOUR_MS) }).execute();
});
afterAll(() => server.close());

const queries = () => server.db.database.kysely;
const log = pino({ level: 'silent' });
const people = async (): Promise<Map<number, number>> => {
  const rows = await queries().selectFrom('room_participants').select(['user_id', 'last_seen_at']).execute();
  return new Map(rows.map(({ user_id, last_seen_at }) => [user_id, last_seen_at.getTime()]));
};

test('[RO12] [RC2] Whoever has a room open is seen in it, and stays in it; who has closed it was seen until then', async () => {
  const [book, clock] = [new AttendanceBook(), { now: () => Date.now() }];
  const seen = createSeen({ queries: queries(), book, clock, log });
  const before = await people();
  book.arrive(roomId, { userId: owner.id, username: owner.username }, 'one');
  const since = Date.now();
  await seen.online();
  expect((await people()).get(guest.id)).toBe(before.get(guest.id));
  expect((await people()).get(owner.id)).toBeGreaterThanOrEqual(since);
  await queries().updateTable('room_participants').set({ last_seen_at: new Date(before.get(owner.id)!) }).where('user_id', '=', owner.id).execute();
  book.depart(roomId, owner.id, 'one');
  seen.note(roomId, owner.id);
  await seen.close();
  expect((await people()).get(owner.id)).toBeGreaterThanOrEqual(since);

  // The guest has just come, which nobody has written down yet.
  book.arrive(roomId, { userId: guest.id, username: guest.username }, 'two');
  const handlers = createRoomCleanup({ queries: queries(), attendance: book, clock, log });
  const takeOut = () => tryJob(handlers, 'cleanupInactiveParticipants', { hoursInactive: 1 }, { write: server.app.write });
  await takeOut();
  expect((await people()).size).toBe(2);
  expect((await people()).get(guest.id)).toBeGreaterThanOrEqual(since);
  book.depart(roomId, guest.id, 'two');
  await queries().updateTable('room_participants').set({ last_seen_at: new Date(before.get(guest.id)!) }).where('user_id', '=', guest.id).execute();
  await takeOut();
  expect([...(await people()).keys()]).toEqual([owner.id]);
});

test('[RC2] People online are written down more often than the shortest time after which they would be taken out', () => {
  expect(defaultSeenTimings.onlineMs).toBeLessThan(HOUR_MS);
});
