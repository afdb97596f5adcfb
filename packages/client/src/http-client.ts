import { accountCalls } from './accounts.ts';
import { administrationCalls } from './administration.ts';
import { cacheCalls } from './cache.ts';
import { createCaller } from './caller.ts';
import { chatCalls } from './chat.ts';
import { discoveryCalls } from './discovery.ts';
import { eventCalls } from './events.ts';
import { createExchange, type Fetch } from './exchange.ts';
import { friendCalls } from './friends.ts';
import { healthCalls } from './health.ts';
import { messageCalls } from './messages.ts';
import { movieCalls } from './movies.ts';
import { noticeCalls } from './notices.ts';
import { peopleCalls } from './people.ts';
import { pictureCalls } from './pictures.ts';
import { playlistCalls } from './playlist.ts';
import { queueCalls } from './queues.ts';
import { createRenewal } from './renewal.ts';
import { roomCalls } from './rooms.ts';
import { secondFactorCalls } from './second-factor.ts';
import { sessionCalls } from './sessions.ts';
import { createMemoryTokenStore, type TokenStore } from './tokens.ts';

export interface HttpClientOptions {
  /** Where the server is, such as `https://party.example.org`; empty in a page that this server serves. */
  readonly baseUrl: string;
  readonly fetch?: Fetch;
  /** In memory by default: gone with this object. */
  readonly tokens?: TokenStore;
  /** Random by default. */
  readonly newIdempotencyKey?: () => string;
  /** Waits before a request is sent again; rejects when the signal aborts. */
  readonly pause?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Whether `fetch` can send a stream and so tell of an upload's progress; by default not in browsers. */
  readonly streamsUploads?: boolean;
}

export type HttpClient = ReturnType<typeof createHttpClient>;

/**
 * The HTTP API, one method for each of its routes, in browsers and in Node. Methods answer the `data` of a success
 * and reject with `ApiError` when the server refuses, with `NetworkError` when it does not answer, and with the
 * signal's reason when aborted.
 *
 * An expired access token is renewed once, for however many calls meet it. Reads, PUTs and creating calls, which carry
 * an `Idempotency-Key`, are sent again twice when the connection breaks; what could happen twice is not.
 */
export function createHttpClient(options: HttpClientOptions) {
  const { tokens = createMemoryTokenStore(), newIdempotencyKey = () => crypto.randomUUID(), pause = wait } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const exchange = createExchange(baseUrl, options.fetch ?? ((input, init) => fetch(input, init)));
  const renew = createRenewal(exchange, tokens);
  const caller = createCaller({ exchange, renew, tokens, newIdempotencyKey, pause });
  return {
    health: healthCalls(caller),
    accounts: accountCalls(caller, tokens),
    sessions: sessionCalls(caller, tokens, renew),
    pictures: pictureCalls(caller, { newIdempotencyKey }),
    notices: noticeCalls(caller),
    friends: friendCalls(caller),
    people: peopleCalls(caller),
    movies: movieCalls(caller, { baseUrl, streamsUploads: options.streamsUploads ?? !inBrowser(), newIdempotencyKey }),
    rooms: roomCalls(caller),
    chat: chatCalls(caller),
    messages: messageCalls(caller),
    playlists: playlistCalls(caller),
    events: { ...eventCalls(caller), ...discoveryCalls(caller) },
    cache: cacheCalls(caller),
    queues: queueCalls(caller),
    secondFactor: secondFactorCalls(caller),
    administration: administrationCalls(caller),
  };
}

/** Pages and their workers: `fetch` there sends no streams over HTTP/1.1. */
const inBrowser = (): boolean => 'document' in globalThis || 'WorkerGlobalScope' in globalThis;

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
