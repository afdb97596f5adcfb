import { randomUUID } from 'node:crypto';
import type { ChatChanges, ChatMessage, ChatReacted, RoomSnapshot } from '@watchparty/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { openViewer, type Viewer } from '../../../test/viewer.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let ann: TestUser;
let bob: TestUser;
let viewers: Viewer[] = [];

beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  [owner, ann, bob] = [await make.user(), await make.user(), await make.user()];
});
afterAll(() => server.close());
afterEach(() => {
  for (const viewer of viewers) viewer.close();
  viewers = [];
});

async function open(user: TestUser): Promise<Viewer> {
  const viewer = await openViewer(server, user);
  viewers.push(viewer);
  return viewer;
}
const http = async (user: TestUser, method: string, path: string, body?: object) =>
  server.ask(method, `/api${path}`, { token: user.token, ...(body && { body }) });
const enteredBy = async (roomId: number, ...users: TestUser[]): Promise<Viewer[]> => {
  const all = await Promise.all(users.map(open));
  for (const viewer of all) await viewer.enter(roomId);
  return all;
};
/** Sends, and answers what the acknowledgement holds. */
async function done<T>(viewer: Viewer, event: string, body: object): Promise<T> {
  const answer = await viewer.send(event, body);
  expect(answer).toMatchObject({ success: true });
  return answer.data as T;
}
const say = (viewer: Viewer, roomId: number, content: string, more: object = {}): Promise<ChatMessage> =>
  done(viewer, 'chat:send', { roomId, content, clientMessageId: randomUUID(), ...more });
const listed = async (user: TestUser, roomId: number): Promise<ChatMessage[]> =>
  (await http(user, 'GET', `/chat/${roomId}/messages?limit=100`)).body.data.items;
const toldIds = (viewer: Viewer): string[] => viewer.told.filter(({ event }) => event === 'chat:messages')
  .flatMap(({ payload }) => payload.items.map(({ id }: ChatMessage) => id));

/** A room's chat as a client keeps it: what it was given, and what was told since. */
function keep(messages: Map<string, ChatMessage>, { event, payload }: Viewer['told'][number]): void {
  if (['chat:messages', 'chat:edited', 'chat:deleted'].includes(event)) {
    for (const item of payload.items as ChatMessage[]) {
      const known = messages.get(item.id);
      if (known === undefined || (item.change ?? 0) > (known.change ?? 0)) messages.set(item.id, item);
    }
  }
  if (event !== 'chat:reacted') return;
  for (const { id, change, emoji, userId, on } of (payload.items as ChatReacted[])) {
    const message = messages.get(id);
    if (message === undefined || change <= (message.change ?? 0)) continue;
    const reactions = message.reactions.some((one) => one.emoji === emoji) ? message.reactions : [...message.reactions, { emoji, count: 0, userIds: [] }];
    messages.set(id, {
      ...message, change,
      reactions: reactions.map((one) => {
        if (one.emoji !== emoji) return one;
        const others = one.userIds.filter((other) => other !== userId);
        const userIds = on ? [...others, userId] : others;
        return { emoji, userIds, count: userIds.length };
      }).filter(({ count }) => count > 0),
    });
  }
}

test('[CH9] [CH1] What is said live or by HTTP is told to all who hear the room, as everybody reads it', async () => {
  const { id } = await make.room(owner);
  const [first, second] = (await enteredBy(id, ann, bob)) as [Viewer, Viewer];
  const live = await say(first, id, 'Hello');
  const byHttp = await make.message(owner, id, { content: 'Hi' });
  expect([live.seq, byHttp.seq]).toEqual([1, 2]);
  for (const viewer of [first, second]) {
    await viewer.hears('chat:messages', ({ items }) => items.some((item: ChatMessage) => item.id === byHttp.id));
    expect(viewer.told.filter(({ event }) => event === 'chat:messages').flatMap(({ payload }) => payload.items)).toEqual([live, byHttp]);
  }
  expect(await listed(bob, id)).toEqual([live, byHttp]);
});

