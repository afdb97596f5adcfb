import {
  type Conversation, type DirectMessage, liveMissed, messageDeleted, messageDelivered, messageEdited, messageGot, messageNew,
  type MessagePointers, messageRead, messageReacted, messageSeen, messageSend, messageTyping,
} from '@watchparty/protocol';
import { ApiError } from '../api-error.ts';
import type { HttpClient } from '../http-client.ts';
import { messageReplyTo } from './chat-changes.ts';
import { createChatKeeper } from './chat-keeper.ts';
import type { ConnectionState } from './connection.ts';
import type { ConversationOptions, ConversationSession, ConversationState } from './conversation.ts';
import { createOutgoing, type OutgoingStorage } from './outgoing.ts';
import type { SendRequest } from './requests.ts';
import type { Listen, Off } from './server-events.ts';
import { createStore, type Store, until } from './store.ts';
import { fullJitterMs, pause, type Timers } from './timers.ts';

interface Deps {
  readonly peerId: number;
  readonly http: Pick<HttpClient, 'messages'>;
  readonly connection: Store<ConnectionState>;
  readonly request: SendRequest;
  readonly on: Listen;
  readonly timers: Timers;
  readonly random: () => number;
  readonly newId: () => string;
  /** Of one request by HTTP. */
  readonly timeoutMs: number;
  readonly storage: OutgoingStorage | undefined;
  readonly onClosed: () => void;
}

const KEEP_MESSAGES = 1000;
const CHECK_EVERY_MS = 120_000;
const PAGE = 50;
const RETRY = { firstMs: 400, capMs: 10_000 };
const NOTHING: MessagePointers = { deliveredSeq: 0, readSeq: 0 };

