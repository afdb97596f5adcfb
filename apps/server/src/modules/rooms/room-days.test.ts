import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { tryJob } from '../../../test/jobs.ts';
import { AttendanceBook } from './attendance.ts';
import { createRoomCleanup } from './index.ts';
import { recordWatched } from './room-days.repo.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let guest: TestUser;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  [owner, guest] = [await make.user(), await make.user()];
});
afterAll(() => server.close());

const queries = () => server.db.database.kysely;
const ask = (user: TestUser, method: string, path: string, body?: object) => server.ask(method, path, { token: user.token, ...(body && { body }) });

interface Scene {
  /** When the film was set in motion, from its beginning, at rate 1. */
  readonly playingSince: string;
  readonly durationSeconds?: number;
  readonly rate?: number;
  /** When people joined, and were last seen. */
  readonly people: Readonly<Record<string, { joined: string; seen?: string }>>;
}

/** A room in which the film has been playing for a while. */
async function scene({ playingSince, durationSeconds, rate = 1, people }: Scene): Promise<number> {
  const movie = await make.movie(owner, durationSeconds === undefined ? {} : { durationSeconds });
  const { id } = await make.room(owner, { movieId: movie.id });
  await ask(guest, 'POST', `/api/rooms/${id}/join`);
  await queries().updateTable('rooms').set({ playback_playing: true, playback_at: Date.parse(playingSince), playback_rate: rate }).where('id', '=', id).execute();
  for (const [name, { joined, seen }] of Object.entries(people)) {
    await queries().updateTable('room_participants').set({ joined_at: new Date(joined), last_seen_at: new Date(seen ?? joined) })
      .where('room_id', '=', id).where('user_id', '=', name === 'owner' ? owner.id : guest.id).execute();
  }
  return id;
}

const watched = async (roomId: number): Promise<Record<string, number>> =>
  Object.fromEntries((await queries().selectFrom('room_days').select(['day', 'watched_ms']).where('room_id', '=', roomId)
    .where('watched_ms', '>', 0).orderBy('day').execute()).map((row) => [row.day, row.watched_ms / SECOND_MS]));

const record = (roomId: number, now: string, who: { userId?: number; notSeenSince?: Date } = {}) =>
  server.db.database.transaction((tx) => recordWatched(tx, { roomIds: [roomId], now: new Date(now), ...who }));

test('[RD1] Everybody in the room counts, from the start of the film or from their coming, each day for itself', async () => {
  const id = await scene({
    playingSince: '2026-03-01T23:00:00Z',
    people: { owner: { joined: '2026-03-01T20:00:00Z' }, guest: { joined: '2026-03-01T23:50:00Z' } },
  });
  await record(id, '2026-03-02T00:20:00Z');
  expect(await watched(id)).toEqual({ '2026-03-01': 3600 + 600, '2026-03-02': 2 * 1200 });
  await record(id, '2026-03-02T00:20:00Z', { userId: guest.id });
  expect(await watched(id)).toEqual({ '2026-03-01': 3600 + 2 * 600, '2026-03-02': 3 * 1200 });
});

test('[RD1] A film that has ended is not watched any more, nor one of unknown length after six hours', async () => {
  const people = { owner: { joined: '2026-03-01T00:00:00Z' }, guest: { joined: '2026-03-03T00:00:00Z' } };
  const known = await scene({ playingSince: '2026-03-01T10:00:00Z', durationSeconds: 5400, rate: 1.5, people });
  await record(known, '2026-03-02T10:00:00Z');
  expect(await watched(known)).toEqual({ '2026-03-01': 3600 });
  const unknown = await scene({ playingSince: '2026-03-01T10:00:00Z', people });
  await record(unknown, '2026-03-02T10:00:00Z');
  expect(await watched(unknown)).toEqual({ '2026-03-01': 6 * 3600 });
});

test('[RD1] A film that has not begun, stands still, or is none counts nothing', async () => {
  const id = await scene({ playingSince: '2026-03-01T10:00:00Z', people: { owner: { joined: '2026-03-01T10:00:00Z' } } });
  await record(id, '2026-03-01T09:00:00Z');
  await queries().updateTable('rooms').set({ playback_playing: false }).where('id', '=', id).execute();
  await record(id, '2026-03-01T12:00:00Z');
  await queries().updateTable('rooms').set({ playback_playing: true, movie_id: null }).where('id', '=', id).execute();
  await record(id, '2026-03-01T12:00:00Z');
  expect(await watched(id)).toEqual({});
});

