import { type DirectMessage, messageDelivered, messageNew, messageRead } from '@watchparty/protocol';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ConnectionState } from './connection.ts';
import { createConversationSession } from './conversation-session.ts';
import { createServerEvents } from './server-events.ts';
import { createStore } from './store.ts';
import { realTimers } from './timers.ts';

const ME = 1;
const PEER = 2;
const message = (seq: number, senderId = PEER): DirectMessage => ({
  id: `01890a5d-ac96-774b-bcce-${String(seq).padStart(12, '0')}`, seq, senderId, receiverId: senderId === ME ? PEER : ME, content: `${seq}`,
  imageUrl: null, thumbnailUrl: null, publicId: null, clientMessageId: null, persisted: true, replyTo: null, reactions: [], change: null,
  createdAt: '2030-01-01T00:00:00.000Z', editedAt: null, deletedAt: null,
});
const connected = (connectionId: string) => ({ status: 'connected', connectionId }) as unknown as ConnectionState;
const soon = (condition: () => unknown): Promise<unknown> => vi.waitUntil(condition, { timeout: 10_000, interval: 5 });

/** A server that has `kept`, and loses as many words about what was got as it is told to. */
function open({ lost = 0 } = {}) {
  const kept: DirectMessage[] = [];
  const got: number[] = [];
  const delivered: number[] = [];
  let losing = lost;
  const events = createServerEvents();
  const connection = createStore<ConnectionState>(connected('first'));
  const peer = { id: PEER, username: 'ben', displayName: 'Ben', profilePicture: null };
  const messages = {
    conversation: async () => ({
      peer, lastMessage: kept.at(-1) ?? null, lastSeq: kept.length, unread: 0, deliveredSeq: 0, readSeq: 0, peerDeliveredSeq: 0, peerReadSeq: 0,
      changeCursor: 0,
    }),
    list: async (_peerId: number, { after = 0 }: { after?: number } = {}) => ({ items: kept.filter(({ seq }) => seq > after), nextCursor: null }),
    changes: async () => ({ items: [], changeCursor: 0, hasMore: false }),
  };
  const session = createConversationSession({
    peerId: PEER, http: { messages } as never, connection, on: events.on, timers: realTimers, random: () => 0, newId: () => 'id', timeoutMs: 5000,
    storage: undefined, onClosed: () => {},
    request: (async (_event: unknown, { seq }: { seq: number }) => {
      if (losing-- > 0) throw new Error('The connection broke');
      got.push(seq);
      return { deliveredSeq: seq, readSeq: 0 };
    }) as never,
  }, { onMessages: (news) => delivered.push(...news.delivered.map(({ seq }) => seq)) });
  onTestFinished(() => session.close());
  const tell = (...items: DirectMessage[]): void => events.dispatch(messageNew.name, { items });
  return { kept, got, delivered, connection, events, session, tell };
}

test('[LC18] Messages are told once and in order, whatever comes late, twice or not at all, also over a new connection', async () => {
  const { kept, delivered, connection, session, tell } = open();
  kept.push(message(1), message(2));
  await soon(() => session.state.upToDate);
  for (const seq of [3, 4, 5]) kept.push(message(seq));
  tell(message(5), message(4));
  tell(message(4), { ...message(9), senderId: 7, receiverId: 8 });
  await soon(() => delivered.length === 5);
  connection.set({ status: 'connecting' } as unknown as ConnectionState);
  expect(session.state).toMatchObject({ status: 'loading', upToDate: false });
  kept.push(message(6), message(7, ME));
  connection.set(connected('second'));
  await soon(() => session.state.upToDate && delivered.length === 7);
  tell(message(6));
  expect(delivered).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(session.resumePosition).toEqual({ lastSeq: 7, changeCursor: 0 });
});

test('[LC19] What was got is said by itself, again where that got lost; pointers never go back', async () => {
  const { kept, got, events, session, tell } = open({ lost: 1 });
  kept.push(message(1));
  await soon(() => session.state.upToDate);
  tell(message(2));
  await soon(() => got.includes(2));
  const reached = (event: { name: string }, userId: number, seq: number) =>
    events.dispatch(event.name, { items: [{ userId, peerId: userId === ME ? PEER : ME, seq }] });
  reached(messageRead, PEER, 2);
  reached(messageDelivered, PEER, 1);
  reached(messageRead, PEER, 1);
  reached(messageRead, ME, 1);
  await soon(() => session.state.own.deliveredSeq === 2);
  expect(session.state).toMatchObject({ theirs: { deliveredSeq: 2, readSeq: 2 }, own: { deliveredSeq: 2, readSeq: 1 } });
});