/** One's conversation with one person. A connection hears it from its beginning, so all that is left is to fetch. LC18, LC19 */
export function createConversationSession(deps: Deps, options: ConversationOptions): ConversationSession {
  const { peerId, http, connection, request, timers, random, timeoutMs } = deps;
  const { resume, onMessages, keepMessages = KEEP_MESSAGES, checkEveryMs = CHECK_EVERY_MS } = options;
  const store = createStore<ConversationState>({
    status: 'loading', upToDate: false, peer: undefined, messages: [], hasOlder: false, own: NOTHING, theirs: NOTHING, outgoing: [],
  });
  const closing = new AbortController();
  const offs: Off[] = [];
  const patch = (changes: Partial<ConversationState>): void => store.set({ ...store.state, ...changes });
  const inTime = (): AbortSignal => AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);

  const chat = createChatKeeper<DirectMessage>({
    history: {
      list: (query, call) => http.messages.list(peerId, query, call),
      changes: (query, call) => http.messages.changes(peerId, query, call),
    },
    replyTo: messageReplyTo, timers, random, timeoutMs, lastSeq: resume?.lastSeq, changeCursor: resume?.changeCursor, keep: keepMessages,
    onNews(news) {
      outgoing.arrived(news.delivered);
      show();
      if (news.delivered.some(({ senderId }) => senderId === peerId)) acknowledge();
      onMessages?.(news);
    },
    onProgress: () => show(),
  });
  const outgoing = createOutgoing<DirectMessage>({
    name: `user:${peerId}`, storage: deps.storage, newId: deps.newId, timers, random,
    ready: (signal) => until(store, ({ status }) => status === 'ready', signal),
    send: (message) => request(messageSend, { receiverId: peerId, ...message }),
    acknowledged(message) {
      chat.received([message]);
      // Sent in another life, and told of then.
      if (message.seq <= (chat.log.lastSeq ?? 0)) outgoing.arrived([message]);
    },
  });
  offs.push(outgoing.store.subscribe(() => patch({ outgoing: outgoing.store.state })));

  function show(): void {
    const upToDate = store.state.status === 'ready' && chat.complete;
    const { messages } = chat.log;
    const hasOlder = store.state.hasOlder || chat.log.forgets;
    if (messages !== store.state.messages || upToDate !== store.state.upToDate) patch({ messages, upToDate, hasOlder });
  }

  /** Pointers never go back, whatever order news of them comes in. */
  function reached(whose: 'own' | 'theirs', { deliveredSeq = 0, readSeq = 0 }: Partial<MessagePointers>): void {
    const before = store.state[whose];
    const after = {
      deliveredSeq: Math.max(before.deliveredSeq, deliveredSeq, readSeq), readSeq: Math.max(before.readSeq, readSeq),
    };
    if (after.deliveredSeq !== before.deliveredSeq || after.readSeq !== before.readSeq) patch({ [whose]: after });
  }

  /** This device has them: said again with the next message, so that a lost word does no harm. */
  function acknowledge(): void {
    const seq = chat.log.lastSeq ?? 0;
    if (seq <= store.state.own.deliveredSeq) return;
    request(messageGot, { peerId, seq }).then((pointers) => reached('own', pointers), () => {});
  }

  const ours = (items: readonly DirectMessage[]): DirectMessage[] =>
    items.filter(({ senderId, receiverId }) => senderId === peerId || receiverId === peerId);
  const move = (pointer: keyof MessagePointers) => ({ items }: { readonly items: readonly { userId: number; peerId: number; seq: number }[] }): void => {
    for (const { userId, peerId: other, seq } of items) {
      if (userId === peerId) reached('theirs', { [pointer]: seq });
      else if (other === peerId) reached('own', { [pointer]: seq });
    }
  };
  const changes = ({ items }: { readonly items: readonly DirectMessage[] }): void => chat.receivedChanges(ours(items));

  offs.push(
    deps.on(messageNew, ({ items }) => chat.received(ours(items))),
    deps.on(messageEdited, changes), deps.on(messageDeleted, changes), deps.on(messageReacted, changes),
    deps.on(messageRead, move('readSeq')), deps.on(messageDelivered, move('deliveredSeq')),
    deps.on(liveMissed, () => load()),
    connection.subscribe(connectionChanged),
  );

  /** The cursor of changes is read before the messages, so that nothing that changes meanwhile is missed. */
  async function fetch(): Promise<void> {
    const conversation = await http.messages.conversation(peerId, { signal: inTime() });
    const { lastSeq } = chat.log;
    const page = await http.messages.list(peerId, { limit: PAGE, ...(lastSeq !== undefined && { after: lastSeq }) }, { signal: inTime() });
    if (!closing.signal.aborted) loaded(conversation, page);
  }

  function loaded(conversation: Conversation, { items, nextCursor }: { readonly items: readonly DirectMessage[]; readonly nextCursor: string | null }): void {
    const first = store.state.peer === undefined;
    const hasMore = nextCursor !== null;
    const hasOlder = resume === undefined ? hasMore : resume.lastSeq > 0;
    patch({ status: 'ready', peer: conversation.peer, ...(first && { hasOlder }) });
    reached('own', conversation);
    reached('theirs', { deliveredSeq: conversation.peerDeliveredSeq, readSeq: conversation.peerReadSeq });
    chat.entered({ items, hasMore, changeCursor: conversation.changeCursor });
    show();
    acknowledge();
  }

  let loading: Promise<void> | undefined;
  let again = false;
  function load(): void {
    again = true;
    loading ??= run().finally(() => (loading = undefined));
  }

  async function run(): Promise<void> {
    for (let failures = 0; again && connection.state.status === 'connected' && !closing.signal.aborted; ) {
      again = false;
      try {
        await fetch();
        failures = 0;
      } catch (error) {
        if (closing.signal.aborted) return;
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) return end({ status: 'refused', error });
        const leastMs = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
        await pause(timers, leastMs + fullJitterMs(failures, { ...RETRY, random }), closing.signal);
        failures += 1;
        again = true;
      }
    }
  }

  /** The connection on which all since has been heard. */
  let heardOn: string | undefined;
  function connectionChanged(): void {
    const { state } = connection;
    if (state.status !== 'connected') {
      if (store.state.status === 'ready') patch({ status: 'loading', upToDate: false });
    } else if (state.connectionId !== heardOn) {
      heardOn = state.connectionId;
      load();
    }
  }

  function checkLater(): void {
    const cancel = timers.after(checkEveryMs * (0.75 + random() / 2), () => {
      offs.splice(offs.indexOf(cancel), 1);
      if (store.state.status === 'ready') chat.check();
      checkLater();
    });
    offs.push(cancel);
  }

  function end(changed: Pick<ConversationState, 'status'> & Partial<ConversationState>): void {
    closing.abort();
    for (const off of offs) off();
    outgoing.close();
    chat.close();
    deps.onClosed();
    patch({ upToDate: false, ...changed });
  }

  checkLater();
  connectionChanged();

  return {
    peerId,
    get state() {
      return store.state;
    },
    subscribe: store.subscribe,
    get resumePosition() {
      const { lastSeq, changeCursor } = chat.log;
      return lastSeq === undefined || changeCursor === undefined ? undefined : { lastSeq, changeCursor };
    },
    send: (message) => outgoing.add(typeof message === 'string' ? { content: message } : message),
    retry: outgoing.retry,
    discard: outgoing.discard,
    async markRead() {
      const seq = store.state.messages.at(-1)?.seq ?? 0;
      if (seq > store.state.own.readSeq) reached('own', await request(messageSeen, { peerId, seq }));
    },
    typing: () => void request(messageTyping, { peerId }).catch(() => {}),
    async loadOlder(limit = PAGE) {
      const hasOlder = await chat.loadOlder(limit);
      patch({ messages: chat.log.messages, hasOlder });
      return hasOlder;
    },
    close() {
      if (!closing.signal.aborted) end({ status: 'closed' });
    },
  };
}