/** The owner has watched for an hour and the guest for half of it, up to now. */
async function halfAndWhole(): Promise<number> {
  const [since, half] = [new Date(Date.now() - HOUR_MS).toISOString(), new Date(Date.now() - HOUR_MS / 2).toISOString()];
  return scene({ playingSince: since, people: { owner: { joined: since }, guest: { joined: half } } });
}
const total = async (roomId: number): Promise<number> => Object.values(await watched(roomId)).reduce((sum, seconds) => sum + seconds, 0);
/** What a test takes passes too. */
const about = (seconds: number) => expect.toSatisfy((value: number) => value >= seconds && value < seconds + 120, `about ${seconds}`);

test.each<[what: string, act: (roomId: number) => Promise<unknown>, seconds: number]>([
  ['a pause', (id) => ask(owner, 'POST', `/api/rooms/${id}/playback`, { version: 0, action: 'pause' }), 5400],
  ['a jump', (id) => ask(owner, 'POST', `/api/rooms/${id}/playback`, { version: 0, action: 'seek', position: 5 }), 5400],
  ['another film', (id) => ask(owner, 'POST', `/api/rooms/${id}/playback`, { version: 0, action: 'load', movieId: null }), 5400],
  ['another film in the settings', (id) => ask(owner, 'PATCH', `/api/rooms/${id}`, { movieId: null }), 5400],
  ['the end of the room', (id) => ask(owner, 'DELETE', `/api/rooms/${id}`), 5400],
  ['somebody’s leaving', (id) => ask(guest, 'POST', `/api/rooms/${id}/leave`), 1800],
  ['a kick', (id) => ask(owner, 'DELETE', `/api/rooms/${id}/participants/${guest.id}`), 1800],
])('[RD1] %s counts what was watched until then, once', async (_what, act, seconds) => {
  const id = await halfAndWhole();
  await act(id);
  const counted = await total(id);
  expect(counted).toEqual(about(seconds));
  await act(id);
  expect(await total(id)).toBeLessThan(counted + 120);
});

test('[RD1] The removal of the film counts, and pressing play twice counts nothing twice', async () => {
  const id = await halfAndWhole();
  await ask(owner, 'POST', `/api/rooms/${id}/playback`, { version: 0, action: 'play' });
  expect(await total(id)).toBe(0);
  const { movie_id: movieId } = await queries().selectFrom('rooms').select('movie_id').where('id', '=', id).executeTakeFirstOrThrow();
  expect((await ask(owner, 'DELETE', `/api/movies/${movieId}`)).status).toBe(200);
  expect(await total(id)).toEqual(about(5400));
});

test('[RC2] [RD1] Who was taken out for not being seen has watched until they were last seen', async () => {
  const at = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();
  const id = await scene({
    playingSince: at(50), people: { owner: { joined: at(51), seen: at(1) }, guest: { joined: at(49), seen: at(47) } },
  });
  const handlers = createRoomCleanup({ attendance: new AttendanceBook(), queries: queries(), clock: { now: () => Date.now() }, log: pino({ level: 'silent' }) });
  await tryJob(handlers, 'cleanupInactiveParticipants', { hoursInactive: 24 }, { write: server.app.write });
  expect(await total(id)).toBeCloseTo(2 * 3600, 0);
});

test('[RD2] Joins and the most people at once are those of their day', async () => {
  const { id } = await make.room(owner);
  const join = () => ask(guest, 'POST', `/api/rooms/${id}/join`);
  await join();
  await join();
  const counted = async () => {
    const days = await queries().selectFrom('room_days').select(['joins', 'peak_participants']).where('room_id', '=', id).execute();
    return { joins: days.reduce((sum, { joins }) => sum + joins, 0), most: Math.max(...days.map((day) => day.peak_participants)) };
  };
  expect(await counted()).toEqual({ joins: 2, most: 2 });
  await ask(guest, 'POST', `/api/rooms/${id}/leave`);
  await ask(guest, 'POST', `/api/rooms/${id}/leave`);
  await join();
  expect(await counted()).toEqual({ joins: 3, most: 2 });
  // On a day that nobody has come on yet, who goes has been there.
  await queries().deleteFrom('room_days').where('room_id', '=', id).execute();
  await ask(guest, 'POST', `/api/rooms/${id}/leave`);
  expect(await counted()).toEqual({ joins: 0, most: 2 });
});
