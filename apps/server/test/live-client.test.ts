import { createHttpClient, createLiveClient, createMemoryTokenStore, type LiveClient, NetworkError, type RoomSession, type TokenStore } from '@watchparty/client';
import { chatEdit, chatReact, clockPing, type Room } from '@watchparty/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestApp } from './app.ts';
import { factoriesFor, type TestUser } from './factories.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';

let nodes: TwoNodes;
let make: ReturnType<typeof factoriesFor>;
let ann: TestUser;
let ben: TestUser;
let room: Room;
const opened: LiveClient[] = [];
beforeAll(async () => {
  nodes = await startTwoNodes();
  make = factoriesFor(nodes.a);
  ann = await make.user();
  ben = await make.user();
});
afterEach(() => {
  for (const live of opened.splice(0)) live.close();
});
afterAll(() => nodes.close());

const soon = (condition: () => unknown): Promise<unknown> => vi.waitUntil(condition, { timeout: 20_000, interval: 20 });

const tokensOf = ({ token, refreshToken }: TestUser): TokenStore => createMemoryTokenStore({ accessToken: token, refreshToken });

function connect(node: TestApp, tokens: TokenStore): LiveClient {
  const live = createLiveClient({ baseUrl: node.url, tokens });
  opened.push(live);
  return live;
}

/** Ann on one node and Ben on the other, both in a new room of Ann's. */
async function together(): Promise<{ anns: RoomSession; bens: RoomSession; bensLive: LiveClient }> {
  room = await make.room(ann, { movieId: (await make.movie(ann)).id });
  const bensLive = connect(nodes.b, tokensOf(ben));
  const [anns, bens] = [connect(nodes.a, tokensOf(ann)).joinRoom(room.id), bensLive.joinRoom(room.id)];
  await Promise.all([anns.entered(), bens.entered()]);
  return { anns, bens, bensLive };
}

describe('The live client and the server, on two nodes', () => {
  test('what one says, changes and commands is what the other sees', async () => {
    const { anns, bens, bensLive } = await together();
    for (const content of ['one', 'two', 'three']) anns.send(content);
    bens.send({ content: 'four' });
    for (const session of [anns, bens]) await soon(() => session.state.messages.length === 4 && session.state.outgoing.length === 0);
    expect(bens.state.messages.map(({ content }) => content).filter((content) => content !== 'four')).toEqual(['one', 'two', 'three']);

    const [first, second] = bens.state.messages.filter(({ userId }) => userId === ann.id);
    await bensLive.request(chatReact, { roomId: room.id, id: first!.id, emoji: '👍' });
    await opened[1]!.request(chatEdit, { roomId: room.id, id: second!.id, content: 'edited' });
    for (const session of [anns, bens]) {
      await soon(() => session.state.messages.some(({ reactions }) => reactions.length > 0) && session.state.messages.some(({ content }) => content === 'edited'));
    }
    expect(anns.state.messages).toEqual(bens.state.messages);

    const { version } = await anns.command({ action: 'play', position: 5 });
    await soon(() => bens.state.playback?.version === version);
    await expect(bens.command({ action: 'pause' })).rejects.toMatchObject({ code: 'rooms.playback_not_controller' });
    await soon(() => anns.state.participants.length === 2 && anns.state.onlineCount === 2);
    expect(anns.state.participants.map(({ userId }) => userId)).toEqual([ann.id, ben.id]);
  });

  test('a token that has expired is renewed on the way in', async () => {
    const user = await make.user();
    const tokens = createMemoryTokenStore({ accessToken: 'expired', refreshToken: user.refreshToken });
    const live = connect(nodes.a, tokens);
    expect(await live.request(clockPing, { t0: 1 })).toMatchObject({ t0: 1 });
    expect((await tokens.get())!.accessToken).not.toBe('expired');
  });

  test('a session that is ended elsewhere ends the connection for good, on the other node too', async () => {
    const user = await make.user();
    const live = connect(nodes.b, tokensOf(user));
    await live.request(clockPing, { t0: 1 });
    await createHttpClient({ baseUrl: nodes.a.url, tokens: tokensOf(user) }).sessions.logout();
    await soon(() => live.connection.state.status === 'ended');
    expect(live.connection.state).toMatchObject({ reason: 'revoked' });
    await expect(live.request(clockPing, { t0: 1 })).rejects.toBeInstanceOf(NetworkError);
    const again = connect(nodes.b, tokensOf(user));
    await soon(() => again.connection.state.status === 'ended');
    expect(again.connection.state).toMatchObject({ reason: 'signed_out' });
  });

  test('who is banned is told so, and refused from then on', async () => {
    const { bens, bensLive } = await together();
    await nodes.a.ask('DELETE', `/api/rooms/${room.id}/participants/${ben.id}?ban=true`, { token: ann.token });
    await soon(() => bens.state.status === 'expelled');
    expect(bens.state.expelled).toBe('banned');
    await expect(bensLive.joinRoom(room.id).entered()).rejects.toMatchObject({ code: 'rooms.banned' });
  });

  test('a room that is not there refuses; a password is asked for', async () => {
    const live = connect(nodes.a, tokensOf(ben));
    await expect(live.joinRoom(2_000_000_000).entered()).rejects.toMatchObject({ code: 'rooms.not_found' });
    const locked = await make.room(ann, { password: 'open sesame' });
    await expect(live.joinRoom(locked.id, { password: 'wrong' }).entered()).rejects.toMatchObject({ code: 'rooms.password_wrong' });
    expect(await live.joinRoom(locked.id, { password: 'open sesame' }).entered()).toMatchObject({ status: 'entered' });
  });

  test('older messages come in pages, and a later visit goes on where the last one ended', async () => {
    const { anns } = await together();
    for (let nth = 1; nth <= 60; nth += 1) anns.send(`message ${nth}`);
    await soon(() => anns.state.outgoing.length === 0);
    const position = anns.resumePosition!;
    const session = connect(nodes.b, tokensOf(ben)).joinRoom(room.id);
    await session.entered();
    expect(session.state.hasOlder).toBe(true);
    while (session.state.hasOlder) await session.loadOlder();
    expect(session.state.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    anns.send('later');
    await soon(() => anns.state.outgoing.length === 0);
    const told: number[] = [];
    const back = connect(nodes.b, tokensOf(ann)).joinRoom(room.id, { resume: position, onChat: ({ delivered }) => told.push(...delivered.map(({ seq }) => seq)) });
    await back.entered();
    await soon(() => told.length > 0);
    expect(told).toEqual([61]);
  });
});
