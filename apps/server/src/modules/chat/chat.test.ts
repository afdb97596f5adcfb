import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChatMessage } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import type { ChatPage } from './chat.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
let owner: TestUser;
let coHost: TestUser;
let viewer: TestUser;
let stranger: TestUser;

beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  admin = await make.user();
  [owner, coHost, viewer, stranger] = (await Promise.all([1, 2, 3, 4].map(() => make.user()))) as [TestUser, TestUser, TestUser, TestUser];
});
afterAll(() => server.close());

const send = (user: TestUser, roomId: number, body: object, headers: Record<string, string> = {}) =>
  server.ask('POST', `/api/chat/${roomId}/messages`, { token: user.token, body, headers });
const read = (user: TestUser, roomId: number, query = '') => server.ask('GET', `/api/chat/${roomId}/messages${query}`, { token: user.token });
const edit = (user: TestUser, { roomId, id }: ChatMessage, content: string) =>
  server.ask('PATCH', `/api/chat/${roomId}/messages/${id}`, { token: user.token, body: { content } });
const remove = (user: TestUser, { roomId, id }: ChatMessage) =>
  server.ask('DELETE', `/api/chat/${roomId}/messages/${id}`, { token: user.token });
const join = (user: TestUser, roomId: number, body?: object) => server.ask('POST', `/api/rooms/${roomId}/join`, { token: user.token, body });

async function rowsOf(roomId: number): Promise<{ seq: number; content: string }[]> {
  return server.db.database.kysely.selectFrom('chat_messages').select(['seq', 'content']).where('room_id', '=', roomId).orderBy('seq').execute();
}

async function peopledRoom(given: object = {}): Promise<number> {
  const { id } = await make.room(owner, { password: 'secret', ...given });
  for (const user of [coHost, viewer]) await join(user, id, { password: 'secret' });
  await server.ask('PATCH', `/api/rooms/${id}/participants/${coHost.id}`, { token: owner.token, body: { role: 'co-host' } });
  return id;
}

test('[CH1] 200 at once in four rooms, refused ones among them, leave no gap', async () => {
  const rooms = await Promise.all([1, 2, 3, 4].map(() => peopledRoom()));
  const repeated = randomUUID();
  const sends = Array.from({ length: 200 }, (_, index) => {
    const roomId = rooms[index % 4]!;
    switch (index % 10) {
      case 7: return send(stranger, roomId, { content: 'not in here' });
      case 8: return send(owner, roomId, { content: '   ' });
      case 9: return send(viewer, roomId, { content: 'again', clientMessageId: `${repeated}.${roomId}` });
      default: return send([owner, coHost, viewer][index % 3]!, roomId, { content: `message ${index}` });
    }
  });
  const answers = await Promise.all(sends);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 400, 403]));
  for (const roomId of rooms) {
    const rows = await rowsOf(roomId);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    const answered = answers.filter(({ status, body }) => status === 201 && body.data.roomId === roomId).map(({ body }) => body.data as ChatMessage);
    expect(new Set(answered.map(({ seq }) => seq)).size).toBe(rows.length);
    for (const { seq, content } of answered) expect(rows[seq - 1]!.content).toBe(content);
  }
});

test('[CH1] [CH2] Removing a room under way of sending ends both well, without waiting for each other', async () => {
  const deadlocks = async (): Promise<number> => {
    const { rows } = await sql<{ deadlocks: number }>`
      select deadlocks from pg_stat_database where datname = current_database()`.execute(server.db.database.kysely);
    return rows[0]!.deadlocks;
  };
  for (let round = 0; round < 5; round += 1) {
    const roomId = await peopledRoom();
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, (_, index) => send([owner, coHost, viewer][index % 3]!, roomId, { content: `${index}` })),
      server.ask('DELETE', `/api/rooms/${roomId}`, { token: owner.token }),
      ...Array.from({ length: 20 }, (_, index) => send([owner, coHost, viewer][index % 3]!, roomId, { content: `${index}` })),
    ]);
    for (const { status, body } of answers) expect([200, 201, 404], JSON.stringify(body)).toContain(status);
    expect(await rowsOf(roomId)).toEqual([]);
  }
  expect(await deadlocks()).toBe(0);
});

test('[CH2] After a kick is answered nothing more is accepted', async () => {
  const roomId = await peopledRoom();
  for (let round = 0; round < 5; round += 1) {
    await join(viewer, roomId, { password: 'secret' });
    let kicked = false;
    const late: number[] = [];
    const sends = Array.from({ length: 20 }, async (_, index) => {
      const sentAfter = kicked;
      const { status } = await send(viewer, roomId, { content: `${round}.${index}` });
      if (sentAfter && status === 201) late.push(index);
    });
    const kick = server.ask('DELETE', `/api/rooms/${roomId}/participants/${viewer.id}`, { token: owner.token });
    expect((await kick).status).toBe(200);
    kicked = true;
    const before = (await rowsOf(roomId)).length;
    await Promise.all(sends);
    expect((await rowsOf(roomId)).length).toBe(before);
    expect(late).toEqual([]);
    expect((await send(viewer, roomId, { content: 'still here?' })).body.code).toBe('rooms.not_participant');
  }
});

