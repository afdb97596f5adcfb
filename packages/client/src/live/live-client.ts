import { sessionRevoked } from '@watchparty/protocol';
import { createHttpClient, type HttpClient } from '../http-client.ts';
import type { Clock } from '../sync/index.ts';
import type { TokenStore } from '../tokens.ts';
import { createClockKeeper } from './clock-keeper.ts';
import { type ConnectionState, createConnection, type ReconnectOptions } from './connection.ts';
import type { ConversationOptions, ConversationSession } from './conversation.ts';
import { createConversationSession } from './conversation-session.ts';
import { createServerEvents, type Listen } from './server-events.ts';
import { type NetworkStatus, networkOf } from './network-status.ts';
import { newRandomId } from './new-id.ts';
import type { OutgoingStorage } from './outgoing.ts';
import { createRequests, type SendRequest } from './requests.ts';
import { createRoomSession } from './room-session.ts';
import type { RoomOptions, RoomSession } from './room.ts';
import type { Store } from './store.ts';
import { realTimers, type Timers } from './timers.ts';

export interface LiveClientOptions {
  /** Where the server is, as for the HTTP client. */
  readonly baseUrl: string;
  /** The HTTP client's store: tokens renewed by one are used by the other. */
  readonly tokens: TokenStore;
  /** Renews tokens and fetches what was missed; by default one of its own. */
  readonly http?: HttpClient;
  /** Where unsent messages survive a reload; by default nowhere. */
  readonly outgoingStorage?: OutgoingStorage;
  readonly reconnect?: Partial<ReconnectOptions>;
  /** How long a request, and a handshake, may take: 10,000. */
  readonly timeoutMs?: number;
  readonly network?: NetworkStatus;
  readonly timers?: Timers;
  /** The machine's date, ms: tells when it has slept. */
  readonly date?: () => number;
  readonly random?: () => number;
  readonly newId?: () => string;
}

export interface LiveClient {
  /** How the connection is; a store for `useSyncExternalStore`. */
  readonly connection: Store<ConnectionState>;
  /** The server's time. */
  readonly clock: Clock;
  readonly request: SendRequest;
  /** Calls for each such event of the server that has the shape of its schema; answers what ends that. */
  readonly on: Listen;
  /** Enters a room and stays in it over reconnects, until one leaves. One session a room, at a time. */
  joinRoom(roomId: number, options?: RoomOptions): RoomSession;
  /** One's conversation with somebody, kept whole over reconnects until it is closed. One session a person, at a time. */
  openConversation(peerId: number, options?: ConversationOptions): ConversationSession;
  /** Tries to connect now, if it waits to. */
  wake(): void;
  /** Leaves without a word, for good. */
  close(): void;
}

const TIMEOUT_MS = 10_000;

/** A live connection to the server, in browsers and in Node. Connects at once. */
export function createLiveClient(options: LiveClientOptions): LiveClient {
  const {
    tokens, timers = realTimers, random = Math.random, timeoutMs = TIMEOUT_MS, date = Date.now, newId = newRandomId,
  } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const http = options.http ?? createHttpClient({ baseUrl, tokens });
  const events = createServerEvents();
  const keeper = createClockKeeper(timers, date);
  const rooms = new Set<RoomSession>();
  const conversations = new Set<ConversationSession>();

  const connection = createConnection({
    baseUrl, tokens, timers, random, timeoutMs,
    network: options.network ?? networkOf(),
    refresh: () => http.sessions.refresh(),
    reconnect: { firstMs: 500, capMs: 15_000, ...options.reconnect },
    onEvent: events.dispatch,
    probe: keeper.probe,
  });
  events.on(sessionRevoked, () => connection.end('revoked'));
  connection.store.subscribe(() => {
    if (connection.store.state.status === 'connected' && connection.socket !== undefined) keeper.keep(connection.socket);
  });

  const request = createRequests({ connection, timers, timeoutMs });

  return {
    connection: connection.store,
    clock: keeper.clock,
    request,
    on: events.on,
    joinRoom(roomId, given) {
      const session: RoomSession = createRoomSession(
        {
          roomId, http, connection: connection.store, clock: keeper.clock, request, on: events.on, timers, random, newId, timeoutMs,
          storage: options.outgoingStorage, onClosed: () => void rooms.delete(session),
        },
        given ?? {},
      );
      rooms.add(session);
      return session;
    },
    openConversation(peerId, given) {
      const session: ConversationSession = createConversationSession(
        {
          peerId, http, connection: connection.store, request, on: events.on, timers, random, newId, timeoutMs,
          storage: options.outgoingStorage, onClosed: () => void conversations.delete(session),
        },
        given ?? {},
      );
      conversations.add(session);
      return session;
    },
    wake: connection.wake,
    close() {
      for (const session of [...rooms, ...conversations]) session.close();
      connection.end('closed');
    },
  };
}
