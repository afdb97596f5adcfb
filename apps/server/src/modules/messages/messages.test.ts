import type { Conversation, DirectMessage } from '@watchparty/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
});
afterAll(() => server.close());

const as = (who: TestUser, method: string, path: string, body?: object): Promise<Answer> =>
  server.ask(method, `/api/messages${path}`, { token: who.token, ...(body && { body }) });
const send = (from: TestUser, to: { id: number }, given: object = {}): Promise<Answer> =>
  as(from, 'POST', '/send', { receiverId: to.id, content: 'Hello', ...given });
async function sent(from: TestUser, to: { id: number }, given: object = {}): Promise<DirectMessage> {
  const { status, body } = await send(from, to, given);
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.data;
}
const code = async (answer: Promise<Answer>): Promise<string> => (await answer).body.code;
const pageOf = async (who: TestUser, peer: { id: number }, query = ''): Promise<{ items: DirectMessage[]; nextCursor: string | null }> =>
  (await as(who, 'GET', `/${peer.id}${query}`)).body.data;
const seqs = async (who: TestUser, peer: { id: number }, query = ''): Promise<number[]> =>
  (await pageOf(who, peer, query)).items.map(({ seq }) => seq);
const conversation = async (who: TestUser, peer: { id: number }): Promise<Conversation> =>
  (await as(who, 'GET', `/${peer.id}/conversation`)).body.data;
const pair = (): Promise<[TestUser, TestUser]> => Promise.all([make.user(), make.user()]);