test('[CH2] Who reads and who writes', async () => {
  const open = (await make.room(owner)).id;
  const locked = await peopledRoom();
  const hidden = await peopledRoom({ isPrivate: true });
  const statuses = async (user: TestUser, roomId: number) => [(await read(user, roomId)).status, (await send(user, roomId, { content: 'Hi' })).status];
  expect(await statuses(stranger, open)).toEqual([200, 403]);
  expect(await statuses(stranger, locked)).toEqual([403, 403]);
  expect(await statuses(stranger, hidden)).toEqual([404, 404]);
  for (const roomId of [open, locked, hidden]) expect(await statuses(admin, roomId)).toEqual([200, 403]);
  for (const roomId of [locked, hidden]) for (const user of [owner, coHost, viewer]) expect(await statuses(user, roomId)).toEqual([200, 201]);
  await server.ask('POST', `/api/rooms/${hidden}/leave`, { token: owner.token });
  expect(await statuses(owner, hidden)).toEqual([200, 403]);
  expect((await server.ask('GET', `/api/chat/${open}/messages`)).body.code).toBe('auth.required');
});

test('[CH3] The same clientMessageId is one message, however often and however late it is sent', { timeout: 60_000 }, async () => {
  const roomId = await peopledRoom();
  const elsewhere = await peopledRoom();
  const clientMessageId = randomUUID();
  const answers = [];
  for (let wave = 0; wave < 10; wave += 1) {
    answers.push(...(await Promise.all(Array.from({ length: 100 }, (_, index) => send(viewer, roomId, { content: `try ${wave}.${index}`, clientMessageId })))));
  }
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body.data))).size).toBe(1);
  expect(await rowsOf(roomId)).toHaveLength(1);
  const first: ChatMessage = answers[0]!.body.data;
  expect(first).toMatchObject({ clientMessageId, seq: 1 });
  expect((await send(viewer, elsewhere, { content: 'there', clientMessageId })).body.code).toBe('chat.client_message_id_reused');
  expect((await send(owner, roomId, { content: 'mine', clientMessageId })).body.data).toMatchObject({ seq: 2, userId: owner.id });
  await edit(viewer, first, 'edited');
  await server.ask('POST', `/api/rooms/${roomId}/leave`, { token: viewer.token });
  expect((await send(viewer, roomId, { content: 'late', clientMessageId })).body.data).toMatchObject({ id: first.id, content: 'edited' });
  expect(await rowsOf(roomId)).toHaveLength(2);
});

test('[CH3] An Idempotency-Key goes together with a clientMessageId', async () => {
  const roomId = await peopledRoom();
  const body = { content: 'once', clientMessageId: randomUUID() };
  const headers = { 'idempotency-key': randomUUID() };
  const first = await send(viewer, roomId, body, headers);
  expect(first.status).toBe(201);
  const replayed = await send(viewer, roomId, body, headers);
  expect(replayed.body).toEqual(first.body);
  expect(replayed.headers.get('idempotency-replayed')).toBe('true');
  const otherKey = { 'idempotency-key': randomUUID() };
  expect((await send(viewer, roomId, body, otherKey)).body).toEqual(first.body);
  expect((await send(viewer, roomId, body, otherKey)).body).toEqual(first.body);
  expect((await send(viewer, roomId, { ...body, content: 'twice' }, headers)).body.code).toBe('idempotency.key_reused');
  const fresh = { content: 'at once', clientMessageId: randomUUID() };
  const atOnce = await Promise.all(Array.from({ length: 20 }, () => send(viewer, roomId, fresh, { 'idempotency-key': randomUUID() })));
  expect(new Set(atOnce.map(({ status, body: answer }) => `${status} ${answer.data?.id}`)).size).toBe(1);
  expect(await rowsOf(roomId)).toHaveLength(2);
});

test('[CH4] Paging in either direction walks everything once while others write', async () => {
  const roomId = await peopledRoom();
  for (let wave = 0; wave < 5; wave += 1) await Promise.all(Array.from({ length: 11 }, (_, index) => make.message(owner, roomId, { content: `${wave}.${index}` })));
  let stop = false;
  const writing = (async () => {
    while (!stop) await make.message(coHost, roomId, { content: 'meanwhile' });
  })();
  try {
    const forth: number[] = [];
    for (let after: string | null = '0'; after !== null && forth.length < 55; ) {
      const { items, nextCursor }: ChatPage = (await read(viewer, roomId, `?after=${after}&limit=7`)).body.data;
      forth.push(...items.map(({ seq }: ChatMessage) => seq));
      after = nextCursor;
    }
    expect(forth).toEqual(forth.map((_, index) => index + 1));
    expect(forth.length).toBeGreaterThanOrEqual(55);

    const newest = (await read(viewer, roomId, '?limit=7')).body.data;
    const back: number[] = newest.items.map(({ seq }: ChatMessage) => seq);
    for (let before: string | null = newest.nextCursor; before !== null; ) {
      const { items, nextCursor }: ChatPage = (await read(viewer, roomId, `?before=${before}&limit=7`)).body.data;
      back.unshift(...items.map(({ seq }: ChatMessage) => seq));
      before = nextCursor;
    }
    expect(back).toEqual(back.map((_, index) => index + 1));
  } finally {
    stop = true;
    await writing;
  }
});

