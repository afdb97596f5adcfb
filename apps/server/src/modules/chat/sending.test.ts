import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChatMessage, SendChatBody } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import type { Actor } from '../../kernel/actor.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let people: TestUser[];
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  people = await Promise.all(Array.from({ length: 8 }, () => make.user()));
});
afterAll(() => server.close());

const actor = ({ id: userId, username, sessionId }: TestUser): Actor => ({ userId, username, role: 'user', sessionId });
/** Not by HTTP: there is nothing between two calls, so that they are committed together. */
const send = (user: TestUser, roomId: number, body: SendChatBody): Promise<ChatMessage> =>
  server.app.chat.send(server.app.write, actor(user), roomId, body);
const queries = () => server.db.database.kysely;

/** A room with all these people. */
async function roomOf(all: readonly TestUser[]): Promise<number> {
  const { id } = await make.room(all[0]!);
  for (const { token } of all.slice(1)) await server.ask('POST', `/api/rooms/${id}/join`, { token });
  return id;
}
const rowsOf = (roomId: number) => queries().selectFrom('chat_messages').select(['id', 'seq', 'content'])
  .where('room_id', '=', roomId).orderBy('seq').execute();
const commits = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select xact_commit as n from pg_stat_database where datname = current_database()`.execute(queries());
  return rows[0]!.n;
};

test('[CH14] [CH1] Hundreds at once in many rooms are few commits, and have no gap', async () => {
  const rooms = await Promise.all(Array.from({ length: 10 }, () => roomOf(people)));
  const before = await commits();
  const sent = await Promise.all(Array.from({ length: 400 }, (_, nth) =>
    send(people[nth % people.length]!, rooms[nth % rooms.length]!, { content: `No. ${nth}`, clientMessageId: randomUUID() })));
  // PostgreSQL counts with some delay; what it does not count yet was not one commit for each message either way.
  await expect.poll(commits).toBeGreaterThan(before);
  expect((await commits()) - before).toBeLessThan(200);
  for (const roomId of rooms) {
    const rows = await rowsOf(roomId);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, nth) => nth + 1));
    const answered = sent.filter((message) => message.roomId === roomId).toSorted((a, b) => a.seq - b.seq);
    expect(answered.map(({ id, seq, content }) => ({ id, seq, content }))).toEqual(rows);
  }
});

test('[CH14] [CH3] What was sent before, twice at once or to another room is that, and the others are stored', async () => {
  const [one, other] = [await roomOf(people), await roomOf(people)];
  const [ann, bob] = people as [TestUser, TestUser];
  const old = await send(ann, one, { content: 'Old', clientMessageId: 'old' });
  const cleared = await send(ann, one, { content: 'Cleared', clientMessageId: 'cleared' });
  await sql`
    with gone as (delete from chat_messages where id = ${cleared.id} returning *)
    insert into chat_cleared_ids select user_id, client_message_id, id, room_id, seq, created_at, now() from gone`.execute(queries());
  const outcomes = await Promise.allSettled([
    send(ann, one, { content: 'Old again', clientMessageId: 'old' }),
    send(ann, one, { content: 'Once', clientMessageId: 'twice' }),
    send(ann, one, { content: 'Twice', clientMessageId: 'twice' }),
    send(bob, one, { content: 'Mine', clientMessageId: 'twice' }),
    send(ann, other, { content: 'There', clientMessageId: 'old' }),
    send(ann, one, { content: 'Cleared again', clientMessageId: 'cleared' }),
    send(bob, other, { content: 'No answer', replyToId: old.id }),
    send(bob, other, { content: 'Fine' }),
  ]);
  const told = outcomes.map((outcome) =>
    (outcome.status === 'fulfilled' ? [outcome.value.seq, outcome.value.content] : (outcome.reason as { code: string }).code));
  expect(told).toEqual([
    [1, 'Old'], [3, 'Once'], [3, 'Once'], [4, 'Mine'], 'chat.client_message_id_reused', [2, ''], 'chat.reply_not_found', [1, 'Fine'],
  ]);
  expect((await rowsOf(one)).map(({ seq }) => seq)).toEqual([1, 3, 4]);
});

test('[CH14] [CH2] Who is not in the room is refused, and the others are not', async () => {
  const roomId = await roomOf(people.slice(0, 4));
  const outcomes = await Promise.allSettled(people.map((user) => send(user, roomId, { content: 'Hi' })));
  expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as { code: string }).code : outcome.status))).toEqual([
    ...people.slice(0, 4).map(() => 'fulfilled'), ...people.slice(4).map(() => 'rooms.not_participant'),
  ]);
  expect((await rowsOf(roomId)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test('[CH14] A room and a place that somebody holds keep only their own waiting', async () => {
  const [held, kicking, free] = [await roomOf(people), await roomOf(people), await roomOf(people)];
  const [ann, bob, carl] = people as [TestUser, TestUser, TestUser];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: isHeld, resolve: holds } = Promise.withResolvers<void>();
  const holding = queries().transaction().execute(async (tx) => {
    await sql`select from rooms where id = ${held} for update`.execute(tx);
    await sql`select from room_participants where room_id = ${kicking} and user_id = ${ann.id} for update`.execute(tx);
    holds();
    await released;
  });
  await isHeld;
  const answered = new Set<string>();
  const saying = ([[ann, held, 'held'], [ann, kicking, 'place'], [bob, kicking, 'beside'], [carl, free, 'free']] as const)
    .map(async ([user, roomId, content]) => {
      await send(user, roomId, { content });
      answered.add(content);
    });
  await Promise.all([saying[2], saying[3]]);
  // Whoever comes later does not wait for them either, nor for one who comes alone.
  const alone = send(bob, held, { content: 'Alone' });
  await new Promise(setImmediate);
  await Promise.all([send(bob, free, { content: 'Later' }), send(carl, free, { content: 'Later' })]);
  expect([...answered].toSorted()).toEqual(['beside', 'free']);
  release();
  await Promise.all([holding, alone, ...saying]);
  expect((await rowsOf(kicking)).map(({ content }) => content)).toEqual(['beside', 'place']);
});

test('[CH14] [CH1] Two who store for many rooms at once, in any order, wait for each other in turn', async () => {
  const rooms = await Promise.all(Array.from({ length: 6 }, () => roomOf(people.slice(0, 2))));
  const [ann, bob] = people as [TestUser, TestUser];
  // A second path of its own beside the batches: edits lock the same counters, one at a time.
  const first = await Promise.all(rooms.map((roomId) => send(ann, roomId, { content: 'First' })));
  await Promise.all(Array.from({ length: 20 }, (_, round) => [
    ...rooms.map((roomId) => send(bob, roomId, { content: `${round}` })),
    ...rooms.toReversed().map((roomId) => send(ann, roomId, { content: `${round}` })),
    ...first.map((message) => server.app.chat.edit(server.app.write, actor(ann), message.roomId, message.id, `${round}`)),
  ]).flat());
  for (const roomId of rooms) expect((await rowsOf(roomId)).map(({ seq }) => seq)).toEqual(Array.from({ length: 41 }, (_, nth) => nth + 1));
});
