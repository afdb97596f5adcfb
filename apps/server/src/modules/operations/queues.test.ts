import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

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
const get = (path: string) => server.ask('GET', path, { token: admin.token });
const post = (path: string, body?: object, headers: Record<string, string> = {}) =>
  server.ask('POST', path, { token: admin.token, headers, ...(body && { body }) });
const stats = async () => (await get('/api/queues/stats')).body.data;

async function idleRoom(days: number): Promise<number> {
  const { id } = await make.room(user);
  const then = new Date(Date.now() - days * DAY_MS);
  await queries().updateTable('rooms').set({ last_activity_at: then }).where('id', '=', id).execute();
  await queries().updateTable('room_participants').set({ last_seen_at: then }).where('room_id', '=', id).execute();
  return id;
}
const isActive = async (id: number): Promise<boolean> => (await server.ask('GET', `/api/rooms/${id}`)).body.data.isActive;

test('[QU1] The queues are for administrators', async () => {
  const id = randomUUID();
  const routes = [
    ['GET', '/stats'], ['POST', '/cleanup'], ['POST', '/report'], ['GET', '/reports'], ['GET', `/reports/${id}`],
    ['GET', '/failed'], ['POST', `/failed/${id}/retry`],
  ] as const;
  for (const [method, path] of routes) {
    expect((await server.ask(method, `/api/queues${path}`)).status, path).toBe(401);
    expect((await server.ask(method, `/api/queues${path}`, { token: user.token })).status, path).toBe(403);
  }
  expect((await stats()).roomCleanup.total).toBe(0);
});

test('[QU2] The statistics show what was done, and their totals', async () => {
  const { completed } = (await stats()).roomCleanup;
  await post('/api/queues/cleanup', { daysInactive: 30 });
  const idle = { waiting: 0, active: 0, failed: 0, delayed: 0 };
  // Two people have registered, and were welcomed by mail.
  await expect.poll(async () => (await get('/api/queues/stats')).body).toEqual({
    success: true,
    data: {
      email: { queueName: 'email', ...idle, completed: 2, total: 2 },
      imageProcessing: { queueName: 'imageProcessing', ...idle, completed: 0, total: 0 },
      roomCleanup: { queueName: 'roomCleanup', ...idle, completed: completed + 1, total: completed + 1 },
      events: { queueName: 'events', ...idle, completed: 0, total: 0 },
    },
  });
});