test('[CH4] Edges: nothing, both directions, the ends', async () => {
  const roomId = await peopledRoom();
  expect((await read(viewer, roomId)).body.data).toEqual({ items: [], nextCursor: null });
  const [one, two] = [await make.message(owner, roomId), await make.message(owner, roomId)];
  expect((await read(viewer, roomId)).body.data).toEqual({ items: [one, two], nextCursor: null });
  expect((await read(viewer, roomId, '?limit=1')).body.data).toEqual({ items: [two], nextCursor: '2' });
  expect((await read(viewer, roomId, '?before=2')).body.data).toEqual({ items: [one], nextCursor: null });
  expect((await read(viewer, roomId, '?before=1')).body.data).toEqual({ items: [], nextCursor: null });
  expect((await read(viewer, roomId, '?after=0&limit=1')).body.data).toEqual({ items: [one], nextCursor: '1' });
  expect((await read(viewer, roomId, '?after=2')).body.data).toEqual({ items: [], nextCursor: null });
  expect((await read(viewer, roomId, '?after=1&before=2')).body.code).toBe('chat.query_ambiguous');
  for (const query of ['?after=-1', '?limit=0', '?limit=101', '?before=x', '?page=1']) {
    expect((await read(viewer, roomId, query)).body.code, query).toBe('request.invalid');
  }
});

test('[CH5] Its author edits a message, nobody else', async () => {
  const roomId = await peopledRoom();
  const message = await make.message(viewer, roomId, { content: 'frist' });
  for (const user of [owner, coHost, admin]) expect((await edit(user, message, 'mine')).body.code).toBe('chat.not_author');
  expect((await edit(stranger, message, 'mine')).body.code).toBe('rooms.not_participant');
  const edited = (await edit(viewer, message, 'first')).body.data;
  expect(edited).toEqual({ ...message, content: 'first', editedAt: expect.any(String), change: 1 });
  expect((await read(owner, roomId)).body.data.items).toEqual([edited]);
  const elsewhere = await peopledRoom();
  expect((await edit(viewer, { ...message, roomId: elsewhere }, 'x')).body.code).toBe('chat.message_not_found');
  await server.ask('POST', `/api/rooms/${roomId}/leave`, { token: viewer.token });
  expect((await edit(viewer, message, 'from outside')).body.code).toBe('rooms.not_participant');
});

test('[CH5] Its author, hosts, co-hosts and admins delete; the place stays, the text does not', async () => {
  const roomId = await peopledRoom();
  const others = await make.message(owner, roomId);
  expect((await remove(viewer, others)).body.code).toBe('chat.may_not_delete');
  for (const user of [viewer, coHost, owner, admin]) {
    const message = await make.message(viewer, roomId, { content: 'my secret' });
    const deleted = (await remove(user, message)).body.data;
    expect(deleted).toEqual({ ...message, content: '', deletedAt: expect.any(String), change: expect.any(Number) });
    expect((await remove(user, message)).body.data).toEqual(deleted);
    expect((await edit(viewer, message, 'back')).body.code).toBe('chat.message_not_found');
    expect((await read(viewer, roomId, `?after=${message.seq - 1}&limit=1`)).body.data.items).toEqual([deleted]);
  }
  expect((await rowsOf(roomId)).some(({ content }) => content === 'my secret')).toBe(false);
  expect((await make.message(viewer, roomId)).seq).toBe(6);
});

test('[CH6] A message remembers where the film stood', async () => {
  const movie = await make.movie(owner, { url: 'https://films.example/a.mp4', durationSeconds: 100 });
  const roomId = await peopledRoom();
  expect((await make.message(viewer, roomId)).playbackPositionSeconds).toBeNull();
  const command = (body: object) => server.ask('POST', `/api/rooms/${roomId}/playback`, { token: owner.token, body });
  await command({ version: 0, action: 'load', movieId: movie.id });
  expect((await make.message(viewer, roomId)).playbackPositionSeconds).toBe(0);
  await command({ version: 1, action: 'seek', position: 42.5 });
  expect((await make.message(viewer, roomId)).playbackPositionSeconds).toBe(42.5);
  await command({ version: 2, action: 'seek', position: 99.9 });
  await command({ version: 3, action: 'play' });
  const positions = async () => (await make.message(viewer, roomId)).playbackPositionSeconds!;
  await expect.poll(positions, { timeout: 5000 }).toBe(100);
});
