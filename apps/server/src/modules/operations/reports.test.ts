import type { ActivityReport } from '@watchparty/protocol';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { tryJob } from '../../../test/jobs.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import { countMessagesOfDay } from '../chat/index.ts';
import { createReports } from './index.ts';

/** Noon of a day that this process has not seen. */
const NOW_MS = Date.parse('2031-05-10T12:00:00Z');

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
let user: TestUser;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  [admin, user] = [await make.user(), await make.user()];
});
afterAll(() => server.close());

const queries = () => server.db.database.kysely;

/** Writes a report as its job does, at noon of 2031-05-10. */
async function write(days: number, { id = uuidv7(Date.now()), done = () => Promise.resolve() } = {}): Promise<string> {
  const reports = createReports({ queries: queries(), countMessagesOfDay, clock: { now: () => NOW_MS }, log: pino({ level: 'silent' }) });
  await tryJob(reports.handlers, 'generateActivityReport', { days }, { write: server.app.write, id, done });
  return id;
}

const read = async (id: string): Promise<ActivityReport> =>
  (await server.ask('GET', `/api/queues/reports/${id}`, { token: admin.token })).body.data;

async function say(roomId: number, day: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const { id } = await make.message(user, roomId);
    await queries().updateTable('chat_messages').set({ created_at: new Date(`${day}T23:59:59.999Z`) }).where('id', '=', id).execute();
  }
}

const watch = (roomId: number, day: string, minutes: number, peak: number, joins: number) =>
  queries().insertInto('room_days').values({ room_id: roomId, day, watched_ms: minutes * 60_000, peak_participants: peak, joins }).execute();

test('[AR1] [AR2] [AR3] It adds up each day and each room, the most active first', async () => {
  const [chatty, watchful, quiet] = [await make.room(user, { name: 'Chatty' }), await make.room(user, { name: 'Watchful', isPrivate: true, password: 'sesame' }), await make.room(user)];
  await say(chatty.id, '2031-05-09', 3);
  await say(chatty.id, '2031-05-10', 1);
  await say(quiet.id, '2031-05-06', 2);
  await watch(watchful.id, '2031-05-08', 90, 7, 4);
  await watch(watchful.id, '2031-05-10', 30, 3, 1);
  await watch(chatty.id, '2031-05-10', 1, 5, 5);
  const report = await read(await write(4));
  const none = { messages: 0, watchSeconds: 0, joins: 0, peakParticipants: 0 };
  expect(report).toMatchObject({
    from: '2031-05-07', to: '2031-05-10', createdAt: '2031-05-10T12:00:00.000Z',
    totals: { messages: 4, watchSeconds: 121 * 60, joins: 10, peakParticipants: 7, rooms: 3, activeRooms: 3 },
  });
  expect(report.days).toEqual([
    { day: '2031-05-07', ...none },
    { day: '2031-05-08', ...none, watchSeconds: 5400, joins: 4, peakParticipants: 7 },
    { day: '2031-05-09', ...none, messages: 3 },
    { day: '2031-05-10', messages: 1, watchSeconds: 31 * 60, joins: 6, peakParticipants: 5 },
  ]);
  expect(report.rooms).toEqual([
    {
      roomId: watchful.id, name: 'Watchful', isPrivate: true, isActive: true, participantCount: 1, lastActivityAt: expect.any(String),
      messages: 0, watchSeconds: 7200, joins: 5, peakParticipants: 7,
    },
    expect.objectContaining({ roomId: chatty.id, messages: 4, watchSeconds: 60, joins: 5, peakParticipants: 5 }),
  ]);
});

test('[AR2] What was said counts although it is gone; what was not there yet is counted the next time', async () => {
  const room = await make.room(user);
  await say(room.id, '2031-04-30', 2);
  const messages = async () => (await read(await write(30))).days.find(({ day }) => day === '2031-04-30')!.messages;
  expect(await messages()).toBe(2);
  await say(room.id, '2031-04-30', 1);
  expect(await messages()).toBe(3);
  await queries().deleteFrom('chat_messages').where('room_id', '=', room.id).execute();
  expect(await messages()).toBe(3);
  await server.ask('DELETE', `/api/rooms/${room.id}`, { token: user.token });
  expect(await messages()).toBe(3);
});

test('[AR4] It is written once for its job, with what records that the job is done', async () => {
  const id = randomUUID();
  await expect(write(1, { id, done: () => Promise.reject(new Error('Recorded by another try')) })).rejects.toThrow('Recorded');
  expect((await server.ask('GET', `/api/queues/reports/${id}`, { token: admin.token })).body.code).toBe('queues.report_not_found');
  await write(1, { id });
  await expect(write(1, { id })).rejects.toThrow('activity_reports_pkey');
  expect((await read(id)).id).toBe(id);
});

test('[AR4] Reports are listed with their totals, the newest first, page by page', async () => {
  await queries().deleteFrom('activity_reports').execute();
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    ids.unshift(await write(1));
    await queries().updateTable('activity_reports').set({ created_at: new Date(NOW_MS + n) }).where('id', '=', ids[0]!).execute();
  }
  const list = async (query: string) => (await server.ask('GET', `/api/queues/reports${query}`, { token: admin.token })).body.data;
  expect(await list('?limit=2')).toMatchObject({ total: 3, page: 1, limit: 2, items: [{ id: ids[0] }, { id: ids[1] }] });
  expect((await list('?limit=2&page=2')).items).toEqual([{ id: ids[2], from: '2031-05-10', to: '2031-05-10', createdAt: expect.any(String), totals: expect.objectContaining({ rooms: expect.any(Number) }) }]);
});
