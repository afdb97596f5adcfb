import { ApiError, NetworkError } from '../api-error.ts';
import type { TokenStore } from '../tokens.ts';
import type { NetworkStatus } from './network-status.ts';
import { type OpenSocket, openSocket } from './socket.ts';
import { createStore, type Store } from './store.ts';
import { fullJitterMs, pause, type Timers } from './timers.ts';

/** `closed`: by this side. `signed_out`: there is no session any more. `revoked`: it was ended while connected. `refused`: see the error. */
export type EndReason = 'closed' | 'signed_out' | 'revoked' | 'refused';

export type ConnectionState =
  | { readonly status: 'connecting' }
  | { readonly status: 'connected'; readonly connectionId: string }
  /** The next attempt begins after `retryInMs`, or as soon as the machine's network changes. */
  | { readonly status: 'waiting'; readonly retryInMs: number; readonly error: Error }
  /** The machine has no network. */
  | { readonly status: 'offline' }
  /** For good: nothing is tried any more. */
  | { readonly status: 'ended'; readonly reason: EndReason; readonly error?: ApiError };

export interface ReconnectOptions {
  /** The first attempt comes within this time, each following one within twice as long: 500. */
  readonly firstMs: number;
  /** At most: 15,000. */
  readonly capMs: number;
}

interface Deps {
  readonly baseUrl: string;
  readonly tokens: TokenStore;
  /** New tokens in the store, or undefined when the session has ended. */
  readonly refresh: () => Promise<unknown>;
  readonly network: NetworkStatus;
  readonly timers: Timers;
  readonly random: () => number;
  readonly reconnect: ReconnectOptions;
  readonly timeoutMs: number;
  readonly onEvent: (name: string, payload: unknown) => void;
  /** Asks something of a connection that may be dead; it closes itself when nothing comes. */
  readonly probe: (socket: OpenSocket) => void;
}

export interface Connection {
  readonly store: Store<ConnectionState>;
  /** The open one. */
  readonly socket: OpenSocket | undefined;
  /** Tries now, if it waits. */
  wake(): void;
  end(reason: EndReason, error?: ApiError): void;
}

/** Open for less than this, it counts as some failures: a server that takes and drops is not stormed. */
const STEADY_MS = 5000;
const UNSTEADY_FAILURES = 2;

/** Connects, and connects again when the connection breaks, until it is ended. LC1–LC4 */
export function createConnection(deps: Deps): Connection {
  const { network, timers, random, reconnect } = deps;
  const store = createStore<ConnectionState>({ status: 'connecting' });
  const ending = new AbortController();
  let waking = new AbortController();
  let socket: OpenSocket | undefined;

  const wake = (): void => waking.abort();
  const unwatch = network.watch(() => {
    if (socket !== undefined) deps.probe(socket);
    else if (network.online()) wake();
  });

  function end(reason: EndReason, error?: ApiError): void {
    if (store.state.status === 'ended') return;
    unwatch();
    ending.abort();
    wake();
    socket?.close(reason);
    socket = undefined;
    store.set({ status: 'ended', reason, ...(error !== undefined && { error }) });
  }

  const isEnded = (): boolean => ending.signal.aborted;

  async function rest(ms: number): Promise<void> {
    waking = new AbortController();
    if (!isEnded()) await pause(timers, ms, waking.signal);
  }

  /** One attempt with the token there is, and one more with a new one where that is refused. */
  async function open(): Promise<OpenSocket | undefined> {
    for (let renewed = false; ; renewed = true) {
      const held = await deps.tokens.get();
      if (held === undefined) return undefined;
      try {
        return await openSocket({ ...deps, token: held.accessToken }, ending.signal);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'auth.token_invalid') || renewed) throw error;
        // Somebody else may have renewed it meanwhile.
        const now = await deps.tokens.get();
        if (now?.accessToken === held.accessToken && (await deps.refresh()) === undefined) return undefined;
      }
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !isEnded(); ) {
      if (!network.online()) {
        store.set({ status: 'offline' });
        // What tells of the network may be wrong: a server on this machine needs none.
        await rest(reconnect.capMs);
        if (isEnded()) return;
      }
      store.set({ status: 'connecting' });
      let error: Error;
      try {
        socket = await open();
        if (isEnded()) {
          socket?.close('ended');
          return;
        }
        if (socket === undefined) {
          end('signed_out');
          return;
        }
        const openedAtMs = timers.nowMs();
        store.set({ status: 'connected', connectionId: socket.id });
        const reason = await socket.closed;
        socket = undefined;
        failures = timers.nowMs() - openedAtMs >= STEADY_MS ? 0 : Math.min(failures, UNSTEADY_FAILURES);
        error = new NetworkError(`The connection broke: ${reason}`);
      } catch (thrown) {
        error = thrown as Error;
        if (error instanceof ApiError && isFinal(error)) {
          end(error.code === 'auth.token_invalid' ? 'signed_out' : 'refused', error);
        }
      }
      if (isEnded()) return;
      const leastMs = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      const retryInMs = leastMs + fullJitterMs(failures, { ...reconnect, random });
      failures += 1;
      store.set({ status: 'waiting', retryInMs, error });
      await rest(retryInMs);
    }
  }

  void run();
  return {
    store, wake, end,
    get socket() {
      return socket;
    },
  };
}

/** Trying again with the same tokens would change nothing. */
const isFinal = ({ status, code }: ApiError): boolean =>
  (status === 401 || status === 403) && code !== 'response.unreadable';
