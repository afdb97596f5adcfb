import type { ChatMessage } from '@watchparty/protocol';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { tryJob } from '../../../test/jobs.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Write } from '../../kernel/write.ts';
import { createChatCleanup } from './index.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  owner = await make.user();
});
afterAll(() => server.close());

const queries = () => server.db.database.kysely;

function clear(options: { batchSize?: number; write?: Write; signal?: AbortSignal } = {}): Promise<void> {
  const { batchSize, write = server.app.write, signal } = options;
  const handlers = createChatCleanup({
    queries: queries(), clock: systemClock, log: pino({ level: 'silent' }), ...(batchSize !== undefined && { batchSize }),
  });
  return tryJob(handlers, 'cleanupOldChatMessages', { daysOld: 90 }, { write, ...(signal && { signal }) });
}

/** A room in which these were said, each so many days ago. */
async function roomOf(...agesDays: number[]): Promise<number> {
  const { id } = await make.room(owner);
  for (const [index, age] of agesDays.entries()) {
    const message = await make.message(owner, id, { content: `No. ${index + 1}`, clientMessageId: `${id}-${index + 1}` });
    await queries().updateTable('chat_messages').set({ created_at: new Date(Date.now() - age * DAY_MS) }).where('id', '=', message.id).execute();
  }
  return id;
}

const read = async (roomId: number, query = ''): Promise<{ items: ChatMessage[]; nextCursor: string | null }> =>
  (await server.ask('GET', `/api/chat/${roomId}/messages${query}`, { token: owner.token })).body.data;
const seqs = async (roomId: number, query = ''): Promise<number[]> => (await read(roomId, query)).items.map(({ seq }) => seq);

test('[CC1] Old messages go; those that stay keep their numbers, and the numbers go on', async () => {
  const id = await roomOf(200, 91, 89, 1);
  await clear();
  expect(await seqs(id)).toEqual([3, 4]);
  expect((await make.message(owner, id)).seq).toBe(5);
  const empty = await roomOf(100, 100);
  await clear();
  expect(await seqs(empty)).toEqual([]);
  expect((await make.message(owner, empty)).seq).toBe(3);
});

test('[CC1] What stays has no gap, though a clock was wrong: messages go from the beginning, up to the first that is young', async () => {
  const id = await roomOf(100, 10, 100, 5);
  await clear();
  expect(await seqs(id)).toEqual([2, 3, 4]);
});

test('[CC1] [CH4] Paging ends where messages begin now', async () => {
  const id = await roomOf(100, 99, 98, 3, 2, 1);
  expect(await seqs(id, '?after=0&limit=2')).toEqual([1, 2]);
  await clear();
  expect(await read(id, '?before=6&limit=2')).toMatchObject({ items: [{ seq: 4 }, { seq: 5 }], nextCursor: null });
  expect(await read(id, '?after=0&limit=2')).toMatchObject({ items: [{ seq: 4 }, { seq: 5 }], nextCursor: '5' });
  expect(await read(id, '?before=4')).toEqual({ items: [], nextCursor: null });
});

test('[CC2] [CH3] What was cleared away is not stored again: its sender gets it back without its text', async () => {
  const id = await roomOf(100, 1);
  const [first] = (await read(id)).items;
  await clear();
  const send = () => server.ask('POST', `/api/chat/${id}/messages`, { token: owner.token, body: { content: 'Once more', clientMessageId: `${id}-1` } });
  for (const { status, body } of [await send(), await send()]) {
    expect(status).toBe(201);
    expect(body.data).toEqual({ ...first, content: '', playbackPositionSeconds: null, deletedAt: expect.any(String) });
  }
  expect(await seqs(id)).toEqual([2]);
  const other = await make.room(owner);
  const elsewhere = await server.ask('POST', `/api/chat/${other.id}/messages`, { token: owner.token, body: { content: 'Here', clientMessageId: `${id}-1` } });
  expect(elsewhere.body.code).toBe('chat.client_message_id_reused');
});

test('[CC3] The next read shows it, and rooms where nothing is old are left alone', async () => {
  const [old, young] = [await roomOf(100, 1), await roomOf(1)];
  const cached = async (roomId: number) =>
    (await server.ask('GET', `/api/chat/${roomId}/messages`, { token: owner.token })).body['_cached'] === true;
  for (const roomId of [old, young]) await cached(roomId);
  expect([await cached(old), await cached(young)]).toEqual([true, true]);
  await clear();
  expect([await cached(old), await cached(young)]).toEqual([false, true]);
  expect(await seqs(old)).toEqual([2]);
});

test('[CC3] It goes in small changes over many rooms and long ones; what is cut short is gone on with', async () => {
  const rooms = [await roomOf(...Array.from({ length: 9 }, () => 100), 1), await roomOf(100), await roomOf(100, 100, 100, 2), await roomOf(3)];
  const leaving = new AbortController();
  const sizes: number[] = [];
  const count = async () => (await queries().selectFrom('chat_messages').select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n;
  const write: Write = async (work) => {
    const before = await count();
    const result = await server.app.write(work);
    sizes.push(before - (await count()));
    if (sizes.length === 2) leaving.abort(new Error('The node ends'));
    return result;
  };
  await expect(clear({ batchSize: 4, write, signal: leaving.signal })).rejects.toThrow('The node ends');
  await Promise.all([clear({ batchSize: 4, write }), clear({ batchSize: 3, write })]);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
  expect(await Promise.all(rooms.map((id) => seqs(id)))).toEqual([[10], [], [4], [1]]);
});
