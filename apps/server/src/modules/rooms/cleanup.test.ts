import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { tryJob } from '../../../test/jobs.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Write } from '../../kernel/write.ts';
import { AttendanceBook } from './attendance.ts';
import { createRoomCleanup } from './index.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const ago = (ms: number): Date => new Date(Date.now() - ms);

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
beforeEach(async () => {
  await queries().deleteFrom('rooms').execute();
});

/** As if nothing had happened in the room for so long. */
async function idleFor(roomId: number, ms: number): Promise<void> {
  await queries().updateTable('rooms').set({ last_activity_at: ago(ms), created_at: ago(ms), updated_at: ago(ms) }).where('id', '=', roomId).execute();
  await queries().updateTable('room_participants').set({ last_seen_at: ago(ms), joined_at: ago(ms) }).where('room_id', '=', roomId).execute();
}

async function idleRoom(ms: number, given: object = {}): Promise<number> {
  const { id } = await make.room(owner, given);
  await idleFor(id, ms);
  return id;
}

const handlers = (batchSize?: number) => createRoomCleanup({
  attendance: new AttendanceBook(), queries: queries(), clock: systemClock, log: pino({ level: 'silent' }), ...(batchSize !== undefined && { batchSize }),
});
const closeRooms = (batchSize?: number, write: Write = server.app.write, signal?: AbortSignal) =>
  tryJob(handlers(batchSize), 'cleanupInactiveRooms', { daysInactive: 30 }, { write, ...(signal && { signal }) });
const takeOut = (batchSize?: number) =>
  tryJob(handlers(batchSize), 'cleanupInactiveParticipants', { hoursInactive: 24 }, { write: server.app.write });

const active = async (): Promise<number[]> =>
  (await queries().selectFrom('rooms').select('id').where('is_active', '=', true).orderBy('id').execute()).map(({ id }) => id);
const inRoom = async (roomId: number): Promise<number[]> =>
  (await queries().selectFrom('room_participants').select('user_id').where('room_id', '=', roomId).orderBy('user_id').execute())
    .map((row) => row.user_id);

describe('Inactive rooms', () => {
  test('[RC1] are closed when nothing has happened for so long, and nothing else about them changes', async () => {
    const [old, young] = [await idleRoom(30 * DAY_MS + HOUR_MS), await idleRoom(30 * DAY_MS - HOUR_MS)];
    const { data: before } = (await server.ask('GET', `/api/rooms/${old}`)).body;
    await closeRooms();
    expect(await active()).toEqual([young]);
    const { data: after } = (await server.ask('GET', `/api/rooms/${old}`)).body;
    expect(after).toEqual({ ...before, isActive: false, updatedAt: expect.any(String) });
    expect(await inRoom(old)).toEqual([owner.id]);
    const again = await server.ask('POST', `/api/rooms/${old}/join`, { token: owner.token });
    expect(again.body.data).toMatchObject({ id: old });
  });

  test('[RC1] stay open while somebody in them was seen, spoke, or changed something', async () => {
    const rooms = await Promise.all(Array.from({ length: 4 }, () => idleRoom(40 * DAY_MS)));
    await queries().updateTable('room_participants').set({ last_seen_at: ago(DAY_MS) }).where('room_id', '=', rooms[0]!).execute();
    await make.message(owner, rooms[1]!);
    await server.ask('PATCH', `/api/rooms/${rooms[2]}`, { token: owner.token, body: { description: 'Soon again' } });
    await server.ask('POST', `/api/rooms/${rooms[3]}/join`, { token: guest.token });
    await closeRooms();
    expect(await active()).toEqual(rooms.toSorted((a, b) => a - b));
  });

  test('[RC3] are shown as closed at the next read, also in lists', async () => {
    const id = await idleRoom(40 * DAY_MS);
    const read = async (path: string) => (await server.ask('GET', path)).body;
    await read(`/api/rooms/${id}`);
    expect((await read(`/api/rooms/${id}`))).toMatchObject({ _cached: true, data: { isActive: true } });
    expect((await read('/api/rooms')).data.total).toBe(1);
    await closeRooms();
    expect((await read(`/api/rooms/${id}`)).data.isActive).toBe(false);
    expect((await read('/api/rooms')).data.total).toBe(0);
  });

  test('[RC3] go in small changes; one that is cut short is gone on with, and a second time there is nothing to do', async () => {
    for (let n = 0; n < 7; n += 1) await idleRoom(40 * DAY_MS);
    const leaving = new AbortController();
    let changes = 0;
    const write: Write = async (work) => {
      const result = await server.app.write(work);
      changes += 1;
      if (changes === 2) leaving.abort(new Error('The node ends'));
      return result;
    };
    await expect(closeRooms(2, write, leaving.signal)).rejects.toThrow('The node ends');
    expect(await active()).toHaveLength(3);
    await closeRooms(2);
    expect(await active()).toEqual([]);
    const closedAt = await queries().selectFrom('rooms').select('updated_at').orderBy('id').execute();
    await closeRooms(2);
    expect(await queries().selectFrom('rooms').select('updated_at').orderBy('id').execute()).toEqual(closedAt);
  });

  test('[RC3] that somebody holds at this moment are in use, and not waited for', async () => {
    const held = await idleRoom(40 * DAY_MS);
    await idleRoom(40 * DAY_MS);
    await queries().transaction().execute(async (tx) => {
      await tx.selectFrom('rooms').select('id').where('id', '=', held).forNoKeyUpdate().execute();
      await closeRooms();
      expect(await active()).toEqual([held]);
    });
    await closeRooms();
    expect(await active()).toEqual([]);
  });
});

