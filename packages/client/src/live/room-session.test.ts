import type { ChatMessage } from '@watchparty/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LiveRoom, message, person, playback, room, startLiveRoom } from '../../test/live-room.ts';
import { Refusal, SILENCE } from '../../test/live-server.ts';
import { soon, soonExpect } from '../../test/soon.ts';
import { createMemoryTokenStore } from '../tokens.ts';
import { createLiveClient, type LiveClient } from './live-client.ts';
import type { ChatNews } from './message-log.ts';
import type { RoomOptions, RoomSession } from './room.ts';
import { until } from './store.ts';

let there: LiveRoom;
let live: LiveClient;
let news: ChatNews[];
beforeEach(async () => {
  there = await startLiveRoom();
  news = [];
  live = createLiveClient({ baseUrl: there.server.url, tokens: createMemoryTokenStore({ accessToken: 'good' }), random: () => 0.01 });
});
afterEach(async () => {
  live.close();
  await there.server.close();
});

async function enter(options: RoomOptions = {}): Promise<RoomSession> {
  const session = live.joinRoom(1, { onChat: (one) => news.push(one), ...options });
  await session.entered();
  return session;
}

const delivered = (): number[] => news.flatMap((one) => one.delivered.map(({ seq }) => seq));
const seqs = (items: readonly ChatMessage[]): number[] => items.map(({ seq }) => seq);
const upToDate = (session: RoomSession) => until(session, (state) => state.upToDate);
const tell = (event: string, payload: unknown): void => there.server.tell(event, payload);

describe('[LC6] Entering', () => {
  test('shows the snapshot; what was heard meanwhile comes after it', async () => {
    there.server.on('room:join', () => {
      tell('room:changed', { room: room({ name: 'Renamed' }) });
      tell('room:presence', { roomId: 1, participants: [person(7), person(8)], partial: false, left: [], participantCount: 2, onlineCount: 2 });
      tell('chat:messages', { roomId: 1, items: [message(1)] });
      return { ...there.snapshot, messages: { items: [], hasMore: false, changeCursor: 0 } };
    });
    const { state } = await enter();
    expect(state.status).toBe('entered');
    expect(state.participants.map(({ userId }) => userId)).toEqual([7, 8]);
    expect(state.room).toMatchObject({ name: 'Renamed', participantCount: 2 });
    expect(state.onlineCount).toBe(2);
    expect(seqs(state.messages)).toEqual([1]);
    expect(state.upToDate).toBe(true);
  });

  test('again after the connection broke, with the last seq and the same key', async () => {
    there.chat.say();
    const session = await enter({ password: 'open', invite: 'i' });
    there.chat.say();
    there.server.cut();
    await until(session, ({ status }) => status === 'entering');
    expect(session.state).toMatchObject({ upToDate: false, room: { id: 1 }, playback: { version: 1 } });
    await upToDate(session);
    expect(there.server.received('room:join')).toEqual([
      { roomId: 1, password: 'open', invite: 'i' }, { roomId: 1, password: 'open', invite: 'i', lastSeq: 1 },
    ]);
    expect(delivered()).toEqual([1, 2]);
  });

  test('again when events may have been lost', async () => {
    const session = await enter();
    there.chat.say();
    there.snapshot = { ...there.snapshot, room: room({ name: 'Renamed' }), playback: playback(2) };
    tell('live:missed', {});
    await until(session, (state) => state.upToDate && state.room?.name === 'Renamed');
    expect(delivered()).toEqual([1]);
    expect(session.state.playback?.version).toBe(2);
  });

  test('once more when events were lost while it was under way', async () => {
    let joins = 0;
    there.server.on('room:join', () => {
      joins += 1;
      if (joins === 1) tell('live:missed', {});
      return { ...there.snapshot, onlineCount: joins, messages: there.chat.recent(undefined, 3) };
    });
    const session = await enter();
    expect(await until(session, (state) => state.onlineCount === 2 && state.upToDate)).toMatchObject({ status: 'entered' });
  });

  test('is tried again when the server is busy, and given up when it refuses', async () => {
    let joins = 0;
    there.server.on('room:join', () => {
      joins += 1;
      if (joins === 1) return new Refusal('service.unavailable', 503);
      return new Refusal('rooms.password_wrong', 403);
    });
    const session = live.joinRoom(1);
    await expect(session.entered()).rejects.toMatchObject({ code: 'rooms.password_wrong' });
    expect(session.state).toMatchObject({ status: 'refused', error: { code: 'rooms.password_wrong' } });
    there.server.cut();
    await until(live.connection, ({ status }) => status === 'waiting');
    await until(live.connection, ({ status }) => status === 'connected');
    await live.request({ name: 'clock:ping', summary: '', body: {}, reply: {} }, {});
    expect(joins).toBe(2);
  });

  test('ends for whoever is put out, and they do not come back by themselves', async () => {
    const session = await enter();
    tell('room:expelled', { roomId: 2, reason: 'kicked' });
    tell('room:expelled', { roomId: 1, reason: 'banned' });
    await until(session, ({ status }) => status === 'expelled');
    expect(session.state).toMatchObject({ expelled: 'banned', upToDate: false });
    tell('chat:messages', { roomId: 1, items: [message(1)] });
    there.server.cut();
    await until(live.connection, ({ status }) => status === 'waiting');
    await until(live.connection, ({ status }) => status === 'connected');
    await live.request({ name: 'clock:ping', summary: '', body: {}, reply: {} }, {});
    expect(there.server.received('room:join')).toHaveLength(1);
    expect(delivered()).toEqual([]);
  });

  test('leaving tells the server, and ends it here', async () => {
    const session = await enter();
    await session.leave({ stay: true });
    expect(there.server.received('room:leave')).toEqual([{ roomId: 1, stay: true }]);
    expect(session.state.status).toBe('left');
  });
});