test('[CH9] [CH3] Sent again it is told no more, and what is refused is told to nobody', async () => {
  const { id } = await make.room(owner);
  const [first, second] = (await enteredBy(id, ann, bob)) as [Viewer, Viewer];
  const body = { roomId: id, content: 'Once', clientMessageId: randomUUID() };
  const [one, again] = [await first.send('chat:send', body), await first.send('chat:send', body)];
  expect(again).toEqual(one);
  const outside = await open(owner);
  await http(owner, 'POST', `/rooms/${id}/leave`);
  expect((await outside.send('chat:send', { ...body, clientMessageId: randomUUID() })).code).toBe('rooms.not_participant');
  expect((await first.send('chat:send', { roomId: id, content: '', clientMessageId: 'x' })).code).toBe('request.invalid');
  const last = await say(second, id, 'Last');
  await first.hears('chat:messages', ({ items }) => items.some((item: ChatMessage) => item.id === last.id));
  expect(toldIds(first)).toEqual([one.data.id, last.id]);
});

test('[CH5] [CH9] Edits and deletions are told as they are answered', async () => {
  const { id } = await make.room(owner);
  const [first, second] = (await enteredBy(id, ann, bob)) as [Viewer, Viewer];
  const message = await say(first, id, 'Frist');
  expect((await second.send('chat:edit', { roomId: id, id: message.id, content: 'Mine' })).code).toBe('chat.not_author');
  const edited = await done<ChatMessage>(first, 'chat:edit', { roomId: id, id: message.id, content: 'First' });
  expect(edited).toEqual({ ...message, content: 'First', editedAt: expect.any(String), change: 1 });
  expect(await second.hears('chat:edited')).toEqual({ roomId: id, items: [edited] });
  expect((await second.send('chat:delete', { roomId: id, id: message.id })).code).toBe('chat.may_not_delete');
  const deleted = await done<ChatMessage>(first, 'chat:delete', { roomId: id, id: message.id });
  expect(deleted).toEqual({ ...edited, content: '', deletedAt: expect.any(String), change: 2 });
  expect(await second.hears('chat:deleted')).toEqual({ roomId: id, items: [deleted] });
});

test('[CH7] Who was away finds the notice as the message is now, and none of what is deleted or names them no more', async () => {
  const { id } = await make.room(owner);
  const [viewer] = (await enteredBy(id, ann, bob)) as [Viewer, Viewer];
  const away = await make.user();
  await server.ask('POST', `/api/rooms/${id}/join`, { token: away.token });
  const found = async () => (await server.ask('GET', '/api/notices', { token: away.token })).body.data.items
    .map(({ messageId, excerpt }: { messageId: string; excerpt: string }) => [messageId, excerpt]);
  const say3 = (text: string) => say(viewer, id, `@${away.username} ${text}`);
  const [kept, unnamed, gone] = [await say3('one'), await say3('two'), await say3('three')];
  expect((await found()).map(([messageId]: [string]) => messageId).toSorted()).toEqual([kept.id, unnamed.id, gone.id].toSorted());
  await done(viewer, 'chat:edit', { roomId: id, id: kept.id, content: `Now @${away.username}` });
  await done(viewer, 'chat:edit', { roomId: id, id: unnamed.id, content: 'Nobody' });
  await done(viewer, 'chat:delete', { roomId: id, id: gone.id });
  expect(await found()).toEqual([[kept.id, `Now @${away.username}`]]);
});