describe('Inactive participants', () => {
  const seen = (roomId: number, userId: number, ms: number) =>
    queries().updateTable('room_participants').set({ last_seen_at: ago(ms), joined_at: ago(ms) })
      .where('room_id', '=', roomId).where('user_id', '=', userId).execute();

  test('[RC2] [RO7] are taken out as if they had left, and the counts follow', async () => {
    const [first, second] = [await make.room(owner), await make.room(owner)];
    for (const { id } of [first, second]) await server.ask('POST', `/api/rooms/${id}/join`, { token: guest.token });
    await seen(first.id, guest.id, 25 * HOUR_MS);
    await seen(second.id, guest.id, 23 * HOUR_MS);
    await seen(second.id, owner.id, 25 * HOUR_MS);
    await server.ask('GET', `/api/rooms/${first.id}`);
    await takeOut(1);
    expect([await inRoom(first.id), await inRoom(second.id)]).toEqual([[owner.id], [guest.id]]);
    for (const { id } of [first, second]) {
      expect((await server.ask('GET', `/api/rooms/${id}`)).body.data).toMatchObject({ participantCount: 1, isActive: true, ownerId: owner.id });
    }
    const back = await server.ask('POST', `/api/rooms/${second.id}/join`, { token: owner.token });
    expect(back.body.data.participantCount).toBe(2);
    const people = (await server.ask('GET', `/api/rooms/${second.id}/participants`)).body.data.items;
    expect(people.find((person: { userId: number }) => person.userId === owner.id).role).toBe('host');
  });

  test('[RC2] leave private rooms like those who leave, at the next request', async () => {
    const room = await make.room(owner, { isPrivate: true, password: 'open sesame' });
    await server.ask('POST', `/api/rooms/${room.id}/join`, { token: guest.token, body: { password: 'open sesame' } });
    const look = async () => (await server.ask('GET', `/api/rooms/${room.id}`, { token: guest.token })).status;
    expect([await look(), await look()]).toEqual([200, 200]);
    await seen(room.id, guest.id, 25 * HOUR_MS);
    await takeOut();
    expect(await look()).toBe(404);
  });

  test('[RC3] of rooms that somebody holds stay until the next time', async () => {
    const rooms = [await make.room(owner), await make.room(owner), await make.room(owner)];
    for (const { id } of rooms) await seen(id, owner.id, 25 * HOUR_MS);
    await queries().transaction().execute(async (tx) => {
      await tx.selectFrom('rooms').select('id').where('id', '=', rooms[1]!.id).forNoKeyUpdate().execute();
      await takeOut(1);
    });
    expect(await Promise.all(rooms.map(({ id }) => inRoom(id)))).toEqual([[], [owner.id], []]);
    await takeOut(1);
    expect(await inRoom(rooms[1]!.id)).toEqual([]);
  });

  test('[RC3] are gone while others join: the counts stay right', { timeout: 60_000 }, async () => {
    const people = await Promise.all(Array.from({ length: 12 }, () => make.user()));
    const rooms = await Promise.all(Array.from({ length: 6 }, () => make.room(owner)));
    for (const { id } of rooms) {
      await Promise.all(people.slice(0, 6).map(({ token }) => server.ask('POST', `/api/rooms/${id}/join`, { token })));
      await queries().updateTable('room_participants').set({ last_seen_at: ago(DAY_MS * 2) }).where('room_id', '=', id).execute();
    }
    const joins = people.flatMap(({ token }) => rooms.map(({ id }) => server.ask('POST', `/api/rooms/${id}/join`, { token })));
    await Promise.all([takeOut(3), takeOut(5), ...joins]);
    for (const { id } of rooms) {
      const { participant_count: count } = await queries().selectFrom('rooms').select('participant_count').where('id', '=', id).executeTakeFirstOrThrow();
      expect(count).toBe((await inRoom(id)).length);
      // Who was there and joined again counts as seen; those who came are in.
      expect(await inRoom(id)).toEqual(expect.arrayContaining(people.slice(6).map((person) => person.id)));
    }
  });
});
