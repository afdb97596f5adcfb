import {
  createHttpClient, createLiveClient, createMemoryTokenStore, type ConversationSession, type LiveClient,
} from '@watchparty/client';
import { type DirectMessage, messageEdit, messageReact } from '@watchparty/protocol';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { TestApp } from './app.ts';
import { factoriesFor, type TestUser } from './factories.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';

let nodes: TwoNodes;
let make: ReturnType<typeof factoriesFor>;
const opened: LiveClient[] = [];
beforeAll(async () => {
  nodes = await startTwoNodes();
  make = factoriesFor(nodes.a);
}, 60_000);
afterEach(() => {
  for (const live of opened.splice(0)) live.close();
});
afterAll(() => nodes.close());

const soon = (condition: () => unknown): Promise<unknown> => vi.waitUntil(condition, { timeout: 20_000, interval: 20 });

interface Device {
  readonly live: LiveClient;
  readonly session: ConversationSession;
  /** Told of, in order. */
  readonly delivered: DirectMessage[];
}

function open(node: TestApp, { token, refreshToken }: TestUser, peer: TestUser): Device {
  const live = createLiveClient({ baseUrl: node.url, tokens: createMemoryTokenStore({ accessToken: token, refreshToken }) });
  opened.push(live);
  const delivered: DirectMessage[] = [];
  const session = live.openConversation(peer.id, { onMessages: (news) => delivered.push(...news.delivered) });
  return { live, session, delivered };
}

const httpOf = (node: TestApp, { token, refreshToken }: TestUser) =>
  createHttpClient({ baseUrl: node.url, tokens: createMemoryTokenStore({ accessToken: token, refreshToken }) });

test('[LC18] [LC19] What two people write, change and read is the same on all their devices, on both nodes', async () => {
  const [ann, ben] = [await make.user(), await make.user()];
  const devices = [open(nodes.a, ann, ben), open(nodes.b, ann, ben), open(nodes.b, ben, ann)] as const;
  const [first, , bens] = devices;
  for (const { session } of devices) await soon(() => session.state.status === 'ready');
  for (const content of ['one', 'two', 'three']) first.session.send(content);
  bens.session.send('four');
  for (const { session } of devices) await soon(() => session.state.messages.length === 4 && session.state.outgoing.length === 0);
  const [one, two] = bens.session.state.messages.filter(({ senderId }) => senderId === ann.id);
  await bens.live.request(messageReact, { peerId: ann.id, id: one!.id, emoji: '👍' });
  await first.live.request(messageEdit, { peerId: ben.id, id: two!.id, content: 'edited' });
  const [, , , last] = bens.session.state.messages;
  await first.session.markRead();
  const shown = (await httpOf(nodes.b, ann).messages.list(ben.id)).items;
  for (const { session, delivered } of devices) {
    await soon(() => JSON.stringify(session.state.messages) === JSON.stringify(shown));
    expect(delivered.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(session.state.upToDate).toBe(true);
  }
  // Each device has said by itself what it has got.
  for (const { session } of devices) await soon(() => session.state.own.deliveredSeq === 4 && session.state.theirs.deliveredSeq === 4);
  await soon(() => bens.session.state.theirs.readSeq === last!.seq);
});

test('[LC18] What was written, edited and deleted while one was away is fetched from any node, once and in order', async () => {
  const [ann, ben] = [await make.user(), await make.user()];
  const away = open(nodes.a, ann, ben);
  const http = httpOf(nodes.b, ben);
  const sent: DirectMessage[] = [];
  for (let nth = 0; nth < 3; nth += 1) sent.push(await http.messages.send({ receiverId: ann.id, content: `${nth}` }));
  await soon(() => away.session.state.messages.length === 3 && away.session.state.upToDate);
  const resume = away.session.resumePosition!;
  away.live.close();

  for (let nth = 3; nth < 120; nth += 1) sent.push(await http.messages.send({ receiverId: ann.id, content: `${nth}` }));
  await http.messages.edit(ann.id, sent[1]!.id, 'edited');
  await http.messages.remove(ann.id, sent[100]!.id);

  const live = createLiveClient({ baseUrl: nodes.b.url, tokens: createMemoryTokenStore({ accessToken: ann.token, refreshToken: ann.refreshToken }) });
  opened.push(live);
  const delivered: number[] = [];
  const session = live.openConversation(ben.id, { resume, onMessages: (news) => delivered.push(...news.delivered.map(({ seq }) => seq)) });
  await soon(() => session.state.upToDate && delivered.length >= 117);
  expect(delivered).toEqual(Array.from({ length: 117 }, (_, at) => at + 4));
  expect(session.state.messages.find(({ id }) => id === sent[100]!.id)).toMatchObject({ content: '', deletedAt: expect.any(String) });
  expect(session.resumePosition).toEqual({ lastSeq: 120, changeCursor: 2 });
});
