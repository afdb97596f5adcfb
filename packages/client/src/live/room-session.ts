import {
  chatDeleted, chatEdited, chatMessages, chatReacted, chatSend, liveMissed, type Playback, playbackCommand, playbackState, roomChanged,
  roomExpelled, roomJoin, roomLeave, roomPresence, type RoomSnapshot,
} from '@watchparty/protocol';
import type { Static } from 'typebox';
import { ApiError } from '../api-error.ts';
import type { HttpClient } from '../http-client.ts';
import type { Clock } from '../sync/index.ts';
import { replyTo } from './chat-changes.ts';
import { createChatKeeper } from './chat-keeper.ts';
import type { ConnectionState } from './connection.ts';
import type { Listen, Off } from './server-events.ts';
import { type RoomOptions, type RoomSession, type RoomState, UNKNOWN } from './room.ts';
import { followRoom } from './room-following.ts';
import { createOutgoing, type OutgoingStorage } from './outgoing.ts';
import { presenceAfter, presenceIn } from './presence.ts';
import type { SendRequest } from './requests.ts';
import { createStore, type Store, until } from './store.ts';
import { fullJitterMs, pause, type Timers } from './timers.ts';

interface Deps {
  readonly roomId: number;
  readonly http: Pick<HttpClient, 'chat' | 'rooms'>;
  readonly connection: Store<ConnectionState>;
  readonly clock: Clock;
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
const OLDER_PAGE = 50;
/** All who hear at once that something was missed ask over this time. */
const MISSED_SPREAD_MS = 1000;
const RETRY = { firstMs: 400, capMs: 10_000 };

/** One's place in one room. LC6–LC11 */
export function createRoomSession(deps: Deps, options: RoomOptions): RoomSession {
  const { roomId, http, connection, clock, request, timers, random, timeoutMs } = deps;
  const { password, invite, resume, onChat, keepMessages = KEEP_MESSAGES, checkEveryMs = CHECK_EVERY_MS } = options;
  const store = createStore<RoomState>(UNKNOWN);
  const closing = new AbortController();
  const offs: Off[] = [];
  /** What came about people and settings before the snapshot that it follows; undefined once that is there. */
  let early: (() => void)[] | undefined;
  /** Events may have been lost since the snapshot was asked for. */
  let missed = false;

  const patch = (changes: Partial<RoomState>): void => store.set({ ...store.state, ...changes });

  const chat = createChatKeeper({
    history: {
      list: (query, call) => http.chat.list(roomId, query, call),
      changes: (query, call) => http.chat.changes(roomId, query, call),
    },
    replyTo, timers, random, timeoutMs, lastSeq: resume?.lastSeq, changeCursor: resume?.changeCursor, keep: keepMessages,
    onNews(news) {
      outgoing.arrived(news.delivered);
      showChat();
      onChat?.(news);
    },
    onProgress: () => showChat(),
  });
  const outgoing = createOutgoing({
    name: `${roomId}`, storage: deps.storage, newId: deps.newId, timers, random,
    ready: (signal) => until(store, ({ status }) => status === 'entered', signal),
    send: ({ imageUrl: _imageUrl, publicId: _publicId, ...message }) => request(chatSend, { roomId, ...message }),
    acknowledged(message) {
      chat.received([message]);
      // Sent in another life, and told of then.
      if (message.seq <= (chat.log.lastSeq ?? 0)) outgoing.arrived([message]);
    },
  });
  offs.push(outgoing.store.subscribe(() => patch({ outgoing: outgoing.store.state })));

  function showChat(): void {
    const upToDate = store.state.status === 'entered' && chat.complete && !missed;
    const { messages } = chat.log;
    const hasOlder = store.state.hasOlder || chat.log.forgets;
    if (messages !== store.state.messages || upToDate !== store.state.upToDate) patch({ messages, upToDate, hasOlder });
  }

  function showPlayback(playback: Playback): void {
    if (playback.version > (store.state.playback?.version ?? -1)) patch({ playback });
  }

  /** Now, or after the snapshot. */
  const afterSnapshot = (apply: () => void): void => {
    if (early === undefined) apply();
    else early.push(apply);
  };

  const on: Listen = (event, listener) =>
    deps.on(event, (payload) => {
      if (roomIn(payload) === roomId && !closing.signal.aborted) listener(payload);
    });

  function end(changes: Pick<RoomState, 'status'> & Partial<RoomState>): void {
    close();
    patch({ upToDate: false, ...changes });
  }

  function close(): void {
    closing.abort();
    for (const off of offs) off();
    outgoing.close();
    chat.close();
    deps.onClosed();
  }

  offs.push(
    on(chatMessages, ({ items }) => chat.received(items)),
    on(chatEdited, ({ items }) => chat.receivedChanges(items)),
    on(chatDeleted, ({ items }) => chat.receivedChanges(items)),
    on(chatReacted, ({ items }) => chat.receivedChanges(items)),
    on(playbackState, showPlayback),
    on(roomChanged, ({ room }) => afterSnapshot(() => patch({ room }))),
    on(roomPresence, (event) => afterSnapshot(() => showPresence(event))),
    on(roomExpelled, ({ reason }) => end({ status: 'expelled', expelled: reason })),
    deps.on(liveMissed, somethingMissed),
    connection.subscribe(connectionChanged),
  );

  function showPresence(event: Static<(typeof roomPresence)['payload']>): void {
    const { participants, onlineCount, participantCount } = presenceAfter(store.state.participants, event);
    const { room } = store.state;
    patch({ participants, onlineCount, ...(room !== undefined && { room: { ...room, participantCount } }) });
  }

  function show(snapshot: RoomSnapshot): void {
    const { participants, onlineCount } = presenceIn(snapshot);
    const hasOlder = resume === undefined ? snapshot.messages.hasMore : resume.lastSeq > 0;
    const first = store.state.room === undefined;
    patch({ status: 'entered', room: snapshot.room, participants, onlineCount, ...(first && { hasOlder }) });
    showPlayback(snapshot.playback);
    const waiting = early ?? [];
    early = undefined;
    for (const apply of waiting) apply();
    chat.entered(snapshot.messages);
    showChat();
  }

  /** Until the room is entered on this connection, that is refused, or the connection breaks. LC6 */
  async function enter(connectionId: string): Promise<void> {
    const isOurs = (): boolean =>
      !closing.signal.aborted && connection.state.status === 'connected' && connection.state.connectionId === connectionId;
    for (let failures = 0; isOurs(); failures += 1) {
      try {
        const { lastSeq } = chat.log;
        early ??= [];
        missed = false;
        const snapshot = await request(roomJoin, {
          roomId, ...(password !== undefined && { password }), ...(invite !== undefined && { invite }), ...(lastSeq !== undefined && { lastSeq }),
        });
        if (!isOurs()) return;
        show(snapshot);
        if (!missed) return;
      } catch (error) {
        if (!isOurs()) return;
        if (error instanceof ApiError && !isPassing(error)) {
          end({ status: 'refused', error });
          return;
        }
        const leastMs = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
        await pause(timers, leastMs + fullJitterMs(failures, { ...RETRY, random }), closing.signal);
      }
    }
  }

  /** The connection whose room this is. */
  let enteredOn: string | undefined;
  let entering = Promise.resolve();
  function connectionChanged(): void {
    const { state } = connection;
    if (state.status === 'connected') {
      if (state.connectionId === enteredOn) return;
      enteredOn = state.connectionId;
      entering = entering.then(() => enter(state.connectionId));
    } else if (store.state.status === 'entered') {
      patch({ status: 'entering', upToDate: false });
    }
  }

  /** Events were lost between servers. */
  function somethingMissed(): void {
    const { state } = connection;
    if (missed || state.status !== 'connected') return;
    missed = true;
    patch({ upToDate: false });
    entering = entering
      .then(() => pause(timers, random() * MISSED_SPREAD_MS, closing.signal))
      .then(() => (missed ? enter(state.connectionId) : undefined));
  }

  /** What neither an event nor its absence betrays: the last message before a quiet hour, lost on its way. LC8 */
  function checkLater(): void {
    const cancel = timers.after(checkEveryMs * (0.75 + random() / 2), () => {
      offs.splice(offs.indexOf(cancel), 1);
      if (store.state.status === 'entered') {
        chat.check();
        http.rooms.playback(roomId, { signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]) }).then(showPlayback).catch(() => {});
      }
      checkLater();
    });
    offs.push(cancel);
  }

  checkLater();
  connectionChanged();

  return {
    roomId,
    get state() {
      return store.state;
    },
    subscribe: store.subscribe,
    async entered(signal) {
      const state = await until(store, ({ status }) => status !== 'entering', signal);
      if (state.status !== 'entered') throw state.error ?? new Error(`The room was not entered: ${state.expelled ?? state.status}`);
      return state;
    },
    get resumePosition() {
      const { lastSeq, changeCursor } = chat.log;
      return lastSeq === undefined || changeCursor === undefined ? undefined : { lastSeq, changeCursor };
    },
    send: (message) => outgoing.add(typeof message === 'string' ? { content: message } : message),
    retry: outgoing.retry,
    discard: outgoing.discard,
    async loadOlder(limit = OLDER_PAGE) {
      const hasOlder = await chat.loadOlder(limit);
      patch({ messages: chat.log.messages, hasOlder });
      return hasOlder;
    },
    async command(command) {
      const playback = await request(playbackCommand, { roomId, version: store.state.playback?.version ?? 0, ...command });
      showPlayback(playback);
      return playback;
    },
    follow: (player, follow = {}) => followRoom({ roomId, room: store, clock, request, timers, player }, follow),
    on,
    async leave({ stay = false } = {}) {
      const wasIn = store.state.status === 'entered';
      end({ status: 'left' });
      if (wasIn) await request(roomLeave, { roomId, ...(stay && { stay }) });
      else if (!stay) await http.rooms.leave(roomId);
    },
    close,
  };
}

/** Trying again may help. */
const isPassing = ({ status, code }: ApiError): boolean => status >= 500 || status === 429 || code === 'request.conflict';

function roomIn(payload: unknown): number | undefined {
  const { roomId, room } = payload as { readonly roomId?: number; readonly room?: { readonly id: number } };
  return roomId ?? room?.id;
}