test('[DM1] Messages of two people who write at once, in many conversations, are numbered without a gap', async () => {
  const people = await Promise.all(Array.from({ length: 6 }, () => make.user()));
  const ways = people.flatMap((from) => people.filter((to) => to !== from).map((to) => ({ from, to })));
  const all = await Promise.all(Array.from({ length: 5 }, () => ways).flat().map(({ from, to }) => sent(from, to)));
  const byPair = Map.groupBy(all, ({ senderId, receiverId }) => [senderId, receiverId].toSorted((a, b) => a - b).join(' '));
  expect(byPair.size).toBe(15);
  for (const messages of byPair.values()) expect(messages.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('[DM1] [DM15] A refused message uses up no number', async () => {
  const [ann, ben] = await pair();
  await sent(ann, ben);
  const replies = Array.from({ length: 10 }, () => send(ann, ben, { replyToId: '01890a5d-ac96-774b-bcce-b302099a8057' }));
  const good = Array.from({ length: 10 }, () => sent(ben, ann));
  for (const reply of replies) expect(await code(reply)).toBe('messages.reply_not_found');
  await Promise.all(good);
  expect(await seqs(ann, ben)).toEqual(Array.from({ length: 11 }, (_, at) => at + 1));
});

test('[DM2] Nobody writes to somebody who is not there, is oneself, or is a guest', async () => {
  const ann = await make.user();
  const room = await make.room(ann);
  const { body: link } = await server.ask('POST', `/api/rooms/${room.id}/invite-link`, { token: ann.token });
  const { body: guest } = await server.ask('POST', '/api/auth/guest', { body: { displayName: 'Guest', invite: link.data.invite } });
  expect(await code(send(ann, { id: 2_147_483_647 }))).toBe('accounts.not_found');
  expect(await code(send(ann, ann))).toBe('messages.self');
  expect(await code(send(ann, { id: guest.data.user?.id ?? guest.data.guest.id }))).toBe('accounts.not_found');
});

test('[DM2] Across a block nothing is written, edited or reacted to, in either direction; both still read, and delete', async () => {
  const [ann, ben] = await pair();
  const first = await sent(ann, ben);
  const second = await sent(ben, ann);
  await server.ask('POST', `/api/friends/blocks/${ben.id}`, { token: ann.token });
  expect(await code(send(ann, ben))).toBe('friends.blocking');
  expect(await code(send(ben, ann))).toBe('accounts.not_found');
  expect(await code(as(ben, 'PATCH', `/${ann.id}/${second.id}`, { content: 'Other' }))).toBe('accounts.not_found');
  expect(await code(as(ben, 'PUT', `/${ann.id}/${first.id}/reactions/${encodeURIComponent('👍')}`))).toBe('accounts.not_found');
  expect(await seqs(ben, ann)).toEqual([1, 2]);
  expect((await as(ben, 'DELETE', `/${ann.id}/${second.id}`)).status).toBe(200);
  expect((await pageOf(ann, ben)).items[1]).toMatchObject({ content: '', deletedAt: expect.any(String) });
});

test('[DM2] Messages that race with a block are accepted before it, or not at all', async () => {
  for (let round = 0; round < 5; round += 1) {
    const [ann, ben] = await pair();
    const sends = Array.from({ length: 20 }, () => send(ben, ann));
    await server.ask('POST', `/api/friends/blocks/${ben.id}`, { token: ann.token });
    const after = await seqs(ann, ben);
    await Promise.all(sends);
    expect(await seqs(ann, ben)).toEqual(after);
  }
});

test('[DM2] Who takes messages from friends only gets none from others', async () => {
  const [ann, ben] = await pair();
  const profile = await server.ask('PATCH', '/api/auth/profile', { token: ann.token, body: { messagesFrom: 'friends' } });
  expect(profile.body.data).toMatchObject({ messagesFrom: 'friends' });
  expect(await code(send(ben, ann))).toBe('messages.friends_only');
  for (const [from, to] of [[ann, ben], [ben, ann]] as const) {
    await server.ask('POST', '/api/friends/requests', { token: from.token, body: { userId: to.id } });
  }
  await sent(ben, ann);
});

test('[DM3] A thousand retries of one message, at once and late, are one message with one answer', async () => {
  const [ann, ben] = await pair();
  const again = () => sent(ann, ben, { clientMessageId: 'once' });
  const answers = await Promise.all(Array.from({ length: 1000 }, again));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  await sent(ben, ann);
  expect(await again()).toEqual(answers[0]);
  expect(await seqs(ann, ben)).toEqual([1, 2]);
}, 120_000);

test('[DM3] A retry is answered whatever has changed since; the same id for somebody else is refused', async () => {
  const [ann, ben] = await pair();
  const cas = await make.user();
  const answered = await sent(ann, ben);
  const first = await sent(ann, ben, { clientMessageId: 'x', replyToId: answered.id });
  await as(ann, 'DELETE', `/${ben.id}/${answered.id}`);
  await server.ask('POST', `/api/friends/blocks/${ann.id}`, { token: ben.token });
  expect(await sent(ann, ben, { clientMessageId: 'x', replyToId: answered.id })).toMatchObject({ id: first.id, replyTo: { deleted: true } });
  expect(await code(send(ann, cas, { clientMessageId: 'x' }))).toBe('messages.client_message_id_reused');
  const both = await Promise.all([send(cas, ann, { clientMessageId: 'y' }), send(cas, ben, { clientMessageId: 'y' })]);
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
});

test('[DM4] A conversation is read by seq from any place, the newest first by default, and by its two people only', async () => {
  const [ann, ben] = await pair();
  for (let nth = 0; nth < 7; nth += 1) await sent(nth % 2 === 0 ? ann : ben, nth % 2 === 0 ? ben : ann);
  expect(await seqs(ann, ben, '?limit=3')).toEqual([5, 6, 7]);
  expect(await pageOf(ben, ann, '?before=5&limit=3')).toMatchObject({ items: [{ seq: 2 }, { seq: 3 }, { seq: 4 }], nextCursor: '2' });
  expect(await pageOf(ben, ann, '?after=4&limit=3')).toMatchObject({ items: [{ seq: 5 }, { seq: 6 }, { seq: 7 }], nextCursor: null });
  expect(await code(as(ann, 'GET', `/${ben.id}?before=5&after=1`))).toBe('messages.query_ambiguous');
  const cas = await make.user();
  expect(await seqs(cas, ben)).toEqual([]);
  expect((await as(cas, 'GET', '')).body.data).toEqual({ items: [], nextCursor: null, unread: 0 });
});

test('[DM5] Conversations are listed by their last message, with what is unread', async () => {
  const me = await make.user();
  const peers = await Promise.all(Array.from({ length: 5 }, () => make.user()));
  for (const peer of peers) await sent(peer, me, { content: 'One' });
  await sent(me, peers[1]!);
  await sent(peers[0]!, me, { content: 'Two' });
  const { body: { data: first } } = await as(me, 'GET', '?limit=3');
  const { body: { data: second } } = await as(me, 'GET', `?limit=3&cursor=${first.nextCursor}`);
  const all = [...first.items, ...second.items] as Conversation[];
  expect(all.map(({ peer }) => peer.id)).toEqual([peers[0], peers[1], peers[4], peers[3], peers[2]].map((peer) => peer!.id));
  expect(second.nextCursor).toBeNull();
  expect(first.unread).toBe(5);
  expect(all[0]).toMatchObject({ unread: 2, lastSeq: 2, lastMessage: { content: 'Two', seq: 2 }, readSeq: 0 });
  expect((await as(me, 'POST', `/${peers[0]!.id}/read`, { seq: 1 })).body.data).toEqual({ readSeq: 1, deliveredSeq: 1 });
  expect(await conversation(me, peers[0]!)).toMatchObject({ unread: 1, readSeq: 1 });
  await as(me, 'POST', `/${peers[0]!.id}/read`, { seq: 99 });
  expect(await conversation(me, peers[0]!)).toMatchObject({ unread: 0, readSeq: 2, deliveredSeq: 2, peerReadSeq: 2 });
  expect(await conversation(peers[0]!, me)).toMatchObject({ peerReadSeq: 2, peerDeliveredSeq: 2, readSeq: 2 });
  await as(me, 'POST', `/${peers[0]!.id}/read`, { seq: 0 });
  expect(await conversation(me, peers[0]!)).toMatchObject({ readSeq: 2 });
  expect((await as(me, 'GET', '')).body.data.unread).toBe(4);
});

test('[DM6] Edits, deletions and reactions are numbered without a gap, and go on from a cursor', async () => {
  const [ann, ben] = await pair();
  const [one, two, three] = [await sent(ann, ben), await sent(ann, ben), await sent(ben, ann)];
  const thumb = encodeURIComponent('👍');
  await as(ann, 'PATCH', `/${ben.id}/${one.id}`, { content: 'Changed' });
  await as(ann, 'PUT', `/${ben.id}/${three.id}/reactions/${thumb}`);
  await as(ben, 'PUT', `/${ann.id}/${three.id}/reactions/${thumb}`);
  await as(ann, 'DELETE', `/${ben.id}/${two.id}`);
  await as(ann, 'DELETE', `/${ben.id}/${three.id}/reactions/${thumb}`);
  const { body: { data } } = await as(ben, 'GET', `/${ann.id}/changes?after=0`);
  expect(data).toMatchObject({
    items: [
      { id: one.id, change: 1, content: 'Changed', editedAt: expect.any(String) },
      { id: two.id, change: 4, content: '', deletedAt: expect.any(String) },
      { id: three.id, change: 5, reactions: [{ emoji: '👍', count: 1, userIds: [ben.id] }] },
    ],
    changeCursor: 5, hasMore: false,
  });
  expect((await as(ben, 'GET', `/${ann.id}/changes?after=4`)).body.data.items).toHaveLength(1);
  expect((await pageOf(ann, ben)).items).toEqual(data.items.toSorted((a: DirectMessage, b: DirectMessage) => a.seq - b.seq));
});

test('[DM5] Only its sender edits and deletes a message; a deleted one cannot be edited, and a message is never left empty', async () => {
  const [ann, ben] = await pair();
  const message = await sent(ann, ben);
  const at = `/${ben.id}/${message.id}`;
  expect(await code(as(ben, 'PATCH', `/${ann.id}/${message.id}`, { content: 'Mine' }))).toBe('messages.not_sender');
  expect(await code(as(ben, 'DELETE', `/${ann.id}/${message.id}`))).toBe('messages.not_sender');
  expect(await code(as(ann, 'PATCH', at, { content: ' ' }))).toBe('messages.empty');
  expect(await code(send(ann, ben, { content: '' }))).toBe('messages.empty');
  const deleted = (await as(ann, 'DELETE', at)).body.data;
  expect((await as(ann, 'DELETE', at)).body.data).toEqual(deleted);
  expect(await code(as(ann, 'PATCH', at, { content: 'Again' }))).toBe('messages.not_found');
  const cas = await make.user();
  for (const who of [cas, ann]) expect(await code(as(who, 'DELETE', `/${cas.id === who.id ? ben.id : cas.id}/${message.id}`))).toBe('messages.not_found');
});

test('[DM11] Words are found by their beginnings, in Cyrillic too, in one’s own conversations only', async () => {
  const [ann, ben] = await pair();
  const cas = await make.user();
  const film = await sent(ann, ben, { content: 'Пойдём в кино на «Сталкер»? Ёлки!' });
  const other = await sent(cas, ann, { content: 'Stalker, again. example.org/films' });
  await sent(cas, ben, { content: 'Сталкер без Анны' });
  const found = async (who: TestUser, q: string, rest = ''): Promise<string[]> =>
    (await as(who, 'GET', `/search?q=${encodeURIComponent(q)}${rest}`)).body.data.items.map(({ id }: DirectMessage) => id);
  expect(await found(ann, 'СТАЛК')).toEqual([other.id, film.id]);
  expect(await found(ann, 'сталкер', `&peerId=${ben.id}`)).toEqual([film.id]);
  expect(await found(ann, 'елки пойд')).toEqual([film.id]);
  expect(await found(ann, 'example.or')).toEqual([other.id]);
  for (const q of ['кинотеатр', `#${ann.id}`, "'", '!&|', '\\', ':*']) expect(await found(ann, q)).toEqual([]);
  const { body: { data } } = await as(ann, 'GET', `/search?q=stalker&limit=1`);
  expect(await found(ann, 'stalker', `&limit=1&cursor=${data.nextCursor}`)).toEqual([film.id]);
  await as(ann, 'DELETE', `/${ben.id}/${film.id}`);
  expect(await found(ann, 'сталкер')).toEqual([other.id]);
});

test('[DM8] A message answers one of the same two, and shows it as it is now', async () => {
  const [ann, ben] = await pair();
  const first = await sent(ann, ben, { content: 'First' });
  const answer = await sent(ben, ann, { replyToId: first.id });
  expect(answer.replyTo).toEqual({ id: first.id, seq: 1, senderId: ann.id, content: 'First', hasImage: false, deleted: false });
  await as(ann, 'PATCH', `/${ben.id}/${first.id}`, { content: 'Changed' });
  expect((await pageOf(ann, ben)).items[1]!.replyTo).toMatchObject({ content: 'Changed' });
  await as(ann, 'DELETE', `/${ben.id}/${first.id}`);
  expect((await pageOf(ann, ben)).items[1]!.replyTo).toMatchObject({ content: '', deleted: true });
  expect(await code(send(ben, ann, { replyToId: first.id }))).toBe('messages.reply_not_found');
});

test('[DM13] Either gives an emoji once and takes it back; doing so again changes nothing', async () => {
  const [ann, ben] = await pair();
  const message = await sent(ann, ben);
  const react = (who: TestUser, peer: TestUser, method: string, emoji = '👍') =>
    as(who, method, `/${peer.id}/${message.id}/reactions/${encodeURIComponent(emoji)}`);
  const given = (await react(ben, ann, 'PUT')).body.data;
  expect(given).toMatchObject({ change: 1, reactions: [{ emoji: '👍', count: 1, userIds: [ben.id] }] });
  expect((await react(ben, ann, 'PUT')).body.data).toEqual(given);
  expect(await code(react(ben, ann, 'PUT', 'text'))).toBe('messages.emoji_invalid');
  expect((await react(ben, ann, 'DELETE')).body.data).toMatchObject({ change: 2, reactions: [] });
  expect((await react(ben, ann, 'DELETE')).body.data).toMatchObject({ change: 2 });
  await as(ann, 'DELETE', `/${ben.id}/${message.id}`);
  expect(await code(react(ben, ann, 'PUT'))).toBe('messages.not_found');
});

test('[DM12] What is read from the hot cache is as fresh as the database', async () => {
  const [ann, ben] = await pair();
  const message = await sent(ann, ben);
  const read = async () => (await as(ben, 'GET', `/${ann.id}`)).body;
  expect(await read()).toMatchObject({ _cached: true, data: { items: [{ id: message.id }] } });
  await as(ann, 'PATCH', `/${ben.id}/${message.id}`, { content: 'Changed' });
  expect(await read()).toMatchObject({ data: { items: [{ content: 'Changed' }] } });
});