test('[CH7] Who is in the room is named, and told of it wherever they are', async () => {
  const { id } = await make.room(owner);
  const [viewer] = (await enteredBy(id, ann, bob)) as [Viewer, Viewer];
  const elsewhere = await open(owner);
  const stranger = await make.user();
  const content = `@${owner.username.toUpperCase()}, @${bob.username}: look! Not @${stranger.username}, a@${bob.username} or @${ann.username}`;
  const message = await say(viewer, id, content);
  const named = [owner, bob, ann].map(({ id: userId, username }) => ({ userId, username }));
  expect(message.mentions).toEqual(named);
  const heard = await elsewhere.hears('notice');
  expect(heard).toEqual({
    id: expect.any(String), kind: 'mention', createdAt: expect.any(String), readAt: null, roomId: id, messageId: message.id, seq: 1,
    from: { userId: ann.id, username: ann.username }, excerpt: content,
  });
  const edited = await done<ChatMessage>(viewer, 'chat:edit', { roomId: id, id: message.id, content: `@${owner.username} and @${bob.username}` });
  expect(edited.mentions).toEqual(named.slice(0, 2));
  const last = await say(viewer, id, `@${owner.username}`);
  await elsewhere.hears('notice', ({ messageId }) => messageId === last.id);
  const told = elsewhere.told.filter(({ event }) => event === 'notice').map(({ payload }) => payload.id);
  expect(new Set(told).size).toBe(2);
  expect(viewer.told.filter(({ event }) => event === 'notice')).toEqual([]);
  expect((await listed(ann, id)).map(({ mentions }) => mentions)).toEqual([edited.mentions, last.mentions]);
});

test('[CH8] Changes are numbered without a gap; whoever was away asks for them', async () => {
  const { id } = await make.room(owner);
  const messages = [await make.message(owner, id), await make.message(owner, id), await make.message(owner, id)];
  const at = (nth: number, rest = ''): string => `/chat/${id}/messages/${messages[nth]!.id}${rest}`;
  const changes = async (after: number, limit = 50): Promise<ChatChanges> =>
    (await http(owner, 'GET', `/chat/${id}/messages/changes?after=${after}&limit=${limit}`)).body.data;
  expect(await changes(0)).toEqual({ items: [], changeCursor: 0, hasMore: false });
  const edits = Array.from({ length: 20 }, (_, nth) => http(owner, 'PATCH', at(nth % 2), { content: `${nth}` }));
  expect((await Promise.all(edits)).map(({ body }) => body.data.change).toSorted((a, b) => a - b)).toEqual(edits.map((_, nth) => nth + 1));
  const both = await changes(0);
  expect(both.items.map(({ id: messageId }) => messageId).toSorted()).toEqual([messages[0]!.id, messages[1]!.id].toSorted());
  expect(both).toMatchObject({ changeCursor: 20, hasMore: false });
  await http(owner, 'DELETE', at(2));
  await http(owner, 'DELETE', at(2));
  await http(owner, 'PUT', at(0, `/reactions/${encodeURIComponent('🎬')}`));
  expect((await changes(20)).items.map(({ seq, change }) => [seq, change])).toEqual([[3, 21], [1, 22]]);
  const page = await changes(0, 1);
  expect(page).toMatchObject({ hasMore: true });
  expect((await changes(page.changeCursor)).items.at(-1)).toMatchObject({ seq: 1, change: 22 });
  expect(await changes(22)).toEqual({ items: [], changeCursor: 22, hasMore: false });
});

test('[CH10] Who enters goes on from what they have', async () => {
  const { id } = await make.room(owner);
  for (let nth = 1; nth <= 60; nth += 1) await make.message(owner, id, { content: `${nth}` });
  const [viewer] = (await enteredBy(id, ann)) as [Viewer];
  const enter = async (given: object): Promise<RoomSnapshot['messages']> => (await viewer.enter(id, given)).messages;
  const seqs = ({ items }: RoomSnapshot['messages']): number[] => items.map(({ seq }) => seq);
  const newest = await enter({});
  expect([seqs(newest)[0], seqs(newest).at(-1), newest.hasMore, newest.changeCursor]).toEqual([11, 60, true, 0]);
  const missing = await enter({ lastSeq: 5 });
  expect([seqs(missing)[0], seqs(missing).at(-1), missing.hasMore]).toEqual([6, 55, true]);
  await http(owner, 'PATCH', `/chat/${id}/messages/${newest.items[0]!.id}`, { content: 'Changed' });
  expect(await enter({ lastSeq: 58 })).toMatchObject({ hasMore: false, changeCursor: 1, items: [{ seq: 59 }, { seq: 60 }] });
  expect(await enter({ lastSeq: 60 })).toMatchObject({ items: [], hasMore: false });
});