describe('[QU3] A clean-up', () => {
  test('of rooms is what is meant when nothing is said, at the age that is said or that of the schedule', async () => {
    const [old, older] = [await idleRoom(20), await idleRoom(40)];
    const first = await post('/api/queues/cleanup');
    expect(first).toMatchObject({ status: 202, body: { data: { jobId: expect.any(String), name: 'cleanupInactiveRooms', queueName: 'roomCleanup' } } });
    await expect.poll(() => isActive(older)).toBe(false);
    expect(await isActive(old)).toBe(true);
    await post('/api/queues/cleanup', { daysInactive: 15 });
    await expect.poll(() => isActive(old)).toBe(false);
  });

  test('of messages, participants and sessions is done', async () => {
    const { id } = await make.room(user);
    const message = await make.message(user, id);
    await queries().updateTable('chat_messages').set({ created_at: new Date(Date.now() - 8 * DAY_MS) }).where('id', '=', message.id).execute();
    await queries().updateTable('room_participants').set({ last_seen_at: new Date(Date.now() - DAY_MS / 2) }).where('room_id', '=', id).execute();
    const other = await make.user();
    await queries().updateTable('sessions').set({ expires_at: new Date(Date.now() - 1) }).where('id', '=', other.sessionId).execute();
    for (const body of [
      { job: 'cleanupOldChatMessages', daysOld: 7 }, { job: 'cleanupInactiveParticipants', hoursInactive: 6 }, { job: 'cleanupExpiredSessions' },
    ]) {
      expect(await post('/api/queues/cleanup', body)).toMatchObject({ status: 202, body: { data: { name: body.job } } });
    }
    const left = async () => [
      (await server.ask('GET', `/api/chat/${id}/messages`, { token: admin.token })).body.data.items.length,
      (await server.ask('GET', `/api/rooms/${id}`)).body.data.participantCount,
      (await queries().selectFrom('sessions').select('id').where('id', '=', other.sessionId).execute()).length,
    ];
    await expect.poll(left).toEqual([0, 0, 0]);
  });

  test.each([
    [{ job: 'cleanupOldChatMessages', daysInactive: 7 }, '/body/daysInactive'],
    [{ daysOld: 7 }, '/body/daysOld'],
    [{ job: 'cleanupExpiredSessions', hoursInactive: 7 }, '/body/hoursInactive'],
    [{ daysInactive: 0 }, '/body/daysInactive'],
    [{ job: 'cleanupEverything' }, '/body/job'],
  ])('with %j is refused', async (body, field) => {
    const { status, body: problem } = await post('/api/queues/cleanup', body);
    expect([status, problem.code, problem.errors[0].field]).toEqual([400, 'request.invalid', field]);
  });

  test.each(['/api/queues/cleanup', '/api/queues/report'])('by %s with an Idempotency-Key is one job, however often it is sent', async (path) => {
    const before = (await stats()).roomCleanup.completed;
    const key = { 'idempotency-key': `once-${path}` };
    const first = await post(path, {}, key);
    expect((await post(path, {}, key)).body).toEqual(first.body);
    const last = await post(path, {});
    expect(last.body.data.jobId).not.toBe(first.body.data.jobId);
    await expect.poll(async () => (await stats()).roomCleanup).toMatchObject({ completed: before + 2, waiting: 0, active: 0 });
  });
});

test('[QU3] [AR4] A report is found under its job’s id when it is written', async () => {
  const { status, body } = await post('/api/queues/report', { days: 3 });
  expect([status, body.data.name]).toEqual([202, 'generateActivityReport']);
  const path = `/api/queues/reports/${body.data.jobId}`;
  await expect.poll(async () => (await get(path)).status).toBe(200);
  expect((await get(path)).body.data).toMatchObject({ id: body.data.jobId, totals: { rooms: expect.any(Number) } });
  expect((await get(path)).body.data.days).toHaveLength(3);
});

test('[QU4] Failed jobs are listed by queue, page by page, and retried', async () => {
  const idle = await idleRoom(40);
  const failures = ['cleanupInactiveRooms', 'cleanupExpiredSessions', 'cleanupExpiredSessions'].map((name, at) => ({
    id: randomUUID(), name, payload: name === 'cleanupInactiveRooms' ? { daysInactive: 30 } : {},
    failedAt: new Date(Date.now() - at * 1000), error: `No. ${at}`,
  }));
  for (const { id, name, payload, failedAt, error } of failures) {
    await sql`
      insert into jobs (id, queue, name, payload, failed_at, last_error)
      values (${id}, 'roomCleanup', ${name}, ${JSON.stringify(payload)}, ${failedAt}, ${error})
    `.execute(queries());
  }
  const failed = async (query = '') => (await get(`/api/queues/failed${query}`)).body.data;
  const shown = failures.map((job) => (
    { ...job, queueName: 'roomCleanup', createdAt: expect.any(String), failedAt: job.failedAt.toISOString() }
  ));
  expect(await failed('?limit=2')).toEqual({ page: 1, limit: 2, total: 3, items: shown.slice(0, 2) });
  expect((await failed('?limit=2&page=2')).items).toEqual(shown.slice(2));
  expect([(await failed('?queue=email')).total, (await failed('?queue=roomCleanup')).total]).toEqual([0, 3]);
  const retry = () => post(`/api/queues/failed/${failures[0]!.id}/retry`);
  expect((await retry()).status).toBe(200);
  await expect.poll(() => isActive(idle)).toBe(false);
  expect((await failed()).total).toBe(2);
  expect((await retry()).body.code).toBe('queues.job_not_found');
  expect((await get('/api/queues/failed?queue=mine')).status).toBe(400);
});