describe('[LC7] Each message once and in ascending seq', () => {
  test('beginning with the newest, older ones when asked for', async () => {
    for (let nth = 0; nth < 8; nth += 1) there.chat.say();
    const session = await enter();
    expect(delivered()).toEqual([6, 7, 8]);
    expect(session.state.hasOlder).toBe(true);
    expect(await session.loadOlder(4)).toBe(true);
    expect(seqs(session.state.messages)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(await session.loadOlder(4)).toBe(false);
    expect(session.state.hasOlder).toBe(false);
    expect(seqs(session.state.messages)[0]).toBe(1);
    expect(delivered()).toEqual([6, 7, 8]);
  });

  test('keeping as many as were asked for', async () => {
    for (let nth = 0; nth < 2; nth += 1) there.chat.say();
    const session = await enter({ keepMessages: 3 });
    expect(session.state.hasOlder).toBe(false);
    tell('chat:messages', { roomId: 1, items: [there.chat.say(), there.chat.say()] });
    await soonExpect(() => expect(seqs(session.state.messages)).toEqual([2, 3, 4]));
    expect(session.state.hasOlder).toBe(true);
    expect(await session.loadOlder()).toBe(false);
    expect(session.state.hasOlder).toBe(false);
    expect(seqs(session.state.messages)).toEqual([1, 2, 3, 4]);
  });

  test('beginning after the position that it resumes from', async () => {
    for (let nth = 0; nth < 8; nth += 1) there.chat.say();
    const session = await enter({ resume: { lastSeq: 2, changeCursor: 0 } });
    await upToDate(session);
    expect(delivered()).toEqual([3, 4, 5, 6, 7, 8]);
    expect(session.resumePosition).toEqual({ lastSeq: 8, changeCursor: 0 });
  });
});

describe('[LC8] What is missing is fetched', () => {
  test('when an event tells of a gap', async () => {
    const session = await enter();
    for (let nth = 0; nth < 3; nth += 1) there.chat.say();
    tell('chat:messages', { roomId: 1, items: [there.chat.messages[2]] });
    await soonExpect(() => expect(delivered()).toEqual([1, 2, 3]));
    await upToDate(session);
  });

  test('in as many pages as it takes, and again when the server fails', async () => {
    const session = await enter();
    for (let nth = 0; nth < 250; nth += 1) there.chat.say();
    let asked = 0;
    there.server.route('GET /api/chat/1/messages', (query) => {
      asked += 1;
      if (asked === 2) return new Refusal('service.unavailable', 503);
      const items = there.chat.after(Number(query.get('after')), 100);
      return { items, nextCursor: items.length === 100 ? '1' : null };
    });
    there.server.cut();
    await soonExpect(() => expect(delivered()).toHaveLength(250));
    await upToDate(session);
    expect(delivered()).toEqual(there.chat.messages.map(({ seq }) => seq));
  });

  test('again when an answer does not come', async () => {
    live.close();
    live = createLiveClient({ baseUrl: there.server.url, tokens: createMemoryTokenStore({ accessToken: 'good' }), random: () => 0.01, timeoutMs: 1000 });
    let asked = 0;
    there.server.route('GET /api/chat/1/messages', () => {
      asked += 1;
      return asked === 1 ? new Promise(() => {}) : { items: there.chat.after(0, 100), nextCursor: null };
    });
    const session = await enter();
    there.chat.say();
    tell('chat:messages', { roomId: 1, items: [there.chat.say()] });
    await upToDate(session);
    await soonExpect(() => expect(delivered()).toEqual([1, 2]));
    expect(asked).toBeGreaterThanOrEqual(2);
  });

  test('now and then without being told', async () => {
    const session = await enter({ checkEveryMs: 50 });
    there.chat.say();
    there.chat.change(0, 'edit');
    there.snapshot = { ...there.snapshot, playback: playback(5) };
    await soonExpect(() => expect(session.state.messages.map(({ content }) => content)).toEqual(['edit 1']));
    await until(session, (state) => state.playback?.version === 5);
  });
});

test('[LC9] Changes that nobody told of are fetched on entering again', async () => {
  there.chat.say();
  there.chat.say();
  const session = await enter();
  there.chat.change(0, 'edit');
  there.chat.change(1, 7);
  there.server.cut();
  await until(session, ({ status }) => status === 'entering');
  await upToDate(session);
  expect(session.state.messages).toEqual(there.chat.messages);
  expect(news.flatMap((one) => one.changed.map(({ seq }) => seq)).toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect(delivered()).toEqual([1, 2]);
});

describe('[LC10] The playback with the highest version holds', () => {
  test('in events, snapshots and answers', async () => {
    const session = await enter();
    tell('playback:state', playback(4));
    tell('playback:state', playback(3));
    await until(session, (state) => state.playback?.version === 4);
    there.server.on('playback:command', ({ version }: { version: number }) => playback(version + 1, { playing: true }));
    expect(await session.command({ action: 'play' })).toMatchObject({ version: 5 });
    expect(there.server.received('playback:command')).toEqual([{ roomId: 1, version: 4, action: 'play' }]);
    expect(session.state.playback).toMatchObject({ version: 5, playing: true });
    there.server.cut();
    await until(session, ({ status }) => status === 'entering');
    await upToDate(session);
    expect(session.state.playback?.version).toBe(5);
  });

  test('a command is refused with the server’s code', async () => {
    const session = await enter();
    there.server.on('playback:command', () => new Refusal('rooms.playback_version_conflict', 409));
    await expect(session.command({ action: 'play' })).rejects.toMatchObject({ code: 'rooms.playback_version_conflict' });
  });
});

test('[LC11] A partial list of people changes the one before, in the order of roles and joining', async () => {
  const session = await enter();
  const told = { roomId: 1, left: [], participantCount: 3, onlineCount: 3 };
  const early = '2025-01-01T00:00:00.000Z';
  tell('room:presence', { ...told, participants: [person(9), person(8, { role: 'co-host' }), person(5, { joinedAt: early })], partial: true });
  await soonExpect(() => expect(session.state.participants.map(({ userId }) => userId)).toEqual([7, 8, 5, 9]));
  tell('room:presence', { ...told, participants: [person(9, { driftMs: 4 })], partial: true, left: [5], participantCount: 200 });
  await soonExpect(() => expect(session.state.participants.map(({ userId }) => userId)).toEqual([7, 8, 9]));
  expect(session.state.participants[2]!.driftMs).toBe(4);
  expect(session.state.room?.participantCount).toBe(200);
  tell('room:presence', { ...told, participants: [person(9)], partial: false });
  await soonExpect(() => expect(session.state.participants.map(({ userId }) => userId)).toEqual([9]));
});

describe('Outgoing messages', () => {
  test('[LC12] go out in their order, each until it is acknowledged, over broken connections', async () => {
    const session = await enter();
    let asked = 0;
    there.server.on('chat:send', ({ content, clientMessageId }: { content: string; clientMessageId: string }) => {
      asked += 1;
      const said = there.chat.messages.find((one) => one.clientMessageId === clientMessageId) ?? there.chat.say({ content, clientMessageId });
      if (asked % 3 === 0) return said;
      if (asked % 3 === 1) there.server.cut();
      return asked % 3 === 1 ? SILENCE : new Refusal('service.unavailable', 503);
    });
    const contents = Array.from({ length: 6 }, (_, nth) => `mine ${nth}`);
    for (const content of contents) session.send(content);
    await until(session, ({ outgoing }) => outgoing.length === 0);
    expect(there.chat.messages.map(({ content }) => content)).toEqual(contents);
    expect(delivered()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('[LC13] show how they are; a refused one holds up no other and can be sent again', async () => {
    const session = await enter();
    there.server.on('chat:send', ({ content, clientMessageId }: { content: string; clientMessageId: string }) =>
      content === 'rude' && there.chat.messages.length < 2 ? new Refusal('chat.reply_not_found', 422) : there.chat.say({ content, clientMessageId }));
    session.send('first');
    const refused = session.send({ content: 'rude' });
    session.send('second');
    expect(session.state.outgoing.map(({ status }) => status)).toEqual(['sending', 'sending', 'sending']);
    await until(session, ({ outgoing }) => outgoing.length === 1);
    expect(session.state.outgoing).toMatchObject([{ content: 'rude', status: 'failed', error: { code: 'chat.reply_not_found' } }]);
    session.retry(refused.clientMessageId);
    await until(session, ({ outgoing }) => outgoing.length === 0);
    expect(session.state.messages.map(({ content }) => content)).toEqual(['first', 'second', 'rude']);
    there.server.on('chat:send', () => new Refusal('chat.reply_not_found', 422));
    const other = session.send('other');
    await until(session, ({ outgoing }) => outgoing[0]?.status === 'failed');
    session.discard(other.clientMessageId);
    expect(session.state.outgoing).toEqual([]);
  });

  test('[LC13] are sent, but still there, while an earlier message is missing', async () => {
    const session = await enter();
    const lost = there.chat.say();
    there.server.route('GET /api/chat/1/messages', () => new Refusal('service.unavailable', 503));
    session.send('mine');
    await until(session, ({ outgoing }) => outgoing[0]?.status === 'sent');
    expect(session.state).toMatchObject({ messages: [], upToDate: false });
    tell('chat:messages', { roomId: 1, items: [lost] });
    await until(session, ({ outgoing }) => outgoing.length === 0);
    expect(seqs(session.state.messages)).toEqual([1, 2]);
  });

  test('[LC14] survive a reload in a storage, in their order', async () => {
    const kept = new Map<string, string>();
    const outgoingStorage = {
      get: async (key: string) => kept.get(key),
      set: (key: string, value: string | null) => void (value === null ? kept.delete(key) : kept.set(key, value)),
    };
    const open = () => createLiveClient({
      baseUrl: there.server.url, tokens: createMemoryTokenStore({ accessToken: 'good' }), random: () => 0.01, outgoingStorage,
    });
    there.server.on('chat:send', () => SILENCE);
    const before = open();
    const first = before.joinRoom(1);
    for (const content of ['one', 'two', 'three']) first.send({ content, replyToId: message(1).id });
    await soon(() => kept.size === 1 && there.server.received('chat:send').length === 1);
    before.close();

    there.server.on('chat:send', ({ content, clientMessageId }: { content: string; clientMessageId: string }) => there.chat.say({ content, clientMessageId }));
    const after = open();
    const second = after.joinRoom(1);
    second.send('four');
    await until(second, ({ outgoing, messages }) => outgoing.length === 0 && messages.length === 4);
    expect(second.state.messages.map(({ content }) => content)).toEqual(['one', 'two', 'three', 'four']);
    expect(there.server.received('chat:send')[1]).toEqual(there.server.received('chat:send')[0]);
    await soon(() => kept.size === 0);
    after.close();
  });

  test('[LC14] What was told of before the reload, and kept for too long, is done with', async () => {
    there.chat.say({ content: 'said', clientMessageId: 'kept' });
    live.close();
    live = createLiveClient({
      baseUrl: there.server.url, tokens: createMemoryTokenStore({ accessToken: 'good' }), random: () => 0.01,
      outgoingStorage: { get: () => JSON.stringify([{ clientMessageId: 'kept', content: 'said', status: 'sending' }]), set: () => {} },
    });
    const session = live.joinRoom(1, { resume: { lastSeq: 1, changeCursor: 0 } });
    await until(session, ({ outgoing }) => outgoing.length === 1);
    await until(session, ({ outgoing }) => outgoing.length === 0);
    expect(there.chat.messages).toHaveLength(1);
    expect(there.server.received('chat:send')).toHaveLength(1);
  });

  test('[LC14] A storage that fails, or holds something else, stops nothing', async () => {
    for (const held of ['not json', '{"a":1}', '[{"content":1}]']) {
      const client = createLiveClient({
        baseUrl: there.server.url, tokens: createMemoryTokenStore({ accessToken: 'good' }),
        outgoingStorage: { get: () => held, set: () => Promise.reject(new Error('full')) },
      });
      const session = client.joinRoom(1);
      session.send(held);
      await until(session, ({ outgoing }) => outgoing.length === 0);
      client.close();
    }
    expect(there.chat.messages).toHaveLength(3);
  });
});