test('[CH11] Reactions: each person each emoji once, and nothing but emoji', async () => {
  const { id } = await make.room(owner);
  const [first, second] = (await enteredBy(id, ann, bob)) as [Viewer, Viewer];
  const message = await say(first, id, 'Well?');
  const react = (viewer: Viewer, emoji: string, on?: boolean) =>
    viewer.send('chat:react', { roomId: id, id: message.id, emoji, ...(on !== undefined && { on }) });
  const reactions = async () => (await listed(ann, id))[0]!.reactions;
  await react(first, '👍');
  const both = await react(second, '👍');
  expect(both.data).toEqual({ ...message, change: 2, reactions: [{ emoji: '👍', count: 2, userIds: [ann.id, bob.id] }] });
  expect((await react(second, '👍', true)).data.change).toBe(2);
  expect(await second.hears('chat:reacted', ({ items }) => items.some((item: ChatReacted) => item.userId === bob.id)))
    .toMatchObject({ items: expect.arrayContaining([{ id: message.id, seq: 1, change: 2, emoji: '👍', userId: bob.id, on: true, count: 2 }]) });
  await react(first, '👩🏽‍🚀');
  await react(first, '👍');
  expect(await reactions()).toEqual([{ emoji: '👍', count: 1, userIds: [bob.id] }, { emoji: '👩🏽‍🚀', count: 1, userIds: [ann.id] }]);
  for (const text of ['x', '👍👍', '1', ' ', '👍 ']) expect((await react(first, text)).code, text).toBe('chat.emoji_invalid');
  expect((await react(await open(await make.user()), '👍')).code).toBe('rooms.not_participant');
  const kinds = ['😀', '😁', '😂', '😃', '😄', '😅', '😆', '😇', '😈', '😉', '😊', '😋', '😌', '😍', '😎', '😏', '😐', '😑'];
  for (const emoji of kinds) expect((await react(second, emoji)).success).toBe(true);
  expect((await react(second, '🙈')).code).toBe('chat.reactions_exhausted');
  expect((await react(second, '👩🏽‍🚀')).success).toBe(true);
  expect((await done<ChatMessage>(first, 'chat:delete', { roomId: id, id: message.id })).reactions).toEqual([]);
  expect((await react(second, '👍')).code).toBe('chat.message_not_found');
  expect(await reactions()).toEqual([]);
});

test('[CH12] An answer shows what it answers as it is now', async () => {
  const { id } = await make.room(owner);
  const [viewer] = (await enteredBy(id, ann)) as [Viewer];
  const asked = await say(viewer, id, 'x'.repeat(300));
  const answer = await say(viewer, id, 'Yes', { replyToId: asked.id });
  const shown = { id: asked.id, seq: 1, userId: ann.id, username: ann.username, content: 'x'.repeat(140), deleted: false };
  expect(answer.replyTo).toEqual(shown);
  const again = async () => (await listed(ann, id)).find((message) => message.id === answer.id)!.replyTo;
  await done(viewer, 'chat:edit', { roomId: id, id: asked.id, content: 'y' });
  expect(await again()).toEqual({ ...shown, content: 'y' });
  await done(viewer, 'chat:delete', { roomId: id, id: asked.id });
  expect(await again()).toEqual({ ...shown, content: '', deleted: true });
  const refuse = async (replyToId: string) =>
    (await viewer.send('chat:send', { roomId: id, content: 'No', clientMessageId: randomUUID(), replyToId })).code;
  const elsewhere = await make.message(owner, (await make.room(owner)).id);
  for (const replyToId of [asked.id, elsewhere.id, randomUUID()]) expect(await refuse(replyToId)).toBe('chat.reply_not_found');
  await server.db.database.kysely.deleteFrom('chat_messages').where('id', '=', asked.id).execute();
  await make.message(owner, id);
  expect(await again()).toEqual({ id: asked.id, seq: 1, userId: null, username: null, content: '', deleted: true });
  expect((await make.message(ann, id)).seq).toBe(4);
});

test('[CH13] Who is writing, and what people show, is told and kept nowhere', async () => {
  const { id } = await make.room(owner);
  const [first, second] = (await enteredBy(id, ann, bob)) as [Viewer, Viewer];
  expect(await done(first, 'chat:typing', { roomId: id })).toBeNull();
  expect(await done(first, 'room:react', { roomId: id, emoji: '🎉' })).toBeNull();
  expect(await second.hears('room:reaction')).toEqual({ roomId: id, items: [{ userId: ann.id, username: ann.username, emoji: '🎉' }] });
  expect(second.told.filter(({ event }) => event === 'chat:typing').map(({ payload }) => payload))
    .toEqual([{ roomId: id, userId: ann.id, username: ann.username }]);
  expect((await first.send('room:react', { roomId: id, emoji: 'party' })).code).toBe('chat.emoji_invalid');
  const outside = await open(await make.user());
  for (const [event, body] of [['chat:typing', {}], ['room:react', { emoji: '🎉' }]] as const) {
    expect((await outside.send(event, { roomId: id, ...body })).code).toBe('rooms.not_participant');
  }
});

test('[CH9] [CH10] A snapshot and all that is told after it are the chat as it is', { timeout: 60_000 }, async () => {
  const { id } = await make.room(owner);
  const people = (await enteredBy(id, owner, ann, bob)) as [Viewer, Viewer, Viewer];
  const sent: ChatMessage[] = [];
  let seed = 7;
  const pick = <T>(from: readonly T[]): T => from[(seed = (seed * 48_271) % 2_147_483_647) % from.length]!;
  const act = async (viewer: Viewer): Promise<void> => {
    const target = { roomId: id, id: sent.length === 0 ? randomUUID() : pick(sent).id };
    switch (pick(['say', 'say', 'say', 'edit', 'delete', 'react', 'react', 'react'])) {
      case 'say': return void sent.push(await say(viewer, id, `@${ann.username} ${sent.length}`));
      case 'edit': return void (await viewer.send('chat:edit', { ...target, content: `Edited ${pick([1, 2, 3])}` }));
      case 'delete': return void (await viewer.send('chat:delete', target));
      default: return void (await viewer.send('chat:react', { ...target, emoji: pick(['👍', '🎬', '😀']) }));
    }
  };
  for (let round = 0; round < 10; round += 1) await Promise.all(people.map(act));
  const late = await open(bob);
  const acting = (async () => {
    for (let round = 0; round < 20; round += 1) await Promise.all(people.map(act));
  })();
  const { messages: snapshot } = await late.enter(id);
  await acting;
  const last = await say(people[0], id, 'The end');
  await late.hears('chat:messages', ({ items }) => items.some((item: ChatMessage) => item.id === last.id));
  const kept = (): ChatMessage[] => {
    const messages = new Map(snapshot.items.map((item) => [item.id, item]));
    for (const told of late.told) keep(messages, told);
    return [...messages.values()].toSorted((a, b) => a.seq - b.seq);
  };
  const truth = await listed(owner, id);
  await expect.poll(kept).toEqual(truth);
  expect(truth.map(({ seq }) => seq)).toEqual(truth.map((_, nth) => nth + 1));
});
